const chunkSize = 64 * 1024;

interface Chunk {
  readonly bytes: Buffer;
  /** Filled up to here. */
  end: number;
  next: Chunk | undefined;
}

/**
 * Bytes on their way out, first in first out, copied into chunks of our own. Chunks are let go as they are read, so a
 * stall does not leave a large buffer behind.
 *
 * ```
 *   oldest                          newest
 *   [ read | ready ] -> [ ready ] -> [ ready | free ]
 *          ^ #start                          ^ end
 * ```
 */
export class ByteQueue {
  #oldest: Chunk | undefined;
  #newest: Chunk | undefined;
  #start = 0;
  #length = 0;
  /** The last chunk that became empty, for the next one: in steady state nothing is allocated. */
  #spare: Buffer | undefined;

  get length(): number {
    return this.#length;
  }

  append(bytes: Uint8Array): void {
    let pos = 0;
    while (pos < bytes.length) {
      const chunk = this.#room();
      const count = Math.min(bytes.length - pos, chunk.bytes.length - chunk.end);
      chunk.bytes.set(count === bytes.length ? bytes : bytes.subarray(pos, pos + count), chunk.end);
      chunk.end += count;
      pos += count;
    }
    this.#length += bytes.length;
  }

  /** The oldest bytes that lie in one piece; empty when nothing is queued. Valid until they are dropped. */
  peek(): Uint8Array {
    const chunk = this.#oldest;
    return chunk === undefined ? nothing : chunk.bytes.subarray(this.#start, chunk.end);
  }

  /** Forgets the oldest `count` bytes, which lie within one `peek`. */
  drop(count: number): void {
    const chunk = this.#oldest;
    if (chunk === undefined) return;
    this.#start += count;
    this.#length -= count;
    if (this.#start < chunk.end) return;
    this.#spare = chunk.bytes;
    this.#oldest = chunk.next;
    this.#start = 0;
    if (this.#oldest === undefined) this.#newest = undefined;
  }

  clear(): void {
    this.#oldest = undefined;
    this.#newest = undefined;
    this.#start = 0;
    this.#length = 0;
  }

  #room(): Chunk {
    const newest = this.#newest;
    if (newest !== undefined && newest.end < newest.bytes.length) return newest;
    // Not from Node's shared pool: the chunk lives long.
    const chunk: Chunk = { bytes: this.#spare ?? Buffer.allocUnsafeSlow(chunkSize), end: 0, next: undefined };
    this.#spare = undefined;
    if (newest === undefined) this.#oldest = chunk;
    else newest.next = chunk;
    this.#newest = chunk;
    return chunk;
  }
}

const nothing = new Uint8Array(0);
