import { ConnectionError, ErrorCode, Flag, FrameType, byteAt, frameHeadBytes, readUint32 } from "./frame.ts";

/** What a reader tells. Any of these may throw a `ConnectionError`, which leaves the reader. */
export interface FrameSink {
  /** The head of each frame: the place to refuse it before any of it is kept. False skips the frame. */
  onHead(length: number, type: number, flags: number, streamId: number): boolean;
  /** A whole frame that is not DATA; its payload is valid only during the call. */
  onFrame(type: number, flags: number, streamId: number, bytes: Uint8Array, start: number, end: number): void;
  /** A DATA frame begins; `length` counts padding as well, as windows do. */
  onDataBegin(streamId: number, length: number): void;
  /** A piece of the DATA frame that began last, without padding. */
  onDataPiece(chunk: Buffer, start: number, end: number): void;
  onDataEnd(isStreamEnd: boolean): void;
}

const none = 0;
const inData = 1;
const inSkipped = 2;

/**
 * Finds frames in what a socket reads, in any pieces. DATA passes as it comes; other frames that lie across two pieces are
 * kept until they are whole, and `onHead` bounds their size.
 */
export class FrameReader {
  readonly #sink: FrameSink;
  /** Begin of a frame whose rest has not come yet. */
  #held: Buffer | undefined;
  #heldBytes = 0;
  /** The DATA or skipped frame that goes on with the next piece, and what is left of it. */
  #within = none;
  #left = 0;
  /** Of that DATA frame: padding at its end, -1 until it is known. */
  #padding = 0;
  #streamId = 0;
  #flags = 0;

  constructor(sink: FrameSink) {
    this.#sink = sink;
  }

  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.#within === inData) at = this.#pushData(chunk, at);
      else if (this.#within === inSkipped) at = this.#skip(chunk, at);
      else if (this.#held !== undefined) at = this.#complete(this.#held, chunk, at);
      else at = this.#pushFrame(chunk, at);
    }
  }

  #pushFrame(chunk: Buffer, at: number): number {
    const start = at + frameHeadBytes;
    if (start > chunk.length) return this.#hold(chunk, at, frameHeadBytes);
    const length = lengthAt(chunk, at);
    if (!this.#begin(chunk, at, length)) return start;
    const end = start + length;
    if (end > chunk.length) return this.#hold(chunk, at, frameHeadBytes + length);
    this.#sink.onFrame(byteAt(chunk, at + 3), this.#flags, this.#streamId, chunk, start, end);
    return end;
  }

  /** Reads a head. False if the payload is not one to be kept. */
  #begin(bytes: Uint8Array, at: number, length: number): boolean {
    const type = byteAt(bytes, at + 3);
    const flags = byteAt(bytes, at + 4);
    const streamId = readUint32(bytes, at + 5) & 0x7fff_ffff;
    this.#flags = flags;
    this.#streamId = streamId;
    const isTaken = this.#sink.onHead(length, type, flags, streamId);
    if (isTaken && type !== FrameType.data) return true;
    this.#left = length;
    if (!isTaken) {
      this.#within = length === 0 ? none : inSkipped;
      return false;
    }
    this.#within = inData;
    this.#padding = (flags & Flag.padded) === 0 ? 0 : -1;
    if (length === 0 && this.#padding < 0) throw tooMuchPadding();
    this.#sink.onDataBegin(streamId, length);
    if (length === 0) this.#endData();
    return false;
  }

  #pushData(chunk: Buffer, from: number): number {
    let at = from;
    if (this.#padding < 0) {
      this.#padding = byteAt(chunk, at++);
      this.#left--;
      if (this.#padding > this.#left) throw tooMuchPadding();
    }
    const end = Math.min(chunk.length, at + this.#left - this.#padding);
    if (end > at) {
      this.#left -= end - at;
      this.#sink.onDataPiece(chunk, at, end);
      at = end;
    }
    if (this.#left <= this.#padding) {
      const skipped = Math.min(this.#left, chunk.length - at);
      this.#left -= skipped;
      this.#padding = this.#left;
      at += skipped;
    }
    if (this.#left === 0) this.#endData();
    return at;
  }

  #endData(): void {
    this.#within = none;
    this.#sink.onDataEnd((this.#flags & Flag.endStream) !== 0);
  }

  #skip(chunk: Buffer, at: number): number {
    const skipped = Math.min(this.#left, chunk.length - at);
    this.#left -= skipped;
    if (this.#left === 0) this.#within = none;
    return at + skipped;
  }

  #hold(chunk: Buffer, at: number, wanted: number): number {
    this.#held = Buffer.allocUnsafeSlow(wanted);
    this.#heldBytes = chunk.copy(this.#held, 0, at);
    return chunk.length;
  }

  /** Goes on with a frame whose begin was held. */
  #complete(held: Buffer, chunk: Buffer, at: number): number {
    const copied = chunk.copy(held, this.#heldBytes, at, at + held.length - this.#heldBytes);
    this.#heldBytes += copied;
    if (this.#heldBytes < held.length) return at + copied;
    this.#held = undefined;
    const length = lengthAt(held, 0);
    if (held.length > frameHeadBytes || length === 0) {
      // A frame without payload has only its head, which was not looked at yet.
      if (held.length === frameHeadBytes && !this.#begin(held, 0, 0)) return at + copied;
      this.#sink.onFrame(byteAt(held, 3), this.#flags, this.#streamId, held, frameHeadBytes, held.length);
    } else if (this.#begin(held, 0, length)) {
      this.#hold(held, 0, frameHeadBytes + length);
    }
    return at + copied;
  }
}

function lengthAt(bytes: Uint8Array, at: number): number {
  return (byteAt(bytes, at) << 16) | (byteAt(bytes, at + 1) << 8) | byteAt(bytes, at + 2);
}

function tooMuchPadding(): ConnectionError {
  return new ConnectionError(ErrorCode.protocol, "a frame has more padding than payload");
}
