import t from "tap";
import { decodeRpcStatus } from "../../../src/net/client/decode-rpc-status.ts";
import { encodeRpcStatus } from "../../../src/net/rpc-status.ts";
import { WireType } from "../../../src/wire/wire-type.ts";
import { Writer } from "../../../src/wire/writer.ts";

t.test("decodeRpcStatus() reads what encodeRpcStatus() writes", (t) => {
  for (const retryDelayMs of [undefined, 1, 999, 1000, 1500.5, 3_600_000]) {
    const status = decodeRpcStatus(encodeRpcStatus({ code: 14, message: "später", retryDelayMs }));
    t.equal(status?.code, 14);
    t.equal(status?.message, "später");
    t.equal(status?.retryDelayMs, retryDelayMs);
    t.same(status?.details, retryDelayMs === undefined ? [] : ["type.googleapis.com/google.rpc.RetryInfo"]);
  }
  t.end();
});

t.test("a RetryInfo without a delay, or with one in the past, is there and asks for nothing", (t) => {
  t.equal(decodeRpcStatus(withRetryInfo(() => undefined))?.retryDelayMs, 0);
  const past = withRetryInfo((writer) => {
    const duration = writer.open(1);
    writer.writeTag(1, WireType.varint);
    writer.writeVarint64(0xffff_fff0, 0xffff_ffff);
    writer.close(duration);
  });
  t.equal(decodeRpcStatus(past)?.retryDelayMs, 0);
  t.end();
});

t.test("decodeRpcStatus() skips unknown fields, and other details", (t) => {
  const writer = new Writer();
  writer.writeString(15, "unknown");
  const detail = writer.open(3);
  writer.writeString(1, "type.googleapis.com/google.rpc.DebugInfo");
  writer.writeString(2, "x");
  writer.close(detail);
  const status = decodeRpcStatus(
    Buffer.concat([writer.finish(), encodeRpcStatus({ code: 8, message: "m", retryDelayMs: 5 })]),
  );
  t.equal(status?.code, 8);
  t.equal(status?.retryDelayMs, 5);
  t.equal(status?.details.length, 2);
  t.end();
});

t.test("decodeRpcStatus() takes no text, page or broken message for a status", (t) => {
  for (const text of ["404 page not found\n", "<html></html>", '{"code":3,"message":"x"}', "busy", "\u0012\u00ff"]) {
    t.equal(decodeRpcStatus(Buffer.from(text, "latin1")), undefined, JSON.stringify(text));
  }
  const whole = encodeRpcStatus({ code: 3, message: "message", retryDelayMs: 1000 });
  for (let length = 1; length < whole.length; length++) {
    t.doesNotThrow(() => decodeRpcStatus(whole.subarray(0, length)));
  }
  t.end();
});

function withRetryInfo(write: (writer: Writer) => void): Uint8Array {
  const info = new Writer();
  write(info);
  const writer = new Writer();
  const detail = writer.open(3);
  writer.writeString(1, "type.googleapis.com/google.rpc.RetryInfo");
  writer.writeBytes(2, info.finish());
  writer.close(detail);
  return writer.finish();
}
