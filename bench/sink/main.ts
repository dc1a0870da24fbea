// A backend that counts what it is sent and drops it: main.ts SIGNAL GRPC_PORT HTTP_PORT STATS_PORT [DELAY_MS]. OTLP over
// gRPC (of one signal) and HTTP, and Wavefront lines on the HTTP port; GET on the last port answers `SinkStats`.
import { createServer } from "node:http";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { countItems } from "../../src/pdata/count-items.ts";
import { signals, type Signal } from "../../src/pdata/signal.ts";
import { grpcSink } from "./grpc-sink.ts";
import { httpSink } from "./http-sink.ts";
import type { SinkStats } from "./sink-stats.ts";

const [signalName, grpcPort, httpPort, statsPort, delayMs = "0"] = process.argv.slice(2);
const grpcSignal = signals.find((signal) => signal === signalName) ?? "traces";
const seen = { items: 0, requests: 0, bodyBytes: 0, otherLines: 0 };

const inflate = promisify(gunzip);
/** Bodies are counted one after the other beside the answers, so that counting never makes a sender wait and send again. */
let counting: Promise<void> = Promise.resolve();

function take(body: Buffer, isGzip: boolean, count: (text: Buffer) => void): Promise<void> {
  counting = counting.then(async () => {
    count(isGzip ? await inflate(body) : body);
    seen.requests++;
    seen.bodyBytes += body.length;
  });
  const ms = Number(delayMs);
  return ms > 0 ? new Promise((resolve) => void setTimeout(resolve, ms)) : Promise.resolve();
}

const countOf = (signal: Signal) => (body: Buffer) => void (seen.items += countItems(signal, body));

const [newline, quote, tilde] = [10, 34, 126];

/** Lines of span logs, and points that the exporter makes about itself (`~converter…`), are no items. */
function countLines(format: string | null, text: Buffer): void {
  let start = 0;
  for (let end = text.indexOf(newline); end >= 0; end = text.indexOf(newline, start)) {
    const first = text[start] === quote ? text[start + 1] : text[start];
    if (format === "spanLogs" || first === tilde) seen.otherLines++;
    else seen.items++;
    start = end + 1;
  }
}

const grpc = grpcSink((message, isGzip) => take(message, isGzip, countOf(grpcSignal)));
const http = httpSink(async (url, body, isGzip) => {
  const signal = signals.find((name) => url.pathname === `/v1/${name}`);
  const format = url.searchParams.get("f");
  await take(body, isGzip, signal === undefined ? (text) => countLines(format, text) : countOf(signal));
  return signal === undefined ? 202 : 200;
});
const stats = createServer((_request, response) => {
  const { user, system } = process.cpuUsage();
  void counting.then(() => {
    const answer: SinkStats = { ...seen, cpuSeconds: (user + system) / 1e6 };
    response.end(JSON.stringify(answer));
  });
});
grpc.listen(Number(grpcPort), "127.0.0.1");
http.listen(Number(httpPort), "127.0.0.1");
stats.listen(Number(statsPort), "127.0.0.1");
process.on("SIGTERM", () => process.exit(0));
