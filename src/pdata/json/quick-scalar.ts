import { int64 } from "./int64.ts";
import type { QuickField } from "./quick-keys.ts";
import { readInteger, writeBoolean, writeDouble, writeSmallNumber } from "./quick-number.ts";
import { writeString } from "./quick-string.ts";
import { hexDigits, notPlain, quote, type QuickText } from "./quick-text.ts";
import { writer } from "./quick-writer.ts";
import { isBase64 } from "./write-bytes.ts";

const comma = 0x2c;
const openBracket = 0x5b;
const closeBracket = 0x5d;

/** Writes a value that is no message, with its tag; answers where it ends. */
export function writeScalar(text: QuickText, at: number, field: QuickField): number {
  switch (field.kind) {
    case "string":
      if (text.byteAt(at) !== quote) throw notPlain;
      return writeString(text, at + 1, field.tag);
    case "trace_id":
      return writeId(text, at, field.tag, 16);
    case "span_id":
      return writeId(text, at, field.tag, 8);
    case "bytes":
      return writeBase64(text, at, field.tag);
    default:
      writer.tag(field.tag);
      return writeNumber(text, at, field);
  }
}

/** Writes a list of values that are no messages. */
export function writeScalars(text: QuickText, start: number, field: QuickField): number {
  let at = text.expect(start, openBracket);
  if (text.byteAt(at) === closeBracket) return at + 1;
  const contentStart = field.packed ? writer.open(field.tag, 1) : 0;
  for (;;) {
    writer.reserve(16);
    at = text.skip(field.packed ? writeNumber(text, at, field) : writeScalar(text, at, field));
    if (text.byteAt(at) === closeBracket) break;
    at = text.expect(at, comma);
  }
  if (field.packed) writer.close(contentStart, 1);
  return at + 1;
}

function writeId(text: QuickText, start: number, tag: number, byteCount: number): number {
  if (text.byteAt(start) !== quote) throw notPlain;
  const first = start + 1;
  const length = text.byteAt(first) === quote ? 0 : byteCount;
  const end = first + 2 * length;
  if (text.byteAt(end) !== quote) throw notPlain;
  writer.tag(tag);
  writer.reserve(length + 1);
  const from = text.bytes;
  const to = writer.bytes;
  let toAt = writer.at;
  to[toAt++] = length;
  for (let at = first; at < end; at += 2) {
    const high = hexDigits[from[at] as number] as number;
    const low = hexDigits[from[at + 1] as number] as number;
    if ((high | low) > 15) throw notPlain;
    to[toAt++] = (high << 4) | low;
  }
  writer.at = toAt;
  return end + 1;
}

function writeBase64(text: QuickText, start: number, tag: number): number {
  if (text.byteAt(start) !== quote) throw notPlain;
  const end = text.bytes.indexOf(quote, start + 1);
  if (end < 0) throw notPlain;
  const base64 = text.slice(start + 1, end);
  if (!isBase64(base64)) throw notPlain;
  const bytes = Buffer.from(base64, "base64");
  writer.tag(tag);
  writer.varint32(bytes.length);
  writer.raw(bytes);
  return end + 1;
}

/** A number, boolean or enum, without a tag. */
function writeNumber(text: QuickText, start: number, field: QuickField): number {
  switch (field.kind) {
    case "bool":
      return writeBoolean(text, start);
    case "double":
      return writeDouble(text, start);
    case "fixed64":
    case "sfixed64": {
      const end = readInteger(text, start, field.kind === "sfixed64");
      writer.fixed32(int64.lo);
      writer.fixed32(int64.hi);
      return end;
    }
    case "int64":
    case "uint64": {
      const end = readInteger(text, start, field.kind === "int64");
      writer.varint64(int64.lo, int64.hi);
      return end;
    }
    case "enum":
      return text.byteAt(start) === quote ? writeEnumName(text, start + 1, field) : writeSmallNumber(text, start);
    case "int32":
    case "uint32":
      return writeSmallNumber(text, start);
    case "fixed32": {
      const end = readInteger(text, start, false);
      if (int64.hi !== 0) throw notPlain;
      writer.fixed32(int64.lo);
      return end;
    }
    default: {
      const end = readInteger(text, start, true);
      if (int64.hi !== ((int64.lo | 0) >> 31) >>> 0) throw notPlain;
      // `sint32`: zigzag.
      writer.varint32((int64.lo << 1) ^ ((int64.lo | 0) >> 31));
      return end;
    }
  }
}

function writeEnumName(text: QuickText, start: number, field: QuickField): number {
  const end = text.bytes.indexOf(quote, start);
  if (end < 0) throw notPlain;
  const name = text.slice(start, end);
  const values = field.enumValues ?? {};
  if (!Object.hasOwn(values, name)) throw notPlain;
  writer.varint32(values[name] ?? 0);
  return end + 1;
}
