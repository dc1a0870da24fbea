import { headersTooLarge, maxHeaderBytes } from "./control-frames.ts";

/** Frames that one block may be spread over; nobody needs more than a few. */
const maxFrames = 64;

/** A header block that came in several frames (RFC 9113, section 6.10), bounded in bytes and frames. */
export class HeaderBlock {
  readonly streamId: number;
  readonly isStreamEnd: boolean;
  readonly #parts: Buffer[] = [];
  #byteCount = 0;

  constructor(streamId: number, isStreamEnd: boolean) {
    this.streamId = streamId;
    this.isStreamEnd = isStreamEnd;
  }

  /** Copies what is in the frame. Throws `ConnectionError` when it becomes too much. */
  add(bytes: Uint8Array, start: number, end: number): void {
    this.#byteCount += end - start;
    if (this.#byteCount > maxHeaderBytes || this.#parts.length >= maxFrames) throw headersTooLarge();
    this.#parts.push(Buffer.from(bytes.subarray(start, end)));
  }

  bytes(): Buffer {
    return Buffer.concat(this.#parts, this.#byteCount);
  }
}
