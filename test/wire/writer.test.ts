import t from "tap";
import { Cursor } from "../../src/wire/cursor.ts";
import { WireType } from "../../src/wire/wire-type.ts";
import { Writer } from "../../src/wire/writer.ts";

const hex = (writer: Writer): string => Buffer.from(writer.finish()).toString("hex");

t.test("the writer writes the bytes that the protobuf documentation shows", (t) => {
  const writer = new Writer();
  writer.writeTag(1, WireType.varint);
  writer.writeVarint32(150);
  t.equal(hex(writer), "089601");
  writer.clear();
  writer.writeString(2, "testing");
  t.equal(hex(writer), "120774657374696e67");
  writer.clear();
  const inner = writer.open(3);
  writer.writeTag(1, WireType.varint);
  writer.writeVarint32(150);
  writer.close(inner);
  t.equal(hex(writer), "1a03089601");
  t.end();
});

t.test("64-bit varints and fixed values come from two halves", (t) => {
  const table: readonly (readonly [number, number, string])[] = [
    [0, 0, "00"],
    [127, 0, "7f"],
    [128, 0, "8001"],
    [-1, 0, "ffffffff0f"],
    [0, 1, "8080808010"],
    [-1, -1, "ffffffffffffffffff01"],
  ];
  for (const [lo, hi, expected] of table) {
    const writer = new Writer(1);
    writer.writeVarint64(lo, hi);
    t.equal(hex(writer), expected);
  }
  const writer = new Writer(1);
  writer.writeFixed64(1, -2);
  writer.writeDouble(-1.5);
  t.equal(hex(writer), "01000000feffffff000000000000f8bf");
  t.end();
});

t.test("close() gives every nested message the shortest length, whatever its size", (t) => {
  for (const size of [0, 1, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152]) {
    const content = new Uint8Array(size).fill(7);
    const writer = new Writer(16);
    const outer = writer.open(1);
    const inner = writer.open(2);
    writer.writeRaw(content);
    writer.close(inner);
    writer.writeTag(3, WireType.varint);
    writer.writeVarint32(1);
    writer.close(outer);
    const bytes = writer.finish();
    const cursor = new Cursor(bytes);
    t.equal(cursor.readTag(), 10);
    t.equal(cursor.readLength(), bytes.length - cursor.pos, `outer length around ${size} bytes`);
    t.equal(cursor.readTag(), 18);
    const before = cursor.pos;
    t.equal(cursor.readLength(), size);
    t.equal(cursor.pos - before, size < 128 ? 1 : size < 16_384 ? 2 : size < 2_097_152 ? 3 : 4);
    t.equal(Buffer.compare(bytes.subarray(cursor.pos, cursor.pos + size), content), 0);
    t.equal(bytes.at(-1), 1);
  }
  t.end();
});

t.test("strings of every length and script are UTF-8, lone surrogates U+FFFD", (t) => {
  const texts = ["", "a", "naïve", "日本語", "😀", "x".repeat(31), "x".repeat(32), "é".repeat(63), "é".repeat(64)];
  for (const text of [...texts, "x".repeat(20_000), `${"a".repeat(30)}é`]) {
    const writer = new Writer(4);
    writer.writeString(1, text);
    const bytes = writer.finish();
    const cursor = new Cursor(bytes, 1);
    t.equal(cursor.readLength(), bytes.length - cursor.pos);
    t.equal(Buffer.from(bytes).toString("utf8", cursor.pos), text);
  }
  const writer = new Writer();
  writer.writeString(1, "\ud800");
  t.equal(hex(writer), "0a03efbfbd");
  t.end();
});

t.test("finish() answers a copy that later writing does not touch, and truncate() takes back", (t) => {
  const writer = new Writer(2);
  writer.writeBytes(1, Uint8Array.of(1, 2, 3, 4), 1, 3);
  const first = writer.finish();
  const mark = writer.length;
  writer.writeVarint32(9);
  writer.truncate(mark);
  t.equal(hex(writer), "0a020203");
  writer.clear();
  writer.writeVarint32(7);
  t.equal(Buffer.from(first).toString("hex"), "0a020203");
  t.equal(first.buffer.byteLength, first.length, "the copy shares memory with nothing");
  t.equal(hex(writer), "07");
  t.end();
});
