import t from "tap";
import { Cursor } from "../../src/wire/cursor.ts";

function cursorOver(...bytes: readonly number[]): Cursor {
  return new Cursor(Uint8Array.from(bytes));
}

const ff = (count: number): number[] => Array.from({ length: count }, () => 0xff);

t.test("readVarint64() reads every length into two halves", (t) => {
  const table: readonly (readonly [readonly number[], bigint])[] = [
    [[0], 0n],
    [[0x7f], 127n],
    [[0x80, 0x01], 128n],
    [[0xff, 0xff, 0xff, 0xff, 0x0f], 0xffff_ffffn],
    [[0x80, 0x80, 0x80, 0x80, 0x10], 0x1_0000_0000n],
    [[...ff(7), 0x7f], 0xff_ffff_ffff_ffffn],
    [[...ff(9), 0x01], 0xffff_ffff_ffff_ffffn],
    // Padded: longer than needed, and still the same number.
    [[0x85, 0x80, 0x00], 5n],
    // Bits beyond the 64th are dropped.
    [[...ff(9), 0x7f], 0xffff_ffff_ffff_ffffn],
  ];
  for (const [bytes, value] of table) {
    const cursor = cursorOver(...bytes);
    cursor.readVarint64();
    t.equal((BigInt(cursor.hi) << 32n) | BigInt(cursor.lo), value);
    t.equal(cursor.pos, bytes.length);
  }
  t.end();
});

t.test("readVarint32() reads a longer varint to its end and cuts it", (t) => {
  const cursor = cursorOver(0xfe, ...ff(8), 0x01, 0x07);
  t.equal(cursor.readVarint32(), 0xffff_fffe);
  t.equal(cursor.readVarint32(), 7);
  t.end();
});

t.test("fixed-width values are little-endian", (t) => {
  t.equal(cursorOver(1, 2, 3, 0xf4).readFixed32(), 0xf403_0201);
  const cursor = cursorOver(1, 0, 0, 0, 2, 0, 0, 0x80);
  cursor.readFixed64();
  t.same([cursor.lo, cursor.hi], [1, 0x8000_0002]);
  t.equal(cursorOver(0, 0, 0, 0, 0, 0, 0xf8, 0xbf).readDouble(), -1.5);
  t.end();
});

t.test("skip() steps over one value of every wire type", (t) => {
  const table: readonly (readonly [string, readonly number[]])[] = [
    ["varint", [0x08, 0x80, 0x01]],
    ["varint of ten bytes", [0x08, ...ff(9), 0x01]],
    ["fixed64", [0x09, ...ff(8)]],
    ["length-delimited", [0x0a, 2, 0xff, 0xff]],
    ["length-delimited, length padded", [0x0a, 0x82, 0x80, 0x00, 0xff, 0xff]],
    ["fixed32", [0x0d, ...ff(4)]],
    ["empty group", [0x0b, 0x0c]],
    ["group in group", [0x0b, 0x13, 0x08, 0x01, 0x14, 0x0a, 0x00, 0x0c]],
  ];
  for (const [name, bytes] of table) {
    const cursor = cursorOver(...bytes, 0x77);
    cursor.skip(cursor.readTag());
    t.equal(cursor.pos, bytes.length, name);
  }
  t.end();
});

t.test("broken bytes give an error with a code, an offset and a reason", (t) => {
  const nested = [...Array.from({ length: 101 }, () => 0x0b), ...Array.from({ length: 101 }, () => 0x0c)];
  const table: readonly (readonly [readonly number[], string, number, string])[] = [
    [[], "truncated", 0, "varint runs past the end"],
    [[0x80], "truncated", 0, "varint runs past the end"],
    [[0x00, 0x00], "illegal_tag", 0, "illegal field number 0"],
    [[0x07], "illegal_tag", 0, "illegal field number 0"],
    [[0x80, 0x80, 0x80, 0x80, 0x10], "illegal_tag", 0, "illegal field number beyond 536870911"],
    [[0x08, ...ff(10)], "varint_too_long", 1, "varint is longer than 10 bytes"],
    [[0x08, 0xff], "truncated", 1, "varint runs past the end"],
    [[0x09, ...ff(7)], "truncated", 1, "fixed-width value runs past the end"],
    [[0x0d, ...ff(3)], "truncated", 1, "fixed-width value runs past the end"],
    [[0x0a], "truncated", 1, "varint runs past the end"],
    [[0x0a, 0x03, 1, 2], "truncated", 1, "length 3 runs past the end: 2 bytes are left"],
    [[0x0a, 0x02, 1], "truncated", 1, "length 2 runs past the end: 1 byte is left"],
    [[0x0a, 0x81, 0x01, 1], "truncated", 1, "length 129 runs past the end: 1 byte is left"],
    // 2^32 + 1: its low 32 bits would fit.
    [[0x0a, 0x81, 0x80, 0x80, 0x80, 0x10, 1], "truncated", 1, "length 4294967297 runs past the end: 1 byte is left"],
    [[0x0b, 0x08, 0x01], "truncated", 3, "group is not closed"],
    [[0x0b, 0x14], "unbalanced_group", 2, "group is closed by another"],
    [[0x0c], "unbalanced_group", 1, "end of a group that was not opened"],
    [[0x0e], "illegal_wire_type", 1, "illegal wire type 6"],
    [[0x0f], "illegal_wire_type", 1, "illegal wire type 7"],
    [nested, "too_deep", 101, "groups nest deeper than 100"],
  ];
  for (const [bytes, code, offset, message] of table) {
    const cursor = cursorOver(...bytes);
    t.throws(
      () => cursor.skip(cursor.readTag()),
      { name: "WireError", code, offset, message },
      `[${bytes.slice(0, 12)}]`,
    );
  }
  t.end();
});

t.test("a cursor never reads beyond its range, though the array goes on", (t) => {
  const bytes = Uint8Array.from([0x08, 0x80, 0x01, 0, 0, 0, 0, 0, 0]);
  const upTo = (end: number): Cursor => new Cursor(bytes, 1, end);
  t.throws(() => upTo(2).readVarint64(), { code: "truncated" });
  t.throws(() => upTo(2).readLength(), { code: "truncated" });
  t.throws(() => upTo(1).readTag(), { code: "truncated" });
  t.throws(() => upTo(8).readFixed64(), { code: "truncated" });
  t.throws(() => upTo(4).readFixed32(), { code: "truncated" });
  t.end();
});
