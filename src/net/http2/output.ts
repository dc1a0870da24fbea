import type { Socket } from "node:net";
import { FrameType, frameHeadBytes, writeFrameHead, writeUint32 } from "./frame.ts";

/** Small frames are collected in one of these. */
const collectedBytes = 16 * 1024;
/** With so much that the peer does not read, nothing more of it is read: answers, acknowledgements, whatever it asks for. */
const maxUnreadBytes = 256 * 1024;

/** A buffer that no connection collects in: most are idle most of the time, and one each would be memory for nothing. */
let spare: Buffer | undefined;

/**
 * What a connection says. Frames of one turn of the event loop leave in one write, because a write costs more than the
 * rest of a small request (bench/http2.ts: 16 calls a read and write cost less than half of one each).
 */
export class Output {
  readonly #socket: Socket;
  /** Only while frames wait to be written. */
  #buffer: Buffer | undefined;
  #length = 0;
  #isScheduled = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("drain", () => socket.resume());
  }

  /** Room for so many bytes, of which 16 KiB can be had at once; the caller fills it before anything else is appended. */
  reserve(byteCount: number): { readonly bytes: Uint8Array; readonly at: number } {
    const bytes = this.#begin(byteCount);
    const at = this.#length;
    this.#length += byteCount;
    return { bytes, at };
  }

  /** Appends frames that were made before, and writes the stream into each: `heads` are where their heads begin. */
  appendFor(streamId: number, frames: Uint8Array, heads: readonly number[]): void {
    const buffer = this.#begin(frames.length);
    const start = this.#length;
    // Some dozen bytes: a loop is faster than a call into native code.
    for (let index = 0; index < frames.length; index++) buffer[start + index] = frames[index] as number;
    for (let index = 0; index < heads.length; index++)
      writeUint32(buffer, start + (heads[index] as number) + 5, streamId);
    this.#length = start + frames.length;
  }

  /** A whole frame. The payload is not copied when it is large, and must not change any more. */
  frame(type: number, flags: number, streamId: number, payload: Uint8Array): void {
    const isLarge = payload.length > collectedBytes / 2;
    const { bytes, at } = this.reserve(frameHeadBytes + (isLarge ? 0 : payload.length));
    writeFrameHead(bytes, at, payload.length, type, flags, streamId);
    if (!isLarge) {
      bytes.set(payload, at + frameHeadBytes);
      return;
    }
    this.flush();
    this.#write(payload);
  }

  windowUpdate(streamId: number, byteCount: number): void {
    this.#number(FrameType.windowUpdate, streamId, byteCount);
  }

  reset(streamId: number, code: number): void {
    this.#number(FrameType.rstStream, streamId, code);
  }

  #number(type: number, streamId: number, value: number): void {
    const { bytes, at } = this.reserve(frameHeadBytes + 4);
    writeFrameHead(bytes, at, 4, type, 0, streamId);
    writeUint32(bytes, at + frameHeadBytes, value);
  }

  #begin(byteCount: number): Buffer {
    if (this.#length + byteCount > collectedBytes) this.flush();
    if (!this.#isScheduled) {
      this.#isScheduled = true;
      // After all that was read in this turn is handled, and the promises of that have settled.
      setImmediate(this.#onImmediate);
    }
    if (this.#buffer === undefined) {
      this.#buffer = spare ?? Buffer.allocUnsafeSlow(collectedBytes);
      spare = undefined;
    }
    return this.#buffer;
  }

  readonly #onImmediate = (): void => {
    this.#isScheduled = false;
    this.flush();
  };

  flush(): void {
    const length = this.#length;
    const buffer = this.#buffer;
    if (buffer === undefined) return;
    this.#length = 0;
    this.#buffer = undefined;
    this.#write(buffer.subarray(0, length));
    // What the operating system has taken already can be overwritten.
    if (this.#socket.writableLength === 0) spare = buffer;
  }

  #write(bytes: Uint8Array): void {
    const socket = this.#socket;
    if (!socket.writable) return;
    socket.write(bytes);
    if (socket.writableLength > maxUnreadBytes) socket.pause();
  }
}
