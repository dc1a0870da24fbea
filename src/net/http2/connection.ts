import type { Socket } from "node:net";
import {
  byteAt,
  ConnectionError,
  defaultFrameBytes,
  ErrorCode,
  Flag,
  FrameType,
  maxFrameBytes,
  maxWindowBytes,
  preface,
  readUint32,
  Setting,
  writeUint32,
} from "./frame.ts";
import type { Expiry } from "./expiry.ts";
import { FrameReader, type FrameSink } from "./frame-reader.ts";
import { HeaderBlock } from "./header-block.ts";
import { HpackDecoder } from "./hpack-decoder.ts";
import { Lifetime, type LifetimeLimits, type Mortal } from "./lifetime.ts";
import { Output } from "./output.ts";
import { ReceiveWindow, streamWindowBytes } from "./receive-window.ts";
import type { RequestHead } from "./request-head.ts";
import { ResetBudget } from "./reset-budget.ts";
import { Sender } from "./sender.ts";
import { Stream } from "./stream.ts";

/** Frames of our peers; the larger, the fewer. */
const receivedFrameBytes = 256 * 1024;
/** Frames other than DATA and header blocks: none that we read is larger. */
const maxControlBytes = defaultFrameBytes;
/** Size of a request's header fields, as sent and as decoded. */
export const maxHeaderBytes = 64 * 1024;
/** How long a connection that is over is still read: closing with unread bytes would reset it under the last frame. */
const lingerMs = 1000;
/** How long a peer may take to acknowledge that it was told to go. */
const drainMs = 1000;

const keepalivePing = Buffer.from("alive?\0\0");
const drainPing = Buffer.from("goodbye\0");
const noStream = 0x7fff_ffff;

export interface ConnectionOptions {
  readonly maxConcurrentStreams: number;
  /** A stream on which nothing happens for so long is cancelled. */
  readonly silentStreamMs: number;
  readonly lifetime: LifetimeLimits;
  readonly expiry: Expiry;
  /** A request begins: gives `stream` its receiver, or answers it. */
  onRequest(stream: Stream, head: RequestHead): void;
  /** All that came at once has been looked at. */
  onRead(): void;
  /** The peer did not hold to HTTP/2, and the connection is over. */
  onViolation(error: ConnectionError): void;
  /** The connection is gone, and every stream of it was told. */
  onClosed(connection: Connection): void;
}

/**
 * The server's side of one HTTP/2 connection (RFC 9113), for requests whose answers are short. Priorities are ignored,
 * nothing is pushed.
 *
 *   socket ─ FrameReader ─┬─ HEADERS, CONTINUATION ─ HpackDecoder ─ onRequest ─ Stream ─ receiver
 *                         ├─ DATA ─ ReceiveWindow ───────────────────────────────► receiver
 *                         └─ the rest: here          answer ─ Sender ─ Output ─ socket
 */
export class Connection implements FrameSink, Mortal {
  readonly #socket: Socket;
  readonly #options: ConnectionOptions;
  readonly #streams = new Map<number, Stream>();
  readonly #reader = new FrameReader(this);
  readonly #decoder = new HpackDecoder(maxHeaderBytes);
  readonly #resets = new ResetBudget();
  readonly #output: Output;
  readonly #window: ReceiveWindow;
  readonly #sender: Sender;
  readonly #lifetime: Lifetime;
  nowMs = performance.now();
  idleSinceMs = this.nowMs;
  /** Requests whose stream is gone while somebody still works on them; they count as concurrent ones. */
  #abandoned = 0;
  #prefaceBytes = 0;
  #sawSettings = false;
  #block: HeaderBlock | undefined;
  /** Stream of the DATA frame that is being read; undefined if nobody wants it. */
  #dataStream: Stream | undefined;
  /** Payload of that frame seen so far, to know what was padding. */
  #dataBytes = 0;
  #dataLength = 0;
  #lastStreamId = 0;
  /** `going`: the peer was asked to end; `last`: no request after `#lastStreamId` is taken; `over`: nothing is read. */
  #state: "open" | "going" | "last" | "over" = "open";
  #drainTimer: NodeJS.Timeout | undefined;
  #isClosed = false;

  /** Takes over a paused socket. */
  constructor(socket: Socket, options: ConnectionOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#output = new Output(socket);
    this.#window = new ReceiveWindow(this.#output);
    this.#sender = new Sender(this.#output, (stream) => this.#sent(stream));
    this.#lifetime = new Lifetime(options.lifetime, this);
    socket.on("data", (chunk: Buffer) => this.#read(chunk));
    socket.once("end", () => this.destroy());
    socket.once("close", () => this.#closed());
    this.#sendSettings();
    socket.resume();
  }

  // Streams: what receivers call.

  get sender(): Sender {
    return this.#sender;
  }

  /** Bytes of a body are out of the way; who does not say so stops the peer. */
  consumed(stream: Stream, byteCount: number): void {
    if (byteCount === 0) return;
    this.#window.giveBack(byteCount);
    this.#window.giveBackTo(stream, byteCount);
  }

  /** Ends a stream from our side, whatever was said on it. */
  reset(stream: Stream, code: number): void {
    if (stream.isOver) return;
    this.#output.reset(stream.id, code);
    this.#forget(stream);
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

  // The connection as a whole: what servers call.

  /** Tells the peer to send no further requests; those under way are answered. Safe twice. */
  drain(): void {
    if (this.#state !== "open") return;
    this.#state = "going";
    // Requests may be on their way already: the last one that counts is told when the peer has certainly read this.
    this.#goAway(noStream, ErrorCode.none, "");
    this.#output.frame(FrameType.ping, 0, 0, drainPing);
    this.#drainTimer = setTimeout(() => this.#endDrain(), drainMs).unref();
  }

  destroy(): void {
    this.#socket.destroy();
    this.#closed();
  }

  ping(): void {
    this.#output.frame(FrameType.ping, 0, 0, keepalivePing);
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

  // Reading.

  #read(chunk: Buffer): void {
    if (this.#state === "over") return;
    this.nowMs = performance.now();
    try {
      const start = this.#prefaceBytes < preface.length ? this.#readPreface(chunk) : 0;
      if (start < chunk.length) this.#reader.push(start === 0 ? chunk : chunk.subarray(start));
      this.#options.onRead();
    } catch (error) {
      if (!(error instanceof ConnectionError)) throw error;
      this.#fail(error);
    }
  }

  #readPreface(chunk: Buffer): number {
    let at = 0;
    while (at < chunk.length && this.#prefaceBytes < preface.length) {
      if (chunk[at++] !== preface[this.#prefaceBytes++]) {
        throw new ConnectionError(ErrorCode.protocol, "the connection does not begin as HTTP/2");
      }
    }
    return at;
  }

  onHead(length: number, type: number, flags: number, streamId: number): boolean {
    if (!this.#sawSettings) {
      if (type !== FrameType.settings || (flags & Flag.ack) !== 0) throw broken("the first frame is not SETTINGS");
      this.#sawSettings = true;
    }
    const continued = this.#block?.streamId ?? 0;
    if ((continued !== 0) !== (type === FrameType.continuation) || (continued !== 0 && streamId !== continued)) {
      throw broken("a header block is interrupted, or continued where there is none");
    }
    if (length > receivedFrameBytes) throw tooLong(`frame of ${length} bytes, limit is ${receivedFrameBytes}`);
    switch (type) {
      case FrameType.data:
        return true;
      case FrameType.headers:
      case FrameType.continuation:
        if (length > maxHeaderBytes + 256) {
          throw new ConnectionError(ErrorCode.enhanceYourCalm, `header block of more than ${maxHeaderBytes} bytes`);
        }
        return true;
      case FrameType.pushPromise:
        throw broken("PUSH_PROMISE from a client");
      default:
        if (type > FrameType.continuation) return false;
        if (length > maxControlBytes) throw tooLong(`frame of type ${type} with ${length} bytes`);
        return true;
    }
  }

  onFrame(type: number, flags: number, streamId: number, bytes: Uint8Array, start: number, end: number): void {
    switch (type) {
      case FrameType.headers:
        this.#onHeaders(flags, streamId, bytes, start, end);
        return;
      case FrameType.continuation:
        this.#onContinuation(flags, bytes, start, end);
        return;
      case FrameType.windowUpdate:
        this.#onWindowUpdate(streamId, bytes, start, end);
        return;
      case FrameType.rstStream:
        this.#onReset(streamId, end - start);
        return;
      case FrameType.settings:
        this.#onSettings(flags, streamId, bytes, start, end);
        return;
      case FrameType.ping:
        this.#onPing(flags, streamId, bytes, start, end);
        return;
      case FrameType.goaway:
        if (streamId !== 0) throw broken("GOAWAY on a stream");
        if (end - start < 8) throw tooLong("GOAWAY of less than 8 bytes");
        // The peer begins nothing new; it closes when it has its answers.
        return;
      default:
        // PRIORITY, which is out of use (section 5.3.2).
        if (streamId === 0) throw broken("PRIORITY without a stream");
        if (end - start !== 5) throw tooLong("PRIORITY not of 5 bytes");
    }
  }

  #onHeaders(flags: number, streamId: number, bytes: Uint8Array, from: number, to: number): void {
    let start = from;
    let end = to;
    if ((flags & Flag.padded) !== 0) {
      if (start === end) throw tooLong("HEADERS without its padding's length");
      end -= byteAt(bytes, start++);
    }
    if ((flags & Flag.priority) !== 0) start += 5;
    if (start > end) throw broken("HEADERS with more padding than payload");
    if (streamId === 0 || (streamId & 1) === 0) throw broken(`HEADERS on stream ${streamId}`);
    const isStreamEnd = (flags & Flag.endStream) !== 0;
    if ((flags & Flag.endHeaders) !== 0) {
      this.#onBlock(streamId, isStreamEnd, bytes, start, end);
      return;
    }
    this.#block = new HeaderBlock(streamId, isStreamEnd, maxHeaderBytes);
    this.#block.add(bytes, start, end);
  }

  #onContinuation(flags: number, bytes: Uint8Array, start: number, end: number): void {
    const block = this.#block;
    if (block === undefined) return;
    block.add(bytes, start, end);
    if ((flags & Flag.endHeaders) === 0) return;
    this.#block = undefined;
    const whole = block.bytes();
    this.#onBlock(block.streamId, block.isStreamEnd, whole, 0, whole.length);
  }

  #onBlock(streamId: number, isStreamEnd: boolean, bytes: Uint8Array, start: number, end: number): void {
    const head = this.#decoder.decode(bytes, start, end);
    if (streamId <= this.#lastStreamId) {
      this.#onTrailers(streamId, isStreamEnd);
      return;
    }
    if (this.#state === "last") return;
    this.#lastStreamId = streamId;
    if (this.#streams.size + this.#abandoned >= this.#options.maxConcurrentStreams) {
      this.#output.reset(streamId, ErrorCode.refusedStream);
      return;
    }
    if (!head.isComplete && !head.isTooLarge) {
      this.#output.reset(streamId, ErrorCode.protocol);
      return;
    }
    const windows = { receive: streamWindowBytes, send: this.#sender.initialWindow };
    const stream = new Stream(this, streamId, windows, head.contentLength);
    this.#streams.set(streamId, stream);
    this.idleSinceMs = Infinity;
    this.#options.expiry.watch(stream.activeMs + this.#options.silentStreamMs);
    stream.isPeerDone = isStreamEnd;
    this.#options.onRequest(stream, head);
    if (isStreamEnd) this.#onPeerDone(stream);
  }

  /** Fields after a body, which mean nothing in the protocols here. Those of a stream that is gone may still come. */
  #onTrailers(streamId: number, isStreamEnd: boolean): void {
    const stream = this.#streams.get(streamId);
    if (!isStreamEnd || stream?.isPeerDone === true) {
      throw new ConnectionError(ErrorCode.streamClosed, `HEADERS on stream ${streamId}, which has them already`);
    }
    if (stream !== undefined) this.#onPeerDone(stream);
  }

  onDataBegin(streamId: number, length: number): void {
    if (streamId === 0 || this.#isIdle(streamId)) throw broken(`DATA on stream ${streamId}`);
    this.#window.take(length);
    this.#dataLength = length;
    this.#dataBytes = 0;
    const stream = this.#streams.get(streamId);
    this.#dataStream = stream;
    if (stream === undefined) return;
    stream.activeMs = this.nowMs;
    stream.receiveWindow -= length;
    if (stream.isPeerDone) this.reset(stream, ErrorCode.streamClosed);
    else if (stream.receiveWindow < 0) this.reset(stream, ErrorCode.flowControl);
  }

  onDataPiece(chunk: Buffer, start: number, end: number): void {
    const stream = this.#dataStream;
    if (stream === undefined || stream.isOver) return;
    if (stream.bytesToCome >= 0) {
      stream.bytesToCome -= end - start;
      if (stream.bytesToCome < 0) {
        this.reset(stream, ErrorCode.protocol);
        return;
      }
    }
    this.#dataBytes += end - start;
    stream.receiver?.onData(chunk, start, end);
  }

  onDataEnd(_streamId: number, isStreamEnd: boolean): void {
    const stream = this.#dataStream;
    // Padding, and what nobody wanted, takes no room.
    const unused = this.#dataLength - this.#dataBytes;
    if (stream === undefined || stream.isOver) {
      if (unused > 0) this.#window.giveBack(unused);
      return;
    }
    if (isStreamEnd) this.#onPeerDone(stream);
    this.consumed(stream, unused);
  }

  #onPeerDone(stream: Stream): void {
    if (stream.isOver) return;
    if (stream.bytesToCome > 0) {
      this.reset(stream, ErrorCode.protocol);
      return;
    }
    stream.isPeerDone = true;
    stream.receiver?.onEnd();
  }

  #onWindowUpdate(streamId: number, bytes: Uint8Array, start: number, end: number): void {
    if (end - start !== 4) throw tooLong("WINDOW_UPDATE not of 4 bytes");
    if (this.#isIdle(streamId)) throw broken(`WINDOW_UPDATE on stream ${streamId}`);
    const byteCount = readUint32(bytes, start) & maxWindowBytes;
    if (streamId === 0) {
      if (byteCount === 0) throw broken("WINDOW_UPDATE of 0");
      this.#sender.addWindow(byteCount);
      return;
    }
    const stream = this.#streams.get(streamId);
    if (stream === undefined) return;
    if (byteCount === 0) {
      this.reset(stream, ErrorCode.protocol);
      return;
    }
    stream.activeMs = this.nowMs;
    if (!this.#sender.addStreamWindow(stream, byteCount)) this.reset(stream, ErrorCode.flowControl);
  }

  #onReset(streamId: number, length: number): void {
    if (length !== 4) throw tooLong("RST_STREAM not of 4 bytes");
    if (streamId === 0 || this.#isIdle(streamId)) throw broken(`RST_STREAM on stream ${streamId}`);
    const stream = this.#streams.get(streamId);
    if (stream === undefined) return;
    if (!this.#resets.take(this.nowMs)) {
      throw new ConnectionError(ErrorCode.enhanceYourCalm, "too many requests are begun and taken back");
    }
    this.#forget(stream);
  }

  #onSettings(flags: number, streamId: number, bytes: Uint8Array, start: number, end: number): void {
    if (streamId !== 0) throw broken("SETTINGS on a stream");
    const isAck = (flags & Flag.ack) !== 0;
    if ((isAck && start !== end) || (end - start) % 6 !== 0) throw tooLong("SETTINGS of a wrong length");
    if (isAck) return;
    for (let at = start; at < end; at += 6) {
      this.#onSetting((byteAt(bytes, at) << 8) | byteAt(bytes, at + 1), readUint32(bytes, at + 2));
    }
    this.#output.frame(FrameType.settings, Flag.ack, 0, nothing);
  }

  #onSetting(name: number, value: number): void {
    switch (name) {
      case Setting.enablePush:
        if (value > 1) throw broken(`SETTINGS_ENABLE_PUSH of ${value}`);
        return;
      case Setting.initialWindowSize:
        if (value > maxWindowBytes) {
          throw new ConnectionError(ErrorCode.flowControl, `SETTINGS_INITIAL_WINDOW_SIZE of ${value}`);
        }
        this.#sender.setInitialWindow(value, this.#streams.values());
        return;
      case Setting.maxFrameSize:
        if (value < defaultFrameBytes || value > maxFrameBytes) throw broken(`SETTINGS_MAX_FRAME_SIZE of ${value}`);
        this.#sender.setFrameBytes(value);
    }
  }

  #onPing(flags: number, streamId: number, bytes: Uint8Array, start: number, end: number): void {
    if (streamId !== 0) throw broken("PING on a stream");
    if (end - start !== 8) throw tooLong("PING not of 8 bytes");
    if ((flags & Flag.ack) === 0) this.#output.frame(FrameType.ping, Flag.ack, 0, bytes.subarray(start, end));
    else if (byteAt(bytes, start) === drainPing[0]) this.#endDrain();
  }

  #isIdle(streamId: number): boolean {
    if (streamId === 0) return false;
    return (streamId & 1) === 0 || (streamId > this.#lastStreamId && this.#state !== "last");
  }

  // Ends.

  /** The last frame of an answer is on its way. */
  #sent(stream: Stream): void {
    if (stream.isOver) return;
    // What else the peer wanted to say is not needed any more (section 8.1).
    if (!stream.isPeerDone) this.#output.reset(stream.id, ErrorCode.none);
    this.#forget(stream);
  }

  #forget(stream: Stream): void {
    stream.isOver = true;
    this.#streams.delete(stream.id);
    this.#sender.forget(stream);
    stream.receiver?.onClosed();
    if (this.#streams.size > 0) return;
    this.idleSinceMs = this.nowMs;
    if (this.#state === "last") this.#end();
  }

  #endDrain(): void {
    clearTimeout(this.#drainTimer);
    if (this.#state !== "going") return;
    this.#state = "last";
    this.#goAway(this.#lastStreamId, ErrorCode.none, "");
    if (this.#streams.size === 0) this.#end();
  }

  #fail(error: ConnectionError): void {
    if (this.#state === "over") return;
    this.#goAway(this.#lastStreamId, error.code, error.message);
    this.#options.onViolation(error);
    this.#end();
  }

  #goAway(lastStreamId: number, code: number, text: string): void {
    const payload = Buffer.alloc(8 + text.length);
    writeUint32(payload, 0, lastStreamId);
    writeUint32(payload, 4, code);
    payload.write(text, 8, "latin1");
    this.#output.frame(FrameType.goaway, 0, 0, payload);
  }

  /** Says what there is to say and closes. */
  #end(): void {
    if (this.#state === "over") return;
    this.#state = "over";
    this.#endStreams();
    this.#output.flush();
    this.#socket.end();
    const timer = setTimeout(() => this.#socket.destroy(), lingerMs).unref();
    this.#socket.once("close", () => clearTimeout(timer));
  }

  #endStreams(): void {
    for (const stream of this.#streams.values()) this.#forget(stream);
  }

  #closed(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#state = "over";
    this.#lifetime.stop();
    clearTimeout(this.#drainTimer);
    this.#endStreams();
    this.#options.onClosed(this);
  }

  #sendSettings(): void {
    const values: readonly (readonly [number, number])[] = [
      [Setting.maxConcurrentStreams, this.#options.maxConcurrentStreams],
      [Setting.initialWindowSize, streamWindowBytes],
      [Setting.maxFrameSize, receivedFrameBytes],
      [Setting.maxHeaderListSize, maxHeaderBytes],
    ];
    const payload = new Uint8Array(values.length * 6);
    for (const [index, [name, value]] of values.entries()) {
      payload[index * 6 + 1] = name;
      writeUint32(payload, index * 6 + 2, value);
    }
    this.#output.frame(FrameType.settings, 0, 0, payload);
    this.#window.open();
  }
}

const nothing = new Uint8Array(0);

function broken(what: string): ConnectionError {
  return new ConnectionError(ErrorCode.protocol, what);
}

function tooLong(what: string): ConnectionError {
  return new ConnectionError(ErrorCode.frameSize, what);
}
