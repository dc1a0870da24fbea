import type { Socket } from "node:net";
import { giveBack } from "../give-back.ts";
import { Budget } from "./budget.ts";
import {
  broken,
  checkKind,
  checkSize,
  headersPayload,
  maxHeaderBytes,
  readSettings,
  receivedFrameBytes,
  settingsPayload,
} from "./control-frames.ts";
import { Farewell } from "./farewell.ts";
import {
  byteAt,
  ConnectionError,
  ErrorCode,
  Flag,
  FrameType,
  maxWindowBytes,
  preface,
  readUint32,
  Setting,
} from "./frame.ts";
import { FrameReader, type FrameSink } from "./frame-reader.ts";
import { HeaderBlock } from "./header-block.ts";
import { HpackDecoder } from "./hpack-decoder.ts";
import { Lifetime, type LifetimeLimits, type Mortal } from "./lifetime.ts";
import { Output } from "./output.ts";
import { streamWindowBytes } from "./receive-window.ts";
import type { RequestHead } from "./request-head.ts";
import type { Stream } from "./stream.ts";
import { StreamTable, type StreamTableOptions } from "./stream-table.ts";

const keepalivePing = Buffer.from("alive?\0\0");
const nothing = new Uint8Array(0);

export interface ConnectionOptions extends StreamTableOptions {
  readonly lifetime: LifetimeLimits;
  /** A request begins: gives `stream` its receiver, or answers it. */
  onRequest(stream: Stream, head: RequestHead): void;
  /** All that came at once has been looked at. */
  onRead(): void;
  /** The peer did not hold to HTTP/2, or we failed, and the connection is over. */
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
  readonly #reader = new FrameReader(this);
  readonly #decoder = new HpackDecoder(maxHeaderBytes);
  readonly #output: Output;
  readonly #streams: StreamTable;
  readonly #farewell: Farewell;
  readonly #lifetime: Lifetime;
  readonly #settingsBudget = new Budget();
  #prefaceBytes = 0;
  #sawSettings = false;
  /** A header block of which more frames must follow. */
  #block: HeaderBlock | undefined;
  /** Stream of the DATA frame that is being read; undefined if nobody wants it. */
  #dataStream: Stream | undefined;
  /** Length of that frame, and how much of it went to the receiver: the rest is padding, or unwanted. */
  #dataLength = 0;
  #dataBytes = 0;
  /** Whether somebody goes on using the memory of what was read last. */
  #isChunkKept = false;
  #isClosed = false;

  /** Takes over a paused socket. */
  constructor(socket: Socket, options: ConnectionOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#output = new Output(socket);
    this.#streams = new StreamTable(options, this.#output, () => this.#farewell.onEmpty());
    this.#farewell = new Farewell(socket, this.#output, this.#streams);
    this.#lifetime = new Lifetime(options.lifetime, this);
    socket.on("data", (chunk: Buffer) => this.#read(chunk));
    socket.once("end", () => this.destroy());
    socket.once("close", () => this.#closed());
    const settings = settingsPayload([
      [Setting.maxConcurrentStreams, options.maxConcurrentStreams],
      [Setting.initialWindowSize, streamWindowBytes],
      [Setting.maxFrameSize, receivedFrameBytes],
      [Setting.maxHeaderListSize, maxHeaderBytes],
    ]);
    this.#output.frame(FrameType.settings, 0, 0, settings);
    this.#streams.window.open();
    socket.resume();
  }

  get nowMs(): number {
    return this.#streams.nowMs;
  }

  get idleSinceMs(): number {
    return this.#streams.idleSinceMs;
  }

  ping(): void {
    this.#output.frame(FrameType.ping, 0, 0, keepalivePing);
  }

  /** Tells the peer to send no further requests; those under way are answered. Safe twice. */
  drain(): void {
    this.#farewell.drain();
  }

  destroy(): void {
    this.#socket.destroy();
    this.#closed();
  }

  /** Ends streams whose time is up; answers when the next one's will be. */
  expire(nowMs: number): number {
    return this.#streams.expire(nowMs);
  }

  #closed(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#lifetime.stop();
    this.#farewell.close();
    this.#streams.forgetAll();
    this.#options.onClosed(this);
  }

  #read(chunk: Buffer): void {
    if (this.#farewell.state === "over") return;
    this.#streams.nowMs = performance.now();
    this.#isChunkKept = false;
    try {
      const start = this.#prefaceBytes < preface.length ? this.#readPreface(chunk) : 0;
      if (start < chunk.length) this.#reader.push(start === 0 ? chunk : chunk.subarray(start));
    } catch (error) {
      // Anything else is a fault of ours, which must not take the process with it.
      const fault = error instanceof ConnectionError ? error : internalError(error);
      this.#farewell.fail(fault.code, fault.message);
      this.#options.onViolation(fault);
    }
    if (!this.#isChunkKept) giveBack(chunk);
    this.#options.onRead();
  }

  #readPreface(chunk: Buffer): number {
    let at = 0;
    while (at < chunk.length && this.#prefaceBytes < preface.length) {
      if (chunk[at++] !== preface[this.#prefaceBytes++]) throw broken("the connection does not begin as HTTP/2");
    }
    return at;
  }

  onHead(length: number, type: number, flags: number, streamId: number): boolean {
    if (this.#farewell.state === "over") return false;
    if (!this.#sawSettings) {
      if (type !== FrameType.settings || (flags & Flag.ack) !== 0) throw broken("the first frame is not SETTINGS");
      this.#sawSettings = true;
    }
    const continued = this.#block?.streamId ?? 0;
    if ((continued !== 0) !== (type === FrameType.continuation) || (continued !== 0 && streamId !== continued)) {
      throw broken("a header block is interrupted, or continued where there is none");
    }
    return checkKind(type, length);
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
        checkSize("WINDOW_UPDATE", end - start, 4);
        this.#onWindowUpdate(streamId, readUint32(bytes, start) & maxWindowBytes);
        return;
      case FrameType.rstStream:
        checkSize("RST_STREAM", end - start, 4);
        this.#checkUsed("RST_STREAM", streamId);
        this.#streams.takeBack(streamId, () => tooOften("too many requests are begun and taken back"));
        return;
      case FrameType.settings:
        this.#onSettings(flags, streamId, bytes, start, end);
        return;
      case FrameType.ping:
        this.#onPing(flags, streamId, bytes, start, end);
        return;
      case FrameType.goaway:
        // The peer begins nothing new; it closes when it has its answers.
        if (streamId !== 0) throw broken("GOAWAY on a stream");
        return;
      default:
        // PRIORITY, which is out of use (section 5.3.2).
        if (streamId === 0) throw broken("PRIORITY without a stream");
        checkSize("PRIORITY", end - start, 5);
    }
  }

  #onHeaders(flags: number, streamId: number, bytes: Uint8Array, from: number, to: number): void {
    const [start, end] = headersPayload(flags, bytes, from, to);
    if ((streamId & 1) === 0) throw broken(`HEADERS on stream ${streamId}`);
    const isStreamEnd = (flags & Flag.endStream) !== 0;
    if ((flags & Flag.endHeaders) !== 0) {
      this.#onBlock(streamId, isStreamEnd, bytes, start, end);
      return;
    }
    this.#block = new HeaderBlock(streamId, isStreamEnd);
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
    if (streamId <= this.#streams.lastStreamId) {
      this.#onTrailers(streamId, isStreamEnd);
      return;
    }
    if (this.#farewell.state === "last") return;
    const stream = this.#streams.open(streamId, head);
    if (stream === undefined) return;
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
    this.#checkUsed("DATA", streamId);
    this.#streams.window.take(length);
    this.#dataLength = length;
    this.#dataBytes = 0;
    const stream = this.#streams.get(streamId);
    this.#dataStream = stream;
    if (stream === undefined) return;
    stream.activeMs = this.#streams.nowMs;
    stream.receiveWindow -= length;
    if (stream.isPeerDone) this.#streams.reset(stream, ErrorCode.streamClosed);
    else if (stream.receiveWindow < 0) this.#streams.reset(stream, ErrorCode.flowControl);
  }

  onDataPiece(chunk: Buffer, start: number, end: number): void {
    const stream = this.#dataStream;
    if (stream === undefined || stream.isOver) return;
    if (stream.bytesToCome >= 0) {
      stream.bytesToCome -= end - start;
      if (stream.bytesToCome < 0) {
        this.#streams.reset(stream, ErrorCode.protocol);
        return;
      }
    }
    this.#dataBytes += end - start;
    if (stream.receiver?.onData(chunk, start, end) === true) this.#isChunkKept = true;
  }

  onDataEnd(isStreamEnd: boolean): void {
    const stream = this.#dataStream;
    this.#dataStream = undefined;
    const unused = this.#dataLength - this.#dataBytes;
    if (stream === undefined) {
      this.#streams.window.giveBack(unused);
      return;
    }
    if (isStreamEnd) this.#onPeerDone(stream);
    this.#streams.consumed(stream, unused);
  }

  #onPeerDone(stream: Stream): void {
    if (stream.isOver) return;
    if (stream.bytesToCome > 0) {
      this.#streams.reset(stream, ErrorCode.protocol);
      return;
    }
    stream.isPeerDone = true;
    stream.receiver?.onEnd();
  }

  #onWindowUpdate(streamId: number, byteCount: number): void {
    if (streamId === 0) {
      if (byteCount === 0) throw broken("WINDOW_UPDATE of 0");
      this.#streams.sender.addWindow(byteCount);
      return;
    }
    this.#checkUsed("WINDOW_UPDATE", streamId);
    const stream = this.#streams.get(streamId);
    if (stream === undefined) return;
    stream.activeMs = this.#streams.nowMs;
    if (byteCount === 0) this.#streams.reset(stream, ErrorCode.protocol);
    else if (!this.#streams.sender.addStreamWindow(stream, byteCount)) {
      this.#streams.reset(stream, ErrorCode.flowControl);
    }
  }

  #onSettings(flags: number, streamId: number, bytes: Uint8Array, start: number, end: number): void {
    if (streamId !== 0) throw broken("SETTINGS on a stream");
    if ((flags & Flag.ack) !== 0) {
      checkSize("SETTINGS with ACK", end - start, 0);
      return;
    }
    if (!this.#settingsBudget.take(this.#streams.nowMs)) throw tooOften("settings change too often");
    const { sender } = this.#streams;
    let { initialWindow } = sender;
    readSettings(bytes, start, end, (name, value) => {
      if (name === Setting.initialWindowSize) initialWindow = value;
      else if (name === Setting.maxFrameSize) sender.setFrameBytes(value);
    });
    // First: the peer holds to its settings from the acknowledgement on, and what they let out breaks its old window.
    this.#output.frame(FrameType.settings, Flag.ack, 0, nothing);
    if (initialWindow !== sender.initialWindow) sender.setInitialWindow(initialWindow, this.#streams);
  }

  #onPing(flags: number, streamId: number, bytes: Uint8Array, start: number, end: number): void {
    if (streamId !== 0) throw broken("PING on a stream");
    checkSize("PING", end - start, 8);
    if ((flags & Flag.ack) !== 0) this.#farewell.onPong(byteAt(bytes, start));
    else this.#output.frame(FrameType.ping, Flag.ack, 0, bytes.subarray(start, end));
  }

  /** Throws about a frame on a stream that was never opened. */
  #checkUsed(name: string, streamId: number): void {
    const isUnknown = streamId > this.#streams.lastStreamId && this.#farewell.state !== "last";
    if (isUnknown || (streamId & 1) === 0) throw broken(`${name} on stream ${streamId}, which is not open`);
  }
}

function tooOften(what: string): ConnectionError {
  return new ConnectionError(ErrorCode.enhanceYourCalm, what);
}

function internalError(cause: unknown): ConnectionError {
  const text = cause instanceof Error ? cause.message : String(cause);
  return new ConnectionError(ErrorCode.internal, `internal error: ${text}`);
}
