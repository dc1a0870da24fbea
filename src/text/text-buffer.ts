const smallestCapacity = 16 * 1024;
/** Half of what an idle buffer may keep. */
const keptBytes = 8 * 1024 * 1024;
// Up to these lengths a loop copies faster than a call into native code; a part of an array first needs an object.
const shortCopy = 16;
const shortPartCopy = 96;

/** Thrown by a write that would go beyond the limit. What was written before it is still there. */
export class TextLimitError extends Error {
  override readonly name = "TextLimitError";
}

/**
 * UTF-8 text in one growing buffer that is used again for the next text, so that printing a span makes no string.
 * Callers in hot loops call `reserve` and write into `bytes` at `length` themselves.
 *
 * The buffer holds at most `maxBytes`: the write that would exceed it throws `TextLimitError` and writes nothing.
 */
export class TextBuffer {
  bytes = new Uint8Array(smallestCapacity);
  length = 0;
  readonly maxBytes: number;
  /** Size of recent texts; falls slowly, so that one exceptional text does not keep its memory for good. */
  #recentPeak = 0;

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  /** The text so far. It shares the buffer: valid until the next write. */
  view(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }

  /** Ends a text. Memory that recent texts did not need, and all beyond 16 MiB, is given back. */
  clear(): void {
    this.#recentPeak = Math.max(this.length, this.#recentPeak - (this.#recentPeak >>> 3));
    this.length = 0;
    const wanted = Math.min(keptBytes, Math.max(smallestCapacity, this.#recentPeak * 2));
    if (this.bytes.length > wanted * 2) this.bytes = new Uint8Array(wanted);
  }

  /** Undoes everything written after a `length` noted before. */
  truncate(length: number): void {
    this.length = length;
  }

  /** Makes room for `byteCount` bytes after `length`. */
  reserve(byteCount: number): void {
    if (this.length + byteCount > this.bytes.length) this.#grow(this.length + byteCount);
  }

  appendByte(byte: number): void {
    this.reserve(1);
    this.bytes[this.length++] = byte;
  }

  /** ASCII only: other characters lose their upper bits. */
  appendAscii(text: string): void {
    this.reserve(text.length);
    const { bytes } = this;
    let pos = this.length;
    for (let index = 0; index < text.length; index++) bytes[pos++] = text.charCodeAt(index);
    this.length = pos;
  }

  /** A whole array, such as a label. */
  appendBytes(source: Uint8Array): void {
    const { length } = source;
    this.reserve(length);
    const { bytes } = this;
    let pos = this.length;
    this.length = pos + length;
    if (length > shortCopy) bytes.set(source, pos);
    else for (let from = 0; from < length; from++) bytes[pos++] = source[from] as number;
  }

  /** Bytes as they are: text of a batch is UTF-8 already. */
  appendRange(source: Uint8Array, start: number, end: number): void {
    this.reserve(end - start);
    const { bytes } = this;
    let pos = this.length;
    this.length = pos + end - start;
    if (end - start > shortPartCopy) bytes.set(source.subarray(start, end), pos);
    else for (let from = start; from < end; from++) bytes[pos++] = source[from] as number;
  }

  #grow(needed: number): void {
    if (needed > this.maxBytes) {
      throw new TextLimitError(`Cannot write text: it needs ${needed} bytes, the limit is ${this.maxBytes}`);
    }
    const grown = new Uint8Array(Math.min(Math.max(needed, this.bytes.length * 2), this.maxBytes));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
  }
}
