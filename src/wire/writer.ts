import { WireType } from "./wire-type.ts";

const float64 = new Float64Array(1);
const float64Words = new Uint32Array(float64.buffer);
const encoder = new TextEncoder();

/**
 * Writes protobuf into one growing buffer. Nested messages are written in place: `open` leaves one byte for the length,
 * enough for most, and `close` moves the content by the few bytes that a longer length needs.
 */
export class Writer {
  #bytes: Uint8Array;
  #length = 0;

  constructor(capacity = 1024) {
    this.#bytes = new Uint8Array(capacity);
  }

  get length(): number {
    return this.#length;
  }

  /** A copy of what was written; the writer may be used on after `clear`. */
  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
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

  writeString(fieldNumber: number, text: string): void {
    this.writeTag(fieldNumber, WireType.lengthDelimited);
    const most = text.length * 3;
    if (most < 0x80) {
      this.#reserve(most + 1);
      const { written } = encoder.encodeInto(text, this.#bytes.subarray(this.#length + 1));
      this.#bytes[this.#length] = written;
      this.#length += written + 1;
      return;
    }
    const encoded = encoder.encode(text);
    this.writeVarint32(encoded.length);
    this.writeRaw(encoded);
  }

  /** Bytes that already are fields, as they stand. */
  writeRaw(source: Uint8Array, start = 0, end = source.length): void {
    this.#reserve(end - start);
    this.#bytes.set(start === 0 && end === source.length ? source : source.subarray(start, end), this.#length);
    this.#length += end - start;
  }

  /** Begins a nested message; the answer goes to `close`. */
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
    const moved = length < 1 << 14 ? 1 : length < 1 << 21 ? 2 : length < 1 << 28 ? 3 : 4;
    this.#reserve(moved);
    this.#bytes.copyWithin(start + moved, start, this.#length);
    this.#length = start - 1;
    this.writeVarint32(length);
    this.#length = start + moved + length;
  }

  #reserve(byteCount: number): void {
    const needed = this.#length + byteCount;
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}
