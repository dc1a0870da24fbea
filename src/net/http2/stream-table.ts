import type { ConnectionError } from "./frame.ts";
import { ErrorCode } from "./frame.ts";
import { Budget } from "./budget.ts";
import type { Expiry } from "./expiry.ts";
import type { Output } from "./output.ts";
import { ReceiveWindow, streamWindowBytes } from "./receive-window.ts";
import type { RequestHead } from "./request-head.ts";
import { Sender } from "./sender.ts";
import { Stream } from "./stream.ts";

export interface StreamTableOptions {
  readonly maxConcurrentStreams: number;
  /** A stream on which nothing happens for so long is cancelled. */
  readonly silentStreamMs: number;
  readonly expiry: Expiry;
}

/** The streams of one connection that are open, and what receivers may do with them. */
export class StreamTable {
  readonly #options: StreamTableOptions;
  readonly #output: Output;
  readonly #onEmpty: () => void;
  readonly #streams = new Map<number, Stream>();
  readonly #resets = new Budget();
  readonly window: ReceiveWindow;
  readonly sender: Sender;
  /** When something was read last. */
  nowMs = performance.now();
  /** Since when no stream is open; Infinity while one is. */
  idleSinceMs = this.nowMs;
  lastStreamId = 0;
  /** Requests whose stream is gone while somebody still works on them; they count as concurrent ones. */
  #abandoned = 0;

  constructor(options: StreamTableOptions, output: Output, onEmpty: () => void) {
    this.#options = options;
    this.#output = output;
    this.#onEmpty = onEmpty;
    this.window = new ReceiveWindow(output);
    this.sender = new Sender(output, (stream) => this.#sent(stream));
  }

  get size(): number {
    return this.#streams.size;
  }

  get(streamId: number): Stream | undefined {
    return this.#streams.get(streamId);
  }

  [Symbol.iterator](): Iterator<Stream> {
    return this.#streams.values();
  }

  /** Opens a stream for a request; undefined if the peer has too many, or it is none, and the peer was told. */
  open(streamId: number, head: RequestHead): Stream | undefined {
    this.lastStreamId = streamId;
    const { maxConcurrentStreams, silentStreamMs, expiry } = this.#options;
    if (this.#streams.size + this.#abandoned >= maxConcurrentStreams) {
      this.#output.reset(streamId, ErrorCode.refusedStream);
      return undefined;
    }
    if (!head.isComplete && !head.isTooLarge) {
      this.#output.reset(streamId, ErrorCode.protocol);
      return undefined;
    }
    const stream = new Stream(this, streamId, streamWindowBytes, this.sender.initialWindow, head.contentLength);
    this.#streams.set(streamId, stream);
    this.idleSinceMs = Infinity;
    expiry.watch(this.nowMs + silentStreamMs);
    return stream;
  }

  /** The peer takes a request back. Throws `ConnectionError` if it does that too often. */
  takeBack(streamId: number, tooOften: () => ConnectionError): void {
    const stream = this.#streams.get(streamId);
    if (stream === undefined) return;
    if (!this.#resets.take(this.nowMs)) throw tooOften();
    this.#forget(stream);
  }

  /** Ends a stream from our side, whatever was said on it. */
  reset(stream: Stream, code: number): void {
    if (stream.isOver) return;
    this.#output.reset(stream.id, code);
    this.#forget(stream);
  }

  /** Bytes of a body are out of the way; who does not say so stops the peer. */
  consumed(stream: Stream, byteCount: number): void {
    if (byteCount === 0) return;
    this.window.giveBack(byteCount);
    this.window.giveBackTo(stream, byteCount);
  }

  setDeadline(stream: Stream, deadlineMs: number): void {
    stream.deadlineMs = deadlineMs;
    this.#options.expiry.watch(deadlineMs);
  }

  /** A stream is gone while its request is still worked on; the peer may not have more at once for that. */
  abandon(): void {
    this.#abandoned++;
  }

  abandonedDone(): void {
    this.#abandoned--;
  }

  /** Ends streams whose time is up; answers when the next one's will be. */
  expire(nowMs: number): number {
    const { silentStreamMs } = this.#options;
    let nextMs = Infinity;
    for (const stream of this.#streams.values()) {
      if (nowMs >= stream.deadlineMs) {
        stream.deadlineMs = Infinity;
        stream.receiver?.onDeadline();
      }
      if (stream.isOver) continue;
      if (nowMs >= stream.activeMs + silentStreamMs) this.reset(stream, ErrorCode.cancel);
      else nextMs = Math.min(nextMs, stream.deadlineMs, stream.activeMs + silentStreamMs);
    }
    return nextMs;
  }

  /** The connection is gone. */
  forgetAll(): void {
    for (const stream of this.#streams.values()) this.#forget(stream);
  }

  /** The last frame of an answer is on its way. */
  #sent(stream: Stream): void {
    if (stream.isOver) return;
    // What else the peer wanted to say is not needed any more (RFC 9113, section 8.1).
    if (!stream.isPeerDone) this.#output.reset(stream.id, ErrorCode.none);
    this.#forget(stream);
  }

  #forget(stream: Stream): void {
    stream.isOver = true;
    this.#streams.delete(stream.id);
    this.sender.forget(stream);
    stream.receiver?.onClosed();
    if (this.#streams.size > 0) return;
    this.idleSinceMs = this.nowMs;
    this.#onEmpty();
  }
}
