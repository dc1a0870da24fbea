import { int64 } from "./int64.ts";
import { readInteger, writeBoolean, writeDouble } from "./quick-number.ts";
import { copyPlain } from "./quick-string.ts";
import { notPlain, quote, type QuickText } from "./quick-text.ts";
import { writer } from "./quick-writer.ts";

const comma = 0x2c;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const closeBracket = 0x5d;

/** Eight bytes as a number, which is how they are compared. No ASCII text is a NaN. */
function eight(text: string): number {
  return Buffer.from(text).readDoubleLE(0);
}

const keyHead = eight('{"key":"');
const valueHead = eight(',"value"');
const valueEnd = eight('alue":{"');
const stringHead = eight("stringVa");
const stringEnd = eight('Value":"');
const intHead = eight("intValue");
const doubleHead = eight("doubleVa");
const doubleEnd = eight('eValue":');
const boolHead = eight("boolValu");
const boolEnd = eight('lValue":');

/** No known part of an attribute is longer, from one check of the end to the next. */
const maxPartBytes = 48;

/**
 * Writes attributes of a list as long as they are what nearly all are: a key and a simple value, in one order, without white
 * space. Attributes are most of what is sent, and the general way takes four times as long for them. Answers where the list
 * ends, or the first attribute begins that is different.
 */
export function writeAttributes(text: QuickText, start: number, tag: number): number {
  let at = start;
  while (text.byteAt(at) !== closeBracket) {
    const written = writer.at;
    const end = writeAttribute(text, at, tag);
    if (end === 0) {
      writer.at = written;
      return at;
    }
    at = text.skip(end);
    if (text.byteAt(at) === closeBracket) break;
    at = text.expect(at, comma);
    if (text.byteAt(at) !== openBrace) throw notPlain;
  }
  return at;
}

/** Answers 0 if it is not such an attribute, or so long that a length takes two bytes. */
function writeAttribute(text: QuickText, start: number, tag: number): number {
  const { view } = text;
  const last = text.length - maxPartBytes;
  if (start > last || view.getFloat64(start, true) !== keyHead) return 0;
  writer.reserve(160);
  const attributeStart = writer.open(tag, 1);
  const keyStart = writer.open(keyTag, 1);
  const keyEnd = copyPlain(text, start + 8);
  if (keyEnd > last || text.byteAt(keyEnd) !== quote) return 0;
  const keyBytes = writer.at - keyStart;
  const at = keyEnd + 1;
  if (view.getFloat64(at, true) !== valueHead || view.getFloat64(at + 3, true) !== valueEnd) return 0;
  const valueStart = writer.open(valueTag, 1);
  const end = writeValue(text, at + 11);
  const valueBytes = writer.at - valueStart;
  const attributeBytes = writer.at - attributeStart;
  if (end === 0 || attributeBytes > 127 || text.byteAt(end) !== closeBrace || text.byteAt(end + 1) !== closeBrace)
    return 0;
  const { bytes } = writer;
  bytes[attributeStart - 1] = attributeBytes;
  bytes[keyStart - 1] = keyBytes;
  bytes[valueStart - 1] = valueBytes;
  return end + 2;
}

// Fields of KeyValue and AnyValue.
const keyTag = 0x0a;
const valueTag = 0x12;
const stringTag = 0x0a;
const boolTag = 0x10;
const intTag = 0x18;
const doubleTag = 0x21;

/** The inside of a value, of whose name at least `maxPartBytes` are there. */
function writeValue(text: QuickText, at: number): number {
  const { view } = text;
  const head = view.getFloat64(at, true);
  if (head === stringHead && view.getFloat64(at + 6, true) === stringEnd) {
    const start = writer.open(stringTag, 1);
    const end = copyPlain(text, at + 14);
    writer.bytes[start - 1] = writer.at - start;
    return text.byteAt(end) === quote ? end + 1 : 0;
  }
  if (head === intHead && view.getFloat64(at + 3, true) === stringEnd) {
    const end = readInteger(text, at + 10, true);
    writer.tag(intTag);
    writer.varint64(int64.lo, int64.hi);
    return end;
  }
  if (head === doubleHead && view.getFloat64(at + 5, true) === doubleEnd) {
    writer.tag(doubleTag);
    return writeDouble(text, at + 13);
  }
  if (head === boolHead && view.getFloat64(at + 3, true) === boolEnd) {
    writer.tag(boolTag);
    return writeBoolean(text, at + 11);
  }
  return 0;
}
