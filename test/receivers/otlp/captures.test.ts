import http from "node:http";
import http2 from "node:http2";
import t, { type Test } from "tap";
import type { RecordingConsumer } from "../../contracts/recording-consumer.ts";
import { captureComment, itemCountOf, loadCaptures, type Capture } from "../../captures.ts";
import { exportPaths, frame, RawGrpc } from "../../net/raw-grpc.ts";
import { startReceiver, type ReceiverUnderTest } from "./receiver-under-test.ts";

t.comment(captureComment);

const captures = loadCaptures();
const standardPath = /^\/v1\/(traces|metrics|logs)$/;
/** Headers that belong to a connection, not to a request. */
const connectionHeaders = new Set(
  "host connection content-length transfer-encoding upgrade http2-settings te expect keep-alive".split(" "),
);

function headersOf(capture: Capture): Record<string, string> {
  return Object.fromEntries(Object.entries(capture.meta.headers).filter(([name]) => !connectionHeaders.has(name)));
}

/** Whether the receiver should take a request; undefined where either is right. */
function shouldAccept({ meta }: Capture): boolean | undefined {
  if (meta.decodeError !== undefined) return false;
  if (meta.transport === "grpc" || standardPath.test(meta.path)) return true;
  return /\/v1\/(traces|metrics|logs)\/?$/.test(meta.path);
}

function consumerOf(receiver: ReceiverUnderTest, capture: Capture): RecordingConsumer | undefined {
  const { signal } = capture.meta;
  return signal === "other" ? undefined : (receiver[signal] as RecordingConsumer);
}

function overHttp1(port: number, capture: Capture, agent: http.Agent): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const { path } = capture.meta;
    const request = http.request({ host: "127.0.0.1", port, path, method: "POST", headers: headersOf(capture), agent });
    request.on("response", (response) => {
      response.resume();
      response.on("end", () => resolve(response.statusCode === 200));
    });
    request.on("error", reject);
    request.end(capture.raw);
  });
}

/** What curl does with `--http2-prior-knowledge`: OTLP/HTTP over h2c. */
function overHttp2(session: http2.ClientHttp2Session, capture: Capture): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const stream = session.request({ ":method": "POST", ":path": capture.meta.path, ...headersOf(capture) });
    let status = 0;
    stream.on("response", (headers) => (status = headers[":status"] ?? 0));
    stream.on("end", () => resolve(status === 200));
    stream.on("error", reject);
    stream.resume();
    stream.end(capture.raw);
  });
}

async function check(
  t: Test,
  receiver: ReceiverUnderTest,
  capture: Capture,
  exchange: () => Promise<boolean>,
): Promise<void> {
  const consumer = consumerOf(receiver, capture);
  const before = consumer?.itemCount ?? 0;
  const isAccepted = await exchange();
  t.equal(isAccepted, shouldAccept(capture), `${capture.name} is ${isAccepted ? "accepted" : "refused"}`);
  const taken = (consumer?.itemCount ?? 0) - before;
  t.equal(taken, isAccepted ? (itemCountOf(capture) ?? 0) : 0, `${capture.name}: all items or none`);
  const last = consumer?.batches.at(-1);
  if (isAccepted && capture.meta.bodyIs !== "json" && taken > 0 && last !== undefined) {
    t.ok(capture.body.equals(last.bytes), `${capture.name}: its bytes as they were sent`);
  }
}

for (const portName of ["grpcPort", "httpPort"] as const) {
  t.test(`every recorded request is answered as it should be on the port of ${portName}`, async (t) => {
    const receiver = await startReceiver(t);
    const port = receiver[portName];
    const grpc = new RawGrpc(port);
    const agent = new http.Agent({ keepAlive: true });
    for (const capture of captures) {
      await check(t, receiver, capture, async () => {
        if (capture.meta.transport === "http") return overHttp1(port, capture, agent);
        return (await grpc.call(capture.meta.path, capture.raw, headersOf(capture))).status === 0;
      });
    }
    grpc.close();
    agent.destroy();
  });
}

t.test("every recorded HTTP request is answered the same over HTTP/2", async (t) => {
  const receiver = await startReceiver(t);
  const session = http2.connect(`http://127.0.0.1:${receiver.httpPort}`);
  for (const capture of captures.filter(({ meta }) => meta.transport === "http")) {
    await check(t, receiver, capture, () => overHttp2(session, capture));
  }
  session.destroy();
});

t.test("every gRPC message is taken as the body of an HTTP request, and the other way round", async (t) => {
  const receiver = await startReceiver(t);
  const grpc = new RawGrpc(receiver.grpcPort);
  const agent = new http.Agent({ keepAlive: true });
  for (const capture of captures) {
    const { signal, decodeError, bodyIs } = capture.meta;
    if (signal === "other" || decodeError !== undefined || bodyIs === "json") continue;
    if (capture.meta.transport === "grpc") {
      const asHttp: Capture = {
        ...capture,
        raw: capture.body,
        meta: {
          ...capture.meta,
          transport: "http",
          path: `/v1/${signal}`,
          headers: { "content-type": "application/x-protobuf" },
        },
      };
      await check(t, receiver, asHttp, () => overHttp1(receiver.httpPort, asHttp, agent));
    } else {
      await check(t, receiver, capture, async () => {
        return (await grpc.call(exportPaths[signal], frame(capture.body))).status === 0;
      });
    }
  }
  grpc.close();
  agent.destroy();
});
