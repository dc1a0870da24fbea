import { int64 } from "./int64.ts";

const firstBytes = 256 * 1024;
/** A buffer that had to become larger is not kept. */
const maxKeptBytes = 1024 * 1024;

const float64 = new Float64Array(1);
const float64Bytes = new Uint8Array(float64.buffer);

/**
 * Protobuf into one buffer that is used again and again. As `Writer`, but that it takes text as the bytes that it is, and
 * tags ready-made.
 */
export class QuickWriter {
  bytes = Buffer.allocUnsafeSlow(firstBytes);
  at = 0;

  /** What was written, in memory of its own; the writer is empty then. */
  finish(): Uint8Array {
    const result = Buffer.allocUnsafeSlow(this.at);
    this.bytes.copy(result, 0, 0, this.at);
    this.clear();
    return result;
  }

  clear(): void {
    this.at = 0;
    if (this.bytes.length > maxKeptBytes) this.bytes = Buffer.allocUnsafeSlow(firstBytes);
  }

  /** Makes room for so many bytes more. */
  reserve(byteCount: number): void {
    const needed = this.at + byteCount;
    if (needed <= this.bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.bytes.length * 2));
    this.bytes.copy(grown, 0, 0, this.at);
    this.bytes = grown;
  }

  /** A tag below 0x4000. Leaves room for any number after it. */
  tag(tag: number): void {
    this.reserve(16);
    if (tag < 0x80) this.bytes[this.at++] = tag;
    else {
      this.bytes[this.at++] = (tag & 0x7f) | 0x80;
      this.bytes[this.at++] = tag >>> 7;
    }
  }

  varint32(value: number): void {
    let rest = value >>> 0;
    while (rest > 0x7f) {
      this.bytes[this.at++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.bytes[this.at++] = rest;
  }

  /** The number in `int64`, as a varint. */
  varint64(): void {
    let low = int64.lo >>> 0;
    let high = int64.hi >>> 0;
    while (high !== 0) {
      this.bytes[this.at++] = (low & 0x7f) | 0x80;
      low = ((low >>> 7) | (high << 25)) >>> 0;
      high >>>= 7;
    }
    this.varint32(low);
  }

  /** The number in `int64`, in eight bytes. */
  fixed64(): void {
    this.fixed32(int64.lo);
    this.fixed32(int64.hi);
  }

  fixed32(value: number): void {
    const { bytes, at } = this;
    bytes[at] = value;
    bytes[at + 1] = value >>> 8;
    bytes[at + 2] = value >>> 16;
    bytes[at + 3] = value >>> 24;
    this.at = at + 4;
  }

  double(value: number): void {
    float64[0] = value;
    this.raw(float64Bytes, 0, 8);
  }

  /** Bytes without a length. A loop for short ones: a native call costs more. */
  raw(source: Uint8Array, start: number, end: number): void {
    this.reserve(end - start);
    const { bytes } = this;
    if (end - start > 48) bytes.set(source.subarray(start, end), this.at);
    else for (let from = start, to = this.at; from < end;) bytes[to++] = source[from++] as number;
    this.at += end - start;
  }

  /** Begins something whose length comes first; the answer goes to `close`. */
  open(tag: number): number {
    this.tag(tag);
    return ++this.at;
  }

  close(start: number): void {
    const length = this.at - start;
    if (length < 0x80) {
      this.bytes[start - 1] = length;
      return;
    }
    const more = length < 0x4000 ? 1 : length < 0x20_0000 ? 2 : length < 0x1000_0000 ? 3 : 4;
    this.reserve(more);
    this.bytes.copyWithin(start + more, start, this.at);
    this.at = start - 1;
    this.varint32(length);
    this.at = start + more + length;
  }
}
