import path from "node:path";
import protobuf from "protobufjs";
import t from "tap";
import { encodeRetryInfo, encodeRpcStatus, RpcCode, rpcStatusJson } from "../../src/net/rpc-status.ts";

const proto = path.join(import.meta.dirname, "..", "..", "proto");
const root = new protobuf.Root();
root.resolvePath = (_, target) => (target.startsWith("google/protobuf") ? target : path.join(proto, target));
root.loadSync(["google/rpc/status.proto", "google/rpc/error_details.proto"]);
const Status = root.lookupType("google.rpc.Status");
const RetryInfo = root.lookupType("google.rpc.RetryInfo");

t.test("encodeRpcStatus() is read back by another implementation", (t) => {
  const bytes = encodeRpcStatus({ code: RpcCode.unavailable, message: "später", retryDelayMs: 1500 });
  const status = Status.toObject(Status.decode(bytes)) as {
    code: number;
    message: string;
    details: { type_url: string; value: Uint8Array }[];
  };
  t.equal(status.code, 14);
  t.equal(status.message, "später");
  t.equal(status.details.length, 1);
  t.equal(status.details[0]?.type_url, "type.googleapis.com/google.rpc.RetryInfo");
  const info = RetryInfo.decode(status.details[0]?.value ?? new Uint8Array());
  t.match(RetryInfo.toObject(info, { longs: Number }), { retryDelay: { seconds: 1, nanos: 500_000_000 } });
  t.end();
});

t.test("encodeRpcStatus() leaves out what is not there", (t) => {
  const bytes = encodeRpcStatus({ code: RpcCode.invalidArgument, message: "" });
  t.same([...bytes], [0x08, 0x03]);
  t.end();
});

t.test("encodeRetryInfo() writes whole and broken seconds", (t) => {
  const table: readonly [number, object][] = [
    [3000, { seconds: 3 }],
    [250, { nanos: 250_000_000 }],
    [0, {}],
  ];
  for (const [delayMs, retryDelay] of table) {
    const info = RetryInfo.decode(encodeRetryInfo(delayMs));
    t.same(RetryInfo.toObject(info, { longs: Number }), { retryDelay }, `${delayMs} ms`);
  }
  t.end();
});

t.test("rpcStatusJson() is the JSON form of the same", (t) => {
  t.equal(rpcStatusJson({ code: 3, message: 'a "b"' }), '{"code":3,"message":"a \\"b\\""}');
  t.same(JSON.parse(rpcStatusJson({ code: 14, message: "m", retryDelayMs: 1500 })), {
    code: 14,
    message: "m",
    details: [{ "@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "1.5s" }],
  });
  t.end();
});
