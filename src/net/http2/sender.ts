import {
  Flag,
  FrameType,
  ConnectionError,
  ErrorCode,
  defaultFrameBytes,
  defaultWindowBytes,
  maxWindowBytes,
} from "./frame.ts";
import type { Output } from "./output.ts";
import type { Stream } from "./stream.ts";

/** A whole answer: HEADERS, DATA, HEADERS with trailers; made once and sent for many streams. */
export interface UnaryAnswer {
  readonly frames: Uint8Array;
  /** Where in `frames` the head of each frame is. */
  readonly heads: readonly number[];
  /** The head block, the DATA payload and the trailer block, for when windows are too small for `frames`. */
  readonly parts: readonly [head: Uint8Array, body: Uint8Array, trailers: Uint8Array];
}

/** Longest message of an answer that is sent as it was made, with one copy; it must fit what `Output` collects. */
const maxReadyBytes = 1024;

const nothing: readonly Uint8Array[] = Object.freeze([]);

/** The answers of one connection, within the windows and frame sizes that the peer allows (RFC 9113, section 5.2). */
export class Sender {
  readonly #output: Output;
  /** Called when the last frame of an answer is out. */
  readonly #onSent: (stream: Stream) => void;
  #window = defaultWindowBytes;
  #initialWindow = defaultWindowBytes;
  #frameBytes = defaultFrameBytes;
  /** Streams that have something to say, and room for it in their own window alone. */
  readonly #waiting = new Set<Stream>();

  constructor(output: Output, onSent: (stream: Stream) => void) {
    this.#output = output;
    this.#onSent = onSent;
  }

  get initialWindow(): number {
    return this.#initialWindow;
  }

  /** A whole answer at once, which is what nearly every call gets. */
  answer(stream: Stream, answer: UnaryAnswer): void {
    const [head, body, trailers] = answer.parts;
    const byteCount = body.length;
    if (byteCount <= maxReadyBytes && byteCount <= this.#window && byteCount <= stream.sendWindow) {
      this.#window -= byteCount;
      this.#output.appendFor(stream.id, answer.frames, answer.heads);
      this.#onSent(stream);
      return;
    }
    this.headers(stream, head, false);
    this.data(stream, body);
    this.end(stream, trailers);
  }

  /** A header block, in as many frames as it takes. */
  headers(stream: Stream, block: Uint8Array, isLast: boolean): void {
    let type: number = FrameType.headers;
    let flags = isLast ? Flag.endStream : 0;
    let at = 0;
    while (block.length - at > this.#frameBytes) {
      this.#output.frame(type, flags, stream.id, block.subarray(at, at + this.#frameBytes));
      at += this.#frameBytes;
      type = FrameType.continuation;
      flags = 0;
    }
    this.#output.frame(type, flags | Flag.endHeaders, stream.id, at === 0 ? block : block.subarray(at));
    if (isLast) this.#onSent(stream);
  }

  /** Bytes of the answer's body, which must not change any more. */
  data(stream: Stream, bytes: Uint8Array): void {
    if (bytes.length > 0) stream.waiting = [...stream.waiting, bytes];
    this.#pump(stream);
  }

  /** Ends the answer, with trailers or, without a block, with its last byte. */
  end(stream: Stream, trailers: Uint8Array): void {
    stream.trailers = trailers;
    this.#pump(stream);
  }

  forget(stream: Stream): void {
    this.#waiting.delete(stream);
    stream.waiting = nothing;
  }

  /** The peer allows more. Throws if that is more than the protocol knows. */
  addWindow(byteCount: number): void {
    if (this.#window + byteCount > maxWindowBytes) {
      throw new ConnectionError(ErrorCode.flowControl, "the window of the connection exceeds 2^31-1 bytes");
    }
    this.#window += byteCount;
    for (const stream of this.#waiting) {
      if (this.#window <= 0) return;
      this.#pump(stream);
    }
  }

  /** False if that is more than the protocol knows. */
  addStreamWindow(stream: Stream, byteCount: number): boolean {
    if (stream.sendWindow + byteCount > maxWindowBytes) return false;
    stream.sendWindow += byteCount;
    this.#pump(stream);
    return true;
  }

  /** The peer has other windows now, also for streams that are open, which may make them negative (section 6.9.2). */
  setInitialWindow(byteCount: number, streams: Iterable<Stream>): void {
    const change = byteCount - this.#initialWindow;
    this.#initialWindow = byteCount;
    for (const stream of streams) {
      stream.sendWindow += change;
      this.#pump(stream);
    }
  }

  setFrameBytes(byteCount: number): void {
    this.#frameBytes = byteCount;
  }

  #pump(stream: Stream): void {
    while (stream.waiting.length > 0) {
      const [part, ...others] = stream.waiting;
      if (part === undefined) break;
      const byteCount = Math.min(part.length, this.#window, stream.sendWindow, this.#frameBytes);
      if (byteCount <= 0) {
        if (stream.sendWindow > 0) this.#waiting.add(stream);
        else this.#waiting.delete(stream);
        return;
      }
      this.#window -= byteCount;
      stream.sendWindow -= byteCount;
      stream.waiting = byteCount === part.length ? others : [part.subarray(byteCount), ...others];
      const isLast = stream.waiting.length === 0 && stream.trailers?.length === 0;
      this.#output.frame(FrameType.data, isLast ? Flag.endStream : 0, stream.id, part.subarray(0, byteCount));
      if (isLast) {
        this.#finish(stream);
        return;
      }
    }
    const { trailers } = stream;
    if (trailers === undefined) return;
    if (trailers.length > 0) this.headers(stream, trailers, true);
    else {
      this.#output.frame(FrameType.data, Flag.endStream, stream.id, trailers);
      this.#finish(stream);
    }
  }

  #finish(stream: Stream): void {
    this.#waiting.delete(stream);
    this.#onSent(stream);
  }
}
