import t from "tap";
import { TextBuffer, TextLimitError } from "../../src/text/text-buffer.ts";

const mebibyte = 1024 * 1024;

function textOf(out: TextBuffer): string {
  return Buffer.from(out.view()).toString("utf8");
}

void t.test("parts of every length arrive whole and in order", (t) => {
  const out = new TextBuffer(mebibyte);
  const source = Buffer.from("0123456789abcdef".repeat(64));
  let expected = "";
  for (const length of [0, 1, 15, 16, 17, 63, 64, 65, 96, 97, 98, 1000]) {
    const part = source.subarray(0, length);
    out.appendBytes(part);
    out.appendRange(source, 3, Math.max(3, length));
    out.appendAscii(part.toString());
    out.appendByte(10);
    expected += `${part}${source.subarray(3, Math.max(3, length))}${part}\n`;
  }
  t.equal(textOf(out), expected);
  t.end();
});

void t.test("a write beyond the limit throws and leaves the text as it was", (t) => {
  const out = new TextBuffer(20_000);
  out.appendBytes(Buffer.alloc(19_990, 120));
  t.throws(() => out.appendBytes(Buffer.alloc(11)), TextLimitError);
  t.equal(out.length, 19_990);
  out.appendBytes(Buffer.alloc(10));
  t.equal(out.length, 20_000);
  t.end();
});

void t.test("memory of an exceptional text is given back", (t) => {
  const out = new TextBuffer(64 * mebibyte);
  out.appendBytes(new Uint8Array(40 * mebibyte));
  out.clear();
  t.ok(out.bytes.length <= 16 * mebibyte, "most of it at once");
  for (let round = 0; round < 100; round++) {
    out.appendAscii("small");
    out.clear();
  }
  t.ok(out.bytes.length <= 64 * 1024, "and the rest with the texts that follow");
  t.end();
});

void t.test("a buffer for texts of one size does not grow and shrink", (t) => {
  const out = new TextBuffer(64 * mebibyte);
  const text = new Uint8Array(5 * mebibyte);
  out.appendBytes(text);
  out.clear();
  const { bytes } = out;
  for (let round = 0; round < 20; round++) {
    out.appendBytes(text);
    out.clear();
  }
  t.equal(out.bytes, bytes);
  t.end();
});
