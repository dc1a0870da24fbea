import t from "tap";
import { decodeBody } from "../../../src/receivers/otlp/decode-body.ts";
import { badTraceRequest, traceJson, traceRequest } from "./requests.ts";

t.test("decodeBody() reads either form under either label", (t) => {
  const protobuf = traceRequest(3);
  for (const label of ["protobuf", "json"] as const) {
    const decoded = decodeBody("traces", protobuf, label);
    t.equal(decoded.form, "protobuf");
    t.equal(decoded.batch.itemCount, 3);
    t.ok(protobuf.equals(decoded.batch.bytes));
    for (const text of [traceJson(), ` \r\n\t${traceJson()}`, `\ufeff${traceJson()}`]) {
      const fromJson = decodeBody("traces", Buffer.from(text), label);
      t.equal(fromJson.form, "json");
      t.equal(fromJson.batch.itemCount, 1);
    }
  }
  t.end();
});

t.test("decodeBody() is not misled by a protobuf length byte that looks like a brace", (t) => {
  // 0x0a is a line break as text, and a request of 123 bytes has `{` for its length.
  let request: Buffer = Buffer.alloc(0);
  for (let nameBytes = 1; request[1] !== 0x7b; nameBytes++) request = traceRequest(1, nameBytes);
  const { form, batch } = decodeBody("traces", request, "json");
  t.equal(form, "protobuf");
  t.equal(batch.itemCount, 1);
  t.end();
});

t.test("decodeBody() complains about the form that the label names", (t) => {
  const rows: readonly [Buffer, "protobuf" | "json", RegExp][] = [
    [badTraceRequest(), "protobuf", /^resource_spans\[0\]\.scope_spans\[0\]\.spans\[0\]\.trace_id: 15 bytes/],
    [badTraceRequest(), "json", /^body is not a JSON object$/],
    [Buffer.alloc(0), "json", /^body is empty, a JSON object expected$/],
    [Buffer.from("[]"), "json", /^body is not a JSON object$/],
    [Buffer.from("12345678 9"), "json", /^body is not a JSON object$/],
    [Buffer.from('{"resourceSpans": 5}'), "json", /resourceSpans/],
    [Buffer.from('{"resourceSpans": ['), "protobuf", /field 15/],
    [Buffer.from("{}"), "protobuf", /field 15/],
  ];
  for (const [body, label, message] of rows) {
    t.throws(() => decodeBody("traces", body, label), { name: "InvalidRequestError", message }, `${label} ${message}`);
  }
  t.end();
});

t.test("decodeBody() takes an empty protobuf request", (t) => {
  const { batch } = decodeBody("traces", Buffer.alloc(0), "protobuf");
  t.equal(batch.itemCount, 0);
  t.equal(decodeBody("traces", Buffer.from("{}"), "json").batch.itemCount, 0);
  t.end();
});

t.test("decodeBody() recognises the head of another request", (t) => {
  for (const label of ["protobuf", "json"] as const) {
    const body = Buffer.from("POST /v1/metrics HTTP/1.1\r\nHost: x\r\n\r\n");
    t.throws(() => decodeBody("metrics", body, label), { reason: "garbled", message: /two processes/ });
  }
  t.end();
});

t.test("decodeBody() keeps no large buffer alive by a small request", (t) => {
  const large = Buffer.alloc(65_536);
  const request = traceRequest();
  large.set(request, 1000);
  const { batch } = decodeBody("traces", large.subarray(1000, 1000 + request.length), "protobuf");
  t.ok(batch.bytes.buffer.byteLength < 1000);
  t.end();
});
