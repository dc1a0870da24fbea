import { isUtf8 } from "node:buffer";
import type { MessageSchema } from "../schema.ts";
import { maxMessageDepth } from "../validate.ts";
import { int64 } from "./int64.ts";
import { isBase64 } from "./write-bytes.ts";
import { isAt, quickMessage, type QuickField, type QuickKey, type QuickMessage } from "./quick-keys.ts";
import { hexDigits, notPlain, QuickText, quote } from "./quick-text.ts";
import { QuickWriter } from "./quick-writer.ts";

const writer = new QuickWriter();

const backslash = 0x5c;
const comma = 0x2c;
const colon = 0x3a;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;

/** What follows a backslash, as a byte; 0 for all others. */
const escapes = new Uint8Array(256);
for (const [letter, byte] of [
  ['"', 0x22],
  ["\\", 0x5c],
  ["/", 0x2f],
  ["b", 0x08],
  ["f", 0x0c],
  ["n", 0x0a],
  ["r", 0x0d],
  ["t", 0x09],
] as const) {
  escapes[letter.charCodeAt(0)] = byte;
}

/**
 * An export request in OTLP/JSON as wire bytes, straight from text to text: no object is made of it, which is what JSON
 * costs (bench/codec.ts: a third of the time). `undefined` if the document is anything but plain: a name that is unknown,
 * former or given twice, an odd number, an id in base64, or no JSON at all. The long way then reads it, or says what is wrong with
 * it, and where it reads what this does, both make the same bytes.
 */
export function quickJson(schema: MessageSchema, text: Uint8Array): Uint8Array | undefined {
  const message = quickMessage(schema);
  if (message === undefined || !isUtf8(text)) return undefined;
  try {
    new QuickReader(text).readDocument(message);
    return writer.finish();
  } catch (error) {
    if (error !== notPlain) throw error;
    return undefined;
  } finally {
    writer.clear();
  }
}

class QuickReader {
  readonly #source: QuickText;

  constructor(text: Uint8Array) {
    this.#source = new QuickText(text);
  }

  readDocument(message: QuickMessage): void {
    this.#source.expect(this.#source.token(), openBrace);
    this.#fields(message, 0);
    if (this.#source.token() !== -1) throw notPlain;
  }

  /** The fields of an object whose brace was read. */
  #fields(message: QuickMessage, depth: number): void {
    if (depth > maxMessageDepth) throw notPlain;
    const text = this.#source.bytes;
    let seen = 0;
    let before: QuickKey | undefined;
    let guess = message.first;
    let token = this.#source.token();
    if (token === closeBrace) return;
    for (;;) {
      this.#source.expect(token, quote);
      const start = this.#source.at;
      let key = guess;
      if (key === undefined || !isAt(text, start, key.bytes) || text[start + key.bytes.length] !== quote) {
        key = this.#findKey(message, start);
        if (before === undefined) message.first = key;
        else before.next = key;
      }
      const { field } = key;
      if ((seen & field.bit) !== 0) throw notPlain;
      seen |= field.bit;
      before = key;
      guess = key.next;
      this.#source.at = start + key.bytes.length + 1;
      this.#source.expect(this.#source.token(), colon);
      token = this.#source.token();
      // `null` is absence, whatever the field.
      if (token === 0x6e) this.#source.rest("ull");
      else if (field.repeated) this.#list(field, token, depth);
      else this.#value(field, token, depth);
      token = this.#source.token();
      if (token === closeBrace) return;
      this.#source.expect(token, comma);
      token = this.#source.token();
    }
  }

  #findKey(message: QuickMessage, start: number): QuickKey {
    const text = this.#source.bytes;
    let end = start;
    while (end < text.length && text[end] !== quote) end++;
    const key = message.find(text, start, end);
    if (key === undefined) throw notPlain;
    return key;
  }

  #list(field: QuickField, first: number, depth: number): void {
    this.#source.expect(first, openBracket);
    let token = this.#source.token();
    if (token === closeBracket) return;
    const start = field.packed ? writer.open(field.tag) : 0;
    for (;;) {
      if (field.packed) this.#number(field, token);
      else this.#value(field, token, depth);
      token = this.#source.token();
      if (token === closeBracket) break;
      this.#source.expect(token, comma);
      token = this.#source.token();
    }
    if (field.packed) writer.close(start);
  }

  /** A value whose first byte is `token`, with its tag. */
  #value(field: QuickField, token: number, depth: number): void {
    switch (field.kind) {
      case "message": {
        this.#source.expect(token, openBrace);
        if (field.message === undefined) throw notPlain;
        const start = writer.open(field.tag);
        this.#fields(field.message, depth + 1);
        writer.close(start);
        return;
      }
      case "string": {
        this.#source.expect(token, quote);
        this.#string(field.tag);
        return;
      }
      case "trace_id":
        this.#id(field.tag, token, 16);
        return;
      case "span_id":
        this.#id(field.tag, token, 8);
        return;
      case "bytes":
        this.#source.expect(token, quote);
        this.#base64(field.tag);
        return;
      default:
        writer.tag(field.tag);
        this.#number(field, token);
    }
  }

  #string(tag: number): void {
    const text = this.#source.bytes;
    writer.tag(tag);
    writer.reserve(128);
    const { bytes } = writer;
    const start = this.#source.at;
    const end = Math.min(text.length, start + 127);
    let to = writer.at + 1;
    // Short and without escapes, as nearly all are: copied as it is read.
    for (let at = start; at < end; at++) {
      const byte = text[at] as number;
      if (byte === quote) {
        bytes[writer.at] = at - start;
        writer.at = to;
        this.#source.at = at + 1;
        return;
      }
      if (byte < 0x20 || byte === backslash) break;
      bytes[to++] = byte;
    }
    this.#longString();
  }

  /** The same for any string, whose tag is written. */
  #longString(): void {
    const text = this.#source.bytes;
    const start = ++writer.at;
    let plain = this.#source.at;
    let at = plain;
    for (;;) {
      if (at >= text.length) throw notPlain;
      const byte = text[at] as number;
      if (byte < 0x20) throw notPlain;
      if (byte !== quote && byte !== backslash) {
        at++;
        continue;
      }
      writer.raw(text, plain, at);
      if (byte === quote) break;
      at = this.#escape(at + 1);
      plain = at;
    }
    writer.close(start);
    this.#source.at = at + 1;
  }

  /** Writes what an escape stands for; answers where it ends. */
  #escape(at: number): number {
    const text = this.#source.bytes;
    const letter = at < text.length ? (text[at] as number) : 0;
    writer.reserve(4);
    const byte = escapes[letter] as number;
    if (byte !== 0) {
      writer.bytes[writer.at++] = byte;
      return at + 1;
    }
    if (letter !== 0x75) throw notPlain;
    const code = this.#source.hex4(at + 1);
    // Halves of pairs: rare, and they may stand alone.
    if (code >= 0xd800 && code < 0xe000) throw notPlain;
    if (code < 0x80) writer.bytes[writer.at++] = code;
    else if (code < 0x800) {
      writer.bytes[writer.at++] = 0xc0 | (code >> 6);
      writer.bytes[writer.at++] = 0x80 | (code & 0x3f);
    } else {
      writer.bytes[writer.at++] = 0xe0 | (code >> 12);
      writer.bytes[writer.at++] = 0x80 | ((code >> 6) & 0x3f);
      writer.bytes[writer.at++] = 0x80 | (code & 0x3f);
    }
    return at + 5;
  }

  #id(tag: number, token: number, byteCount: number): void {
    this.#source.expect(token, quote);
    const text = this.#source.bytes;
    const start = this.#source.at;
    const length = text[start] === quote ? 0 : byteCount;
    const end = start + 2 * length;
    if (end >= text.length || text[end] !== quote) throw notPlain;
    writer.tag(tag);
    writer.varint32(length);
    writer.reserve(length);
    const { bytes } = writer;
    let to = writer.at;
    for (let at = start; at < end; at += 2) {
      const high = hexDigits[text[at] as number] as number;
      const low = hexDigits[text[at + 1] as number] as number;
      if ((high | low) > 15) throw notPlain;
      bytes[to++] = (high << 4) | low;
    }
    writer.at = to;
    this.#source.at = end + 1;
  }

  /** A number, boolean or enum, without a tag. */
  #number(field: QuickField, token: number): void {
    writer.reserve(16);
    switch (field.kind) {
      case "bool":
        this.#boolean(token);
        return;
      case "double":
        writer.double(this.#source.double(token));
        return;
      case "fixed64":
        this.#source.integer(token, false);
        writer.fixed64();
        return;
      case "sfixed64":
        this.#source.integer(token, true);
        writer.fixed64();
        return;
      case "int64":
        this.#source.integer(token, true);
        writer.varint64();
        return;
      case "uint64":
        this.#source.integer(token, false);
        writer.varint64();
        return;
      case "enum":
        if (token === quote) writer.varint32(this.#enumName(field));
        else writer.varint32(this.#source.smallNumber(token));
        return;
      case "int32":
      case "uint32":
        writer.varint32(this.#source.smallNumber(token));
        return;
      case "fixed32":
        writer.fixed32(this.#source.smallNumber(token));
        return;
      default:
        this.#source.integer(token, true);
        if (int64.hi !== ((int64.lo | 0) >> 31) >>> 0) throw notPlain;
        // `sint32`: zigzag.
        writer.varint32((int64.lo << 1) ^ ((int64.lo | 0) >> 31));
    }
  }

  #boolean(token: number): void {
    const isTrue = token === 0x74;
    if (!isTrue && token !== 0x66) throw notPlain;
    this.#source.rest(isTrue ? "rue" : "alse");
    writer.varint32(isTrue ? 1 : 0);
  }

  #base64(tag: number): void {
    const start = this.#source.at;
    const end = this.#source.bytes.indexOf(quote, start);
    if (end < 0) throw notPlain;
    const text = this.#source.slice(start, end);
    if (!isBase64(text)) throw notPlain;
    const bytes = Buffer.from(text, "base64");
    writer.tag(tag);
    writer.varint32(bytes.length);
    writer.raw(bytes, 0, bytes.length);
    this.#source.at = end + 1;
  }

  #enumName(field: QuickField): number {
    const start = this.#source.at;
    let end = start;
    while (end < this.#source.bytes.length && this.#source.bytes[end] !== quote) end++;
    const name = this.#source.slice(start, end);
    const values = field.enumValues ?? {};
    if (!Object.hasOwn(values, name)) throw notPlain;
    this.#source.at = end + 1;
    return values[name] ?? 0;
  }
}
