import t from "tap";
import { decodePartialSuccess, parsePartialSuccess } from "../../../src/net/client/otlp/partial-success.ts";
import { WireType } from "../../../src/wire/wire-type.ts";
import { Writer } from "../../../src/wire/writer.ts";

t.test("decodePartialSuccess() reads number and message", (t) => {
  t.same(decodePartialSuccess(response(3, "three")), { rejected: 3, message: "three" });
  t.same(decodePartialSuccess(response(0, "a remark")), { rejected: 0, message: "a remark" });
  t.same(decodePartialSuccess(new Uint8Array(0)), { rejected: 0, message: "" });
  t.same(decodePartialSuccess(Uint8Array.of(0x0a, 0x00)), { rejected: 0, message: "" });
  t.end();
});

t.test("decodePartialSuccess() reads negative and huge numbers as they are", (t) => {
  const negative = new Writer();
  const partial = negative.open(1);
  negative.writeTag(1, WireType.varint);
  negative.writeVarint64(0xffff_ffff, 0xffff_ffff);
  negative.close(partial);
  t.equal(decodePartialSuccess(negative.finish())?.rejected, -1);
  t.end();
});

t.test("decodePartialSuccess() knows what is no such message", (t) => {
  for (const text of ["<html>", "ok", "\n\u0005ab", "\n\u0004\u0012\u0002\u00ff\u00ff"]) {
    t.equal(decodePartialSuccess(Buffer.from(text, "latin1")), undefined, JSON.stringify(text));
  }
  const whole = response(3, "three");
  for (let length = 0; length < whole.length; length++) {
    t.doesNotThrow(() => decodePartialSuccess(whole.subarray(0, length)));
  }
  t.end();
});

t.test("parsePartialSuccess() reads both spellings, numbers and strings", (t) => {
  const cases: readonly (readonly [text: string, rejected: number, message: string])[] = [
    ["{}", 0, ""],
    ['{"partialSuccess":{}}', 0, ""],
    ['{"partialSuccess":null}', 0, ""],
    ['{"partialSuccess":{"rejectedSpans":"5","errorMessage":"m"}}', 5, "m"],
    ['{"partialSuccess":{"rejectedDataPoints":5}}', 5, ""],
    ['{"partial_success":{"rejected_log_records":"2","error_message":"m"}}', 2, "m"],
    ['{"partial_success":{"rejected_data_points":2},"unknown":1}', 2, ""],
  ];
  for (const [text, rejected, message] of cases) t.same(parsePartialSuccess(text), { rejected, message }, text);
  for (const text of ["", "ok", "[]", "1", '{"partialSuccess":1}', '{"partialSuccess":{"rejectedSpans":"x"}}']) {
    t.equal(parsePartialSuccess(text), undefined, text);
  }
  t.end();
});

function response(rejected: number, message: string): Uint8Array {
  const writer = new Writer();
  const partial = writer.open(1);
  if (rejected !== 0) {
    writer.writeTag(1, WireType.varint);
    writer.writeVarint32(rejected);
  }
  if (message !== "") writer.writeString(2, message);
  writer.close(partial);
  return writer.finish();
}
