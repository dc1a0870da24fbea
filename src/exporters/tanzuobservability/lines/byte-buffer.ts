import { Buffer } from "node:buffer";

const encoder = new TextEncoder();

/** Text is copied eight bytes at a time, so up to seven bytes behind the end are touched. */
export const wordSlack = 8;

/**
 * A growing buffer that lines are written into, reused from batch to batch. Hot code calls `reserve`, takes `bytes` and
 * `length` into locals, writes, and puts `length` back. `bytes`, `view` and `node` are three faces of one memory, for
 * bytes, words and bulk copies; they are other objects after a `reserve` that had to grow.
 */
export class ByteBuffer {
  bytes: Uint8Array<ArrayBuffer>;
  view: DataView;
  node: Buffer;
  length = 0;

  constructor(capacity: number) {
    this.bytes = new Uint8Array(capacity + wordSlack);
    this.view = new DataView(this.bytes.buffer);
    this.node = Buffer.from(this.bytes.buffer);
  }

  /** Room for `byteCount` more bytes, and for words that reach over their end. */
  reserve(byteCount: number): void {
    const needed = this.length + byteCount + wordSlack;
    if (needed <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.bytes.length * 2));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
    this.view = new DataView(grown.buffer);
    this.node = Buffer.from(grown.buffer);
  }

  writeText(text: string): void {
    this.reserve(text.length * 3);
    this.length += encoder.encodeInto(text, this.bytes.subarray(this.length)).written;
  }

  /** Short text of ASCII characters only, such as digits: a loop is cheaper than a call into native code. */
  writeAscii(text: string): void {
    this.reserve(text.length);
    const { bytes } = this;
    let at = this.length;
    for (let index = 0; index < text.length; index++) bytes[at++] = text.charCodeAt(index);
    this.length = at;
  }

  writeByte(byte: number): void {
    this.reserve(1);
    this.bytes[this.length++] = byte;
  }

  writeBytes(source: Uint8Array): void {
    this.reserve(source.length);
    this.bytes.set(source, this.length);
    this.length += source.length;
  }

  /** Appends a range of another buffer. */
  copyFrom(source: ByteBuffer, start: number, end: number): void {
    this.reserve(end - start);
    source.node.copy(this.bytes, this.length, start, end);
    this.length += end - start;
  }

  /** A copy of what was written. */
  take(): Uint8Array {
    return this.bytes.slice(0, this.length);
  }
}

/** Constant text as bytes, made once. */
export function ascii(text: string): Uint8Array {
  return encoder.encode(text);
}
