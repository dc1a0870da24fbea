import path from "node:path";
import zlib from "node:zlib";
import * as grpc from "@grpc/grpc-js";
import protobuf from "protobufjs";
import t from "tap";
import { ConsumeError } from "../../../src/component/consume-error.ts";
import { exportMethods } from "../../../src/receivers/otlp/services.ts";
import { requestSchemas } from "../../../src/pdata/schema.ts";
import { signals } from "../../../src/pdata/signal.ts";
import { exportPaths, frame, RawGrpc } from "../../net/raw-grpc.ts";
import { startReceiver } from "./receiver-under-test.ts";
import { badTraceRequest, traceRequest } from "./requests.ts";

const proto = path.join(import.meta.dirname, "..", "..", "..", "proto");
const root = new protobuf.Root();
root.resolvePath = (_, target) => (target.startsWith("google/protobuf") ? target : path.join(proto, target));
root.loadSync([
  "google/rpc/status.proto",
  "google/rpc/error_details.proto",
  ...["trace", "metrics", "logs"].map((name) => `opentelemetry/proto/collector/${name}/v1/${name}_service.proto`),
]);
const Status = root.lookupType("google.rpc.Status");
const RetryInfo = root.lookupType("google.rpc.RetryInfo");

interface DecodedStatus {
  readonly code: number;
  readonly message: string;
  readonly details: readonly { readonly type_url: string; readonly value: Uint8Array }[];
}

function retryDelay(bytes: Uint8Array | undefined): unknown {
  return RetryInfo.toObject(RetryInfo.decode(bytes ?? new Uint8Array()), { longs: Number })["retryDelay"];
}

const same = (bytes: Buffer): Buffer => bytes;

t.test("exportMethods are the services of the protocol's own files", async (t) => {
  const found = signals.map((signal) => {
    const request = requestSchemas[signal].name;
    const service = root.lookupService(request.replace(/Export(\w+)Request$/, "$1"));
    const method = service.methods["Export"];
    const name = service.fullName.slice(1);
    t.match(method, { requestType: request.split(".").at(-1), requestStream: undefined, responseStream: undefined });
    return { signal, service: name, path: `/${name}/${method?.name}` };
  });
  t.same(exportMethods, found);
  t.same(Object.fromEntries(exportMethods.map(({ signal, path }) => [signal, path])), exportPaths);
});

t.test("success is an export response with an empty partial success", async (t) => {
  const { grpcPort, traces } = await startReceiver(t);
  const client = new RawGrpc(grpcPort);
  const answer = await client.call(exportPaths.traces, frame(traceRequest(2)));
  t.match(answer, { httpStatus: 200, status: 0, trailers: { "content-type": /^application\/grpc/ } });
  t.same([...answer.body], [0, 0, 0, 0, 2, 0x0a, 0x00]);
  const zipped = frame(zlib.gzipSync(traceRequest(3)), true);
  t.equal((await client.call(exportPaths.traces, zipped, { "grpc-encoding": "gzip" })).status, 0);
  t.equal(traces.itemCount, 5);
  t.match(traces.contexts, [{ transport: "grpc", peer: /^127\.0\.0\.1:\d+$/ }, { transport: "grpc" }]);
  client.close();
});

t.test("a request without items is fine, and no pipeline hears of it", async (t) => {
  const { grpcPort, traces } = await startReceiver(t);
  const client = new RawGrpc(grpcPort);
  for (const message of [Buffer.alloc(0), Buffer.from([0x0a, 0x00])]) {
    t.equal((await client.call(exportPaths.traces, frame(message))).status, 0);
  }
  t.equal(traces.callCount, 0);
  client.close();
});

t.test("bad data is INVALID_ARGUMENT with the field path", async (t) => {
  const { grpcPort, traces, rejections } = await startReceiver(t);
  const client = new RawGrpc(grpcPort);
  const answer = await client.call(exportPaths.traces, frame(badTraceRequest()));
  t.equal(answer.status, 3);
  t.equal(answer.message, "resource_spans[0].scope_spans[0].spans[0].trace_id: 15 bytes, 16 expected");
  t.equal(traces.callCount, 0);
  t.match(rejections(), [
    { fields: { protocol: "gRPC", path: exportPaths.traces, reason: "bad_data", error: answer.message } },
  ]);
  client.close();
});

t.test("a refusal has RetryInfo in both places where clients look, as a real client reads them", async (t) => {
  const { grpcPort, traces } = await startReceiver(t);
  traces.failWith(new ConsumeError("refused", "data refused due to high memory usage", { retryAfterMs: 2500 }));
  const client = new grpc.Client(`127.0.0.1:${grpcPort}`, grpc.credentials.createInsecure());
  const error = await new Promise<grpc.ServiceError | null>((resolve) => {
    client.makeUnaryRequest(exportPaths.traces, same, same, traceRequest(), resolve);
  });
  client.close();
  t.equal(error?.code, grpc.status.UNAVAILABLE);
  t.equal(error?.details, "data refused due to high memory usage");
  const delay = { seconds: 2, nanos: 500_000_000 };
  // grpc-js hands out binary metadata as buffers.
  t.same(retryDelay(error?.metadata.get("google.rpc.retryinfo-bin")[0] as Buffer), delay, "where Python looks");
  const details = error?.metadata.get("grpc-status-details-bin")[0] as Buffer;
  const status = Status.toObject(Status.decode(details)) as DecodedStatus;
  t.match(status, { code: 14, message: "data refused due to high memory usage" });
  t.equal(status.details[0]?.type_url, "type.googleapis.com/google.rpc.RetryInfo");
  t.same(retryDelay(status.details[0]?.value), delay, "where the specification puts it");
});

t.test("a retryable failure is UNAVAILABLE, a permanent one INTERNAL without RetryInfo", async (t) => {
  const { grpcPort, traces, rejected } = await startReceiver(t);
  const client = new RawGrpc(grpcPort);
  const call = () => client.call(exportPaths.traces, frame(traceRequest()));
  traces.failWith(new ConsumeError("retryable", "queue is full"), 1);
  t.match(await call(), { status: 14, message: "queue is full" });
  traces.failWith(new Error("a bug"), 1);
  t.match(await call(), { status: 14, message: "internal error, try again later" });
  traces.failWith(new ConsumeError("permanent", "cannot be"), 1);
  const permanent = await call();
  t.match(permanent, { status: 13, message: "Permanent error: cannot be" });
  t.equal(permanent.trailers["google.rpc.retryinfo-bin"], undefined);
  t.same(["unavailable", "permanent"].map(rejected), [2, 1]);
  client.close();
});

t.test("a signal that no pipeline takes is an unknown service, as is any other", async (t) => {
  const { grpcPort, rejected } = await startReceiver(t, { signals: ["traces"] });
  const client = new RawGrpc(grpcPort);
  const logs = await client.call(exportPaths.logs, frame(Buffer.alloc(0)));
  t.match(logs, { status: 12, message: "unknown service opentelemetry.proto.collector.logs.v1.LogsService" });
  const health = await client.call("/grpc.health.v1.Health/Check", frame(Buffer.alloc(0)));
  t.match(health, { status: 12, message: "unknown service grpc.health.v1.Health" });
  t.equal((await client.call(exportPaths.traces, frame(traceRequest()))).status, 0);
  t.same(["unused_signal", "unknown_path"].map(rejected), [1, 1]);
  client.close();
});

t.test("metadata goes to the pipelines only where it is asked for", async (t) => {
  const plain = await startReceiver(t);
  const asked = await startReceiver(t, { grpc: { include_metadata: true } });
  for (const { grpcPort } of [plain, asked]) {
    const client = new RawGrpc(grpcPort);
    await client.call(exportPaths.traces, frame(traceRequest()), { "x-tenant": "a", "x-secret-bin": "AAEC" });
    client.close();
  }
  t.equal(plain.traces.contexts[0]?.metadata.size, 0);
  const metadata = asked.traces.contexts[0]?.metadata;
  t.same(metadata?.get("x-tenant"), ["a"]);
  t.same(metadata?.get("host"), [`127.0.0.1:${asked.grpcPort}`]);
  t.notOk(metadata?.has("x-secret-bin"));
});
