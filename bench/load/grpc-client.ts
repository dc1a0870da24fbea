import { connect, type Socket } from "node:net";
import { once } from "node:events";
import { gunzipSync } from "node:zlib";
import { grpcPaths, type Client } from "./client.ts";
import {
  defaultWindow,
  flags,
  frameHeadBytes,
  FrameReader,
  frameTypes,
  frame,
  maxFrameBytes,
  maxWindow,
  preface,
  settingIds,
  settings,
  settingsAck,
  windowUpdate,
  writeFrameHead,
} from "./frame.ts";
import { grpcStatusOf, headerBlocks, type HeaderBlocks } from "./header-block.ts";
import type { Body } from "./pool.ts";

interface Call {
  readonly stream: number;
  readonly body: Buffer;
  readonly resolve: (code: string) => void;
  /** Bytes of the body that are under way; those of the headers go with the first. */
  offset: number;
  window: number;
  answer: Buffer;
}

const grpcPrefixBytes = 5;

/**
 * Unary gRPC over one connection, written for the least CPU per request: headers are encoded once, a small request is one
 * write, large ones are written from where they lie, and of an answer only status and message are read.
 */
export class GrpcClient implements Client {
  readonly #socket: Socket;
  readonly #calls = new Map<number, Call>();
  readonly #blocks: Readonly<Record<keyof typeof grpcPaths, HeaderBlocks>>;
  readonly #reader = new FrameReader((...parts) => this.#onFrame(...parts));
  /** Calls whose body waits for room in a window, in order. */
  #waiting: Call[] = [];
  #isFirst = true;
  #nextStream = 1;
  #window = defaultWindow;
  #streamWindow = defaultWindow;

  private constructor(socket: Socket, isGzip: boolean) {
    this.#socket = socket;
    const headers: (readonly [string, string])[] = [
      [":authority", `127.0.0.1:${socket.remotePort}`],
      ["content-type", "application/grpc"],
      ["te", "trailers"],
      ["user-agent", "otelcol-bench"],
      ["grpc-timeout", "30S"],
      ...(isGzip ? [["grpc-encoding", "gzip"] as const] : []),
    ];
    const blocksOf = (path: string): HeaderBlocks => headerBlocks(path, headers);
    this.#blocks = {
      traces: blocksOf(grpcPaths.traces),
      metrics: blocksOf(grpcPaths.metrics),
      logs: blocksOf(grpcPaths.logs),
    };
    socket.on("data", (chunk: Buffer) => this.#reader.push(chunk));
    socket.on("error", () => this.#failAll("connection error"));
    socket.on("close", () => this.#failAll("connection closed"));
    const announced = settings([
      [settingIds.headerTableSize, 0],
      [settingIds.enablePush, 0],
      [settingIds.initialWindowSize, maxWindow],
    ]);
    socket.write(Buffer.concat([preface, announced, windowUpdate(0, maxWindow - defaultWindow)]));
  }

  static async connect(port: number, isGzip: boolean): Promise<GrpcClient> {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    await once(socket, "connect");
    return new GrpcClient(socket, isGzip);
  }

  /** `body.bytes` must be a gRPC message with its prefix. */
  send(body: Body): Promise<string> {
    if (this.#socket.destroyed) return Promise.resolve("connection closed");
    return new Promise((resolve) => {
      const stream = this.#nextStream;
      this.#nextStream += 2;
      const call: Call = { stream, body: body.bytes, resolve, offset: 0, window: this.#streamWindow, answer: empty };
      this.#calls.set(stream, call);
      const { first, later } = this.#blocks[body.signal];
      const block = this.#isFirst ? first : later;
      this.#isFirst = false;
      const { length } = body.bytes;
      if (this.#waiting.length === 0 && length <= maxFrameBytes && length <= Math.min(this.#window, call.window)) {
        this.#sendWhole(call, block);
        return;
      }
      this.#socket.write(frame(frameTypes.headers, flags.endHeaders, stream, block));
      this.#waiting.push(call);
      this.#pump();
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #sendWhole(call: Call, block: Buffer): void {
    const dataAt = frameHeadBytes + block.length;
    const { length } = call.body;
    const bytes = Buffer.allocUnsafe(dataAt + frameHeadBytes + length);
    writeFrameHead(bytes, 0, block.length, frameTypes.headers, flags.endHeaders, call.stream);
    block.copy(bytes, frameHeadBytes);
    writeFrameHead(bytes, dataAt, length, frameTypes.data, flags.endStream, call.stream);
    call.body.copy(bytes, dataAt + frameHeadBytes);
    this.#window -= length;
    this.#socket.write(bytes);
  }

  #pump(): void {
    this.#socket.cork();
    this.#waiting = this.#waiting.filter((call) => this.#calls.has(call.stream) && !this.#sendPart(call));
    this.#socket.uncork();
  }

  /** Sends as much of the body as the windows take; true if that was the rest. */
  #sendPart(call: Call): boolean {
    const { body, stream } = call;
    for (;;) {
      const length = Math.min(maxFrameBytes, body.length - call.offset, call.window, this.#window);
      if (length <= 0) return false;
      const end = call.offset + length;
      const head = Buffer.allocUnsafe(frameHeadBytes);
      writeFrameHead(head, 0, length, frameTypes.data, end === body.length ? flags.endStream : 0, stream);
      this.#socket.write(head);
      this.#socket.write(body.subarray(call.offset, end));
      call.offset = end;
      call.window -= length;
      this.#window -= length;
      if (end === body.length) return true;
    }
  }

  #onFrame(type: number, frameFlags: number, stream: number, payload: Buffer): void {
    const call = this.#calls.get(stream);
    if (type === frameTypes.data) {
      if (call !== undefined && payload.length > 0) call.answer = Buffer.concat([call.answer, payload]);
      if ((frameFlags & flags.endStream) !== 0) this.#settle(call, "no trailers");
    } else if (type === frameTypes.headers) {
      if ((frameFlags & flags.endStream) !== 0) this.#settle(call, codeOf(payload, call?.answer ?? empty));
    } else if (type === frameTypes.windowUpdate) {
      const increment = payload.readUInt32BE(0);
      if (stream === 0) this.#window += increment;
      else if (call !== undefined) call.window += increment;
      if (this.#waiting.length > 0) this.#pump();
    } else if (type === frameTypes.settings && (frameFlags & flags.ack) === 0) this.#onSettings(payload);
    else if (type === frameTypes.ping && (frameFlags & flags.ack) === 0)
      this.#socket.write(frame(frameTypes.ping, flags.ack, 0, payload));
    else if (type === frameTypes.resetStream) this.#settle(call, `reset ${payload.readUInt32BE(0)}`);
    else if (type === frameTypes.goAway) this.#socket.destroy();
  }

  #onSettings(payload: Buffer): void {
    for (let at = 0; at + 6 <= payload.length; at += 6) {
      if (payload.readUInt16BE(at) !== settingIds.initialWindowSize) continue;
      const size = payload.readUInt32BE(at + 2);
      for (const call of this.#calls.values()) call.window += size - this.#streamWindow;
      this.#streamWindow = size;
    }
    this.#socket.write(settingsAck);
    if (this.#waiting.length > 0) this.#pump();
  }

  #settle(call: Call | undefined, code: string): void {
    if (call === undefined) return;
    this.#calls.delete(call.stream);
    call.resolve(code);
  }

  #failAll(code: string): void {
    for (const call of this.#calls.values()) this.#settle(call, code);
    this.#waiting = [];
  }
}

const empty = Buffer.alloc(0);
/** An Export response without `partial_success`, or with an empty one. */
const cleanAnswers = ["", "0a00"];

function codeOf(trailers: Buffer, answer: Buffer): string {
  const status = grpcStatusOf(trailers);
  if (status !== 0) return `grpc ${status ?? "without status"}`;
  const content = answer.subarray(grpcPrefixBytes);
  // Some servers answer in the encoding of the request.
  const message = answer[0] === 1 ? gunzipSync(content) : content;
  return message.length <= 2 && cleanAnswers.includes(message.toString("hex")) ? "ok" : "partial success";
}
