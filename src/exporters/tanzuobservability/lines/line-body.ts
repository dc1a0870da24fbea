import { chunkBytes, type BufferPool } from "./buffer-pool.ts";
import type { ByteBuffer } from "./byte-buffer.ts";

/** The values of `f` in `POST /report?f=…`. */
export type LineFormat = "trace" | "spanLogs" | "wavefront" | "histogram";

/** Whole lines of one format, to be one request. */
export interface Chunk {
  readonly format: LineFormat;
  /** Valid until `release`. */
  readonly bytes: Uint8Array;
  /** Items whose fate this chunk decides: each item counts in the chunk that holds its last line. */
  readonly itemCount: number;
  /** Gives the memory back, once. */
  release(): void;
}

/** Collects lines and cuts them into chunks at line ends. */
export class LineBody {
  readonly #format: LineFormat;
  readonly #pool: BufferPool;
  readonly #add: (chunk: Chunk) => void;
  /** Where the current lines go; another one after `endItem` and `endLine`. */
  buffer: ByteBuffer;
  #itemCount = 0;

  /** Finished chunks go to `add`. */
  constructor(format: LineFormat, pool: BufferPool, add: (chunk: Chunk) => void) {
    this.#format = format;
    this.#pool = pool;
    this.#add = add;
    this.buffer = pool.take();
  }

  /** Called behind the last line of an item, or of something that is none (0). */
  endItem(itemCount: number): void {
    this.#itemCount += itemCount;
    if (this.buffer.length >= chunkBytes) this.close();
  }

  /** Called between the lines of one item, which may be many. */
  endLine(): void {
    if (this.buffer.length >= chunkBytes) this.close();
  }

  close(): void {
    const { buffer } = this;
    if (buffer.length === 0) return;
    const pool = this.#pool;
    const release = (): void => pool.give(buffer);
    this.#add({
      format: this.#format,
      bytes: buffer.bytes.subarray(0, buffer.length),
      itemCount: this.#itemCount,
      release,
    });
    this.buffer = pool.take();
    this.#itemCount = 0;
  }
}
