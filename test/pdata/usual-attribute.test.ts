import { isUtf8 } from "node:buffer";
import t from "tap";
import { isUsualAttribute } from "../../src/pdata/usual-attribute.ts";
import { requestTypes } from "./oracle.ts";

const keyValue = requestTypes.traces.root.lookupType("opentelemetry.proto.common.v1.KeyValue");

function attribute(value: object, key = "http.status"): Uint8Array {
  // Not a Buffer, whose `slice` is no copy.
  return Uint8Array.from(keyValue.encode(keyValue.fromObject({ key, value })).finish());
}

function isUsual(bytes: Uint8Array, start = 0, end = bytes.length): boolean {
  return isUsualAttribute(bytes, new DataView(bytes.buffer, bytes.byteOffset, bytes.length), start, end);
}

const usual = [
  attribute({ stringValue: "scheduled__2026-11-20" }),
  attribute({ stringValue: "a" }, "k"),
  attribute({ stringValue: "" }, ""),
  attribute({ intValue: 200 }),
  attribute({ intValue: -1 }),
  attribute({ doubleValue: 0.5 }),
  attribute({ boolValue: true }),
];

t.test("texts, numbers and truth values are usual attributes", (t) => {
  for (const bytes of usual) t.equal(isUsual(bytes), true, Buffer.from(bytes).toString("hex"));
  t.end();
});

t.test("others are left to the field by field check", (t) => {
  const unusual = [
    attribute({ stringValue: "é" }),
    attribute({ intValue: 1 }, "é"),
    attribute({ stringValue: "x".repeat(200) }),
    attribute({ bytesValue: Buffer.from("AA==", "base64") }),
    attribute({ arrayValue: { values: [{ intValue: 1 }] } }),
    keyValue.encode({ key: "without a value" }).finish(),
    new Uint8Array(0),
  ];
  for (const bytes of unusual) t.equal(isUsual(bytes), false, Buffer.from(bytes).toString("hex"));
  t.end();
});

t.test("whatever one byte is, what counts as usual is what protobufjs reads, with text in UTF-8", (t) => {
  let accepted = 0;
  for (const bytes of usual) {
    for (let at = 0; at < bytes.length; at++) {
      for (let byte = 0; byte < 256; byte++) {
        const changed = Uint8Array.from(bytes);
        changed[at] = byte;
        if (!isUsual(changed)) continue;
        accepted++;
        const read = keyValue.decode(changed) as unknown as { key: string; value: { stringValue?: string } };
        // A lone half of a character would have become another character.
        const texts = Buffer.from(read.key + (read.value.stringValue ?? ""));
        if (!isUtf8(changed) && texts.includes("\uFFFD")) t.fail(Buffer.from(changed).toString("hex"));
      }
    }
  }
  t.ok(accepted > 1000);
  t.end();
});

t.test("nothing behind the end is read, nor is what ends early taken", (t) => {
  for (const bytes of usual) {
    const around = Uint8Array.of(0xff, ...bytes, 0xff);
    t.equal(isUsual(around, 1, 1 + bytes.length), true);
    for (let end = 0; end < bytes.length; end++) t.equal(isUsual(around, 1, 1 + end), false);
    t.equal(isUsual(around, 1, 2 + bytes.length), false);
  }
  t.end();
});
