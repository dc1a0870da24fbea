// A backend that counts what it is sent and drops it: main.ts SIGNAL GRPC_PORT HTTP_PORT STATS_PORT [DELAY_MS]. OTLP over
// gRPC (of one signal) and HTTP, and Wavefront lines on the HTTP port; GET on the last port answers `SinkStats`.
import { createServer } from "node:http";
import { gunzipSync } from "node:zlib";
import { countItems } from "../../src/pdata/count-items.ts";
import { signals, type Signal } from "../../src/pdata/signal.ts";
import { grpcSink } from "./grpc-sink.ts";
import { httpSink } from "./http-sink.ts";
import type { SinkStats } from "./sink-stats.ts";

const [signalName, grpcPort, httpPort, statsPort, delayMs = "0"] = process.argv.slice(2);
const grpcSignal = signals.find((signal) => signal === signalName) ?? "traces";
const seen = { items: 0, requests: 0, bodyBytes: 0, otherLines: 0 };

async function answered(): Promise<void> {
  const ms = Number(delayMs);
  if (ms > 0) await new Promise((resolve) => void setTimeout(resolve, ms));
}

async function take(signal: Signal, body: Buffer, isGzip: boolean): Promise<void> {
  const items = countItems(signal, isGzip ? gunzipSync(body) : body);
  await answered();
  seen.items += items;
  seen.requests++;
  seen.bodyBytes += body.length;
}

async function takeLines(format: string | null, body: Buffer, isGzip: boolean): Promise<void> {
  const text = isGzip ? gunzipSync(body) : body;
  let lines = 0;
  for (let at = text.indexOf(10); at >= 0; at = text.indexOf(10, at + 1)) lines++;
  await answered();
  if (format === "spanLogs") seen.otherLines += lines;
  else seen.items += lines;
  seen.requests++;
  seen.bodyBytes += body.length;
}

const grpc = grpcSink((message, isGzip) => take(grpcSignal, message, isGzip));
const http = httpSink(async (url, body, isGzip) => {
  const signal = signals.find((name) => url.pathname === `/v1/${name}`);
  if (signal === undefined) await takeLines(url.searchParams.get("f"), body, isGzip);
  else await take(signal, body, isGzip);
  return signal === undefined ? 202 : 200;
});
const stats = createServer((_request, response) => {
  const { user, system } = process.cpuUsage();
  const answer: SinkStats = { ...seen, cpuSeconds: (user + system) / 1e6 };
  response.end(JSON.stringify(answer));
});
grpc.listen(Number(grpcPort), "127.0.0.1");
http.listen(Number(httpPort), "127.0.0.1");
stats.listen(Number(statsPort), "127.0.0.1");
process.on("SIGTERM", () => process.exit(0));
