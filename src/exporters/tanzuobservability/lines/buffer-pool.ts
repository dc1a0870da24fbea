import { ByteBuffer } from "./byte-buffer.ts";

/**
 * Size at which a chunk is closed. A proxy takes 16 MiB a request; smaller ones are inflated and parsed in less memory on
 * both sides, and less is sent again when one fails.
 */
export const chunkBytes = 1024 * 1024;

/** A chunk and the item that closes it. Memory that is not written to is not there yet. */
const initialBytes = chunkBytes + 64 * 1024;
const keptBuffers = 32;
const keptBytes = 2 * 1024 * 1024;

/**
 * Buffers that went out full and came back. Fresh memory costs a page fault every 4 KiB, and growing in steps a copy each:
 * together as much as a tenth of a line. The chunks of a batch are out at the same time, so up to 32 buffers of at most
 * 2 MiB are kept; larger ones, grown for a single huge item, are let go.
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
