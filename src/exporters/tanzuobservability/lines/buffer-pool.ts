import { ByteBuffer } from "./byte-buffer.ts";

const initialBytes = 64 * 1024;
const keptBuffers = 4;
const keptBytes = 4 * 1024 * 1024;

/**
 * Buffers that went out full and came back. Fresh memory costs a page fault every 4 KiB, which is a good part of the cost
 * of a line. Keeps up to four buffers of at most 4 MiB; larger ones, grown for a single huge item, are let go.
 */
export class BufferPool {
  readonly #free: ByteBuffer[] = [];

  take(): ByteBuffer {
    const buffer = this.#free.pop() ?? new ByteBuffer(initialBytes);
    buffer.length = 0;
    return buffer;
  }

  give(buffer: ByteBuffer): void {
    if (this.#free.length < keptBuffers && buffer.bytes.length <= keptBytes) this.#free.push(buffer);
  }
}
