const firstBytes = 256 * 1024;
/** A buffer that had to become larger is not kept. */
const maxKeptBytes = 1024 * 1024;

/**
 * Protobuf into one buffer that is used again and again. As `Writer`, but that it takes text as the bytes that it is, and
 * tags ready-made. Only what says so makes room.
 */
export class QuickWriter {
  bytes = Buffer.allocUnsafeSlow(firstBytes);
  view = viewOf(this.bytes);
  at = 0;

  /** What was written, in memory of its own. */
  finish(): Uint8Array {
    const result = Buffer.allocUnsafeSlow(this.at);
    this.bytes.copy(result, 0, 0, this.at);
    return result;
  }

  clear(): void {
    this.at = 0;
    if (this.bytes.length > maxKeptBytes) this.#use(Buffer.allocUnsafeSlow(firstBytes));
  }

  /** Makes room for so many bytes more. */
  reserve(byteCount: number): void {
    if (this.at + byteCount > this.bytes.length) this.#grow(this.at + byteCount);
  }

  #grow(needed: number): void {
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.bytes.length * 2));
    this.bytes.copy(grown, 0, 0, this.at);
    this.#use(grown);
  }

  #use(bytes: Buffer<ArrayBuffer>): void {
    this.bytes = bytes;
    this.view = viewOf(bytes);
  }

  /** A tag below 0x4000. Makes room for it and for any number after it. */
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

  varint64(lo: number, hi: number): void {
    let low = lo >>> 0;
    let high = hi >>> 0;
    while (high !== 0) {
      this.bytes[this.at++] = (low & 0x7f) | 0x80;
      low = ((low >>> 7) | (high << 25)) >>> 0;
      high >>>= 7;
    }
    this.varint32(low);
  }

  fixed32(value: number): void {
    this.view.setInt32(this.at, value, true);
    this.at += 4;
  }

  double(value: number): void {
    this.view.setFloat64(this.at, value, true);
    this.at += 8;
  }

  /** Bytes without a length. Makes room for them. */
  raw(source: Uint8Array): void {
    this.reserve(source.length);
    this.bytes.set(source, this.at);
    this.at += source.length;
  }

  /** Leaves room for a length of so many bytes, which `close` writes. The answer is where its content begins. */
  open(tag: number, lengthBytes: number): number {
    this.tag(tag);
    this.at += lengthBytes;
    return this.at;
  }

  /** Writes the length of what began at `start`, which is moved if that takes another number of bytes; answers that number. */
  close(start: number, lengthBytes: number): number {
    const length = this.at - start;
    const needed = Math.max(1, ((38 - Math.clz32(length)) / 7) | 0);
    if (needed !== lengthBytes) {
      this.reserve(4);
      this.bytes.copyWithin(start - lengthBytes + needed, start, this.at);
    }
    this.at = start - lengthBytes;
    this.varint32(length);
    this.at += length;
    return needed;
  }
}

function viewOf({ buffer, byteOffset, length }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, length);
}

/** Reading never waits, so one writer serves every document. */
export const writer = new QuickWriter();
