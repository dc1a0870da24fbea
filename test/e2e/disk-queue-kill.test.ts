import { once } from "node:events";
import http from "node:http";
import t from "tap";
import { range, spanBatch } from "../processors/batch/span-batch.ts";
import { temporaryDirectory } from "../extensions/file-storage/storage-fixture.ts";
import { CollectorProcess, freePort, until } from "./collector-process.ts";

/** More with `OTELCOL_TEST_KILLS=50`. */
const rounds = Number(process.env["OTELCOL_TEST_KILLS"] ?? 3);
const spansPerRequest = 20;

/** An OTLP backend that remembers which spans it has, and how often each came. */
async function startSink() {
  const spans = new Map<number, number>();
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("error", () => {
      // The sender was killed.
    });
    request.on("end", () => {
      for (const [, number] of Buffer.concat(chunks)
        .toString("latin1")
        .matchAll(/s(\d+);/g)) {
        spans.set(Number(number), (spans.get(Number(number)) ?? 0) + 1);
      }
      // Some are being sent at any kill.
      setTimeout(() => response.writeHead(200).end(), 10);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("Cannot tell the sink's port");
  return { spans, port: address.port, close: () => void (server.close(), server.closeAllConnections()) };
}

function post(port: number, agent: http.Agent, body: Uint8Array): Promise<number> {
  return new Promise((resolve) => {
    const headers = { "content-type": "application/x-protobuf" };
    const request = http.request({ port, host: "127.0.0.1", path: "/v1/traces", method: "POST", agent, headers });
    request.on("response", (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    request.on("error", () => resolve(0));
    request.end(body);
  });
}

t.test(`otlp → batch → queue on disk: nothing that was answered 200 is lost at ${rounds} kills`, async (t) => {
  t.setTimeout(20_000 + 5000 * rounds);
  const sink = await startSink();
  t.teardown(sink.close);
  const port = await freePort();
  const yaml = `
extensions:
  file_storage: { directory: ${temporaryDirectory(t)} }
receivers:
  otlp: { protocols: { http: { endpoint: "127.0.0.1:${port}" } } }
processors:
  batch: { timeout: 200ms }
exporters:
  otlp_http:
    endpoint: http://127.0.0.1:${sink.port}
    compression: none
    sending_queue: { storage: file_storage, num_consumers: 4 }
  debug: { verbosity: basic }
service:
  extensions: [file_storage]
  telemetry: { metrics: { level: none } }
  pipelines:
    traces: { receivers: [otlp], processors: [batch], exporters: [otlp_http, debug] }
`;
  const accepted = new Set<number>();
  let next = 0;
  for (let round = 0; round < rounds; round++) {
    const collector = await CollectorProcess.start(yaml);
    const agent = new http.Agent({ keepAlive: true, maxSockets: 16 });
    const over = new AbortController();
    const load = Promise.all(
      Array.from({ length: 16 }, async () => {
        while (!over.signal.aborted) {
          const first = next;
          next += spansPerRequest;
          const status = await post(port, agent, spanBatch(spansPerRequest, first).bytes);
          if (status === 200) for (const span of range(first, first + spansPerRequest)) accepted.add(span);
          else await new Promise((resolve) => setTimeout(resolve, 10));
        }
      }),
    );
    await new Promise((resolve) => setTimeout(resolve, 300 + Math.random() * 700));
    await collector.stop("SIGKILL");
    over.abort();
    await load;
    agent.destroy();
  }
  const last = await CollectorProcess.start(yaml);
  const missing = (): number[] => [...accepted].filter((span) => !sink.spans.has(span));
  await until("all spans are delivered", () => missing().length === 0).catch(() => {
    // The assertion below names them.
  });
  t.equal(await last.stop(), 0);
  const duplicates = [...sink.spans.values()].reduce((sum, times) => sum + times - 1, 0);
  t.comment(
    `${accepted.size} accepted, ${sink.spans.size} delivered, ${missing().length} missing, ${duplicates} twice`,
  );
  t.ok(accepted.size > 100 * rounds, "the rounds did something");
  t.same(missing(), []);
});
