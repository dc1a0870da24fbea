import { Buffer } from "node:buffer";
import { WireType } from "./wire-type.ts";

const float64 = new Float64Array(1);
const float64Words = new Uint32Array(float64.buffer);

/**
 * Writes protobuf into one growing buffer. Nested messages are written in place: `open` leaves one byte for the length,
 * which does for most (attributes); `close` moves a longer message up by the missing bytes, and a move within one buffer
 * costs less than measuring first. Every length comes out in its shortest form.
 */
export class Writer {
  #bytes: Buffer;
  #length = 0;

  constructor(capacity = 1024) {
    this.#bytes = Buffer.allocUnsafeSlow(capacity);
  }

  get length(): number {
    return this.#length;
  }

  /** A copy of what was written, in memory of its own; the writer may be used on after `clear`. */
  finish(): Uint8Array {
    const copy = Buffer.allocUnsafeSlow(this.#length);
    this.#bytes.copy(copy, 0, 0, this.#length);
    return copy;
  }

  clear(): void {
    this.#length = 0;
  }

  /** Undoes everything written after a `length` noted before. */
  truncate(length: number): void {
    this.#length = length;
  }

  writeTag(fieldNumber: number, wireType: WireType): void {
    this.writeVarint32(((fieldNumber << 3) | wireType) >>> 0);
  }

  writeVarint32(value: number): void {
    this.#reserve(5);
    const bytes = this.#bytes;
    let rest = value >>> 0;
    while (rest > 0x7f) {
      bytes[this.#length++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    bytes[this.#length++] = rest;
  }

  /** A 64-bit varint from its unsigned halves. */
  writeVarint64(lo: number, hi: number): void {
    this.#reserve(10);
    const bytes = this.#bytes;
    let low = lo >>> 0;
    let high = hi >>> 0;
    while (high !== 0 || low > 0x7f) {
      bytes[this.#length++] = (low & 0x7f) | 0x80;
      low = ((low >>> 7) | (high << 25)) >>> 0;
      high >>>= 7;
    }
    bytes[this.#length++] = low;
  }

  writeFixed32(value: number): void {
    this.#reserve(4);
    const bytes = this.#bytes;
    bytes[this.#length++] = value;
    bytes[this.#length++] = value >>> 8;
    bytes[this.#length++] = value >>> 16;
    bytes[this.#length++] = value >>> 24;
  }

  writeFixed64(lo: number, hi: number): void {
    this.writeFixed32(lo);
    this.writeFixed32(hi);
  }

  writeDouble(value: number): void {
    float64[0] = value;
    this.writeFixed64(float64Words[0] as number, float64Words[1] as number);
  }

  /** Length-delimited field from bytes or a part of them. */
  writeBytes(fieldNumber: number, source: Uint8Array, start = 0, end = source.length): void {
    this.writeTag(fieldNumber, WireType.lengthDelimited);
    this.writeVarint32(end - start);
    this.writeRaw(source, start, end);
  }

  /** Lone surrogates, which UTF-8 cannot hold, become U+FFFD. */
  writeString(fieldNumber: number, text: string): void {
    this.writeTag(fieldNumber, WireType.lengthDelimited);
    const { length } = text;
    if (length < 32) {
      this.#reserve(length + 1);
      if (this.#writeAscii(text)) return;
    }
    const byteCount = Buffer.byteLength(text);
    this.writeVarint32(byteCount);
    this.#reserve(byteCount);
    this.#length += this.#bytes.write(text, this.#length, byteCount, "utf8");
  }

  /** Length and text, if it is ASCII: for short strings this loop costs less than a call into native code. */
  #writeAscii(text: string): boolean {
    const bytes = this.#bytes;
    let at = this.#length;
    bytes[at++] = text.length;
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index);
      if (code >= 0x80) return false;
      bytes[at++] = code;
    }
    this.#length = at;
    return true;
  }

  /** Bytes that already are fields, as they stand. */
  writeRaw(source: Uint8Array, start = 0, end = source.length): void {
    this.#reserve(end - start);
    this.#bytes.set(start === 0 && end === source.length ? source : source.subarray(start, end), this.#length);
    this.#length += end - start;
  }

  /** Begins a nested message; the answer goes to `close`. Messages are closed in the reverse order of opening. */
  open(fieldNumber: number): number {
    this.writeTag(fieldNumber, WireType.lengthDelimited);
    this.#reserve(1);
    return ++this.#length;
  }

  close(start: number): void {
    const length = this.#length - start;
    if (length < 0x80) {
      this.#bytes[start - 1] = length;
      return;
    }
    const more = length < 0x4000 ? 1 : length < 0x20_0000 ? 2 : length < 0x1000_0000 ? 3 : 4;
    this.#reserve(more);
    this.#bytes.copyWithin(start + more, start, this.#length);
    this.#length = start - 1;
    this.writeVarint32(length);
    this.#length = start + more + length;
  }

  #reserve(byteCount: number): void {
    const needed = this.#length + byteCount;
    if (needed <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2));
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
  }
}
