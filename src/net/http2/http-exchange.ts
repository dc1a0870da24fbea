import { EventEmitter } from "node:events";
import { Readable } from "node:stream";
import { ErrorCode } from "./frame.ts";
import { encodeHeaders, type ResponseField } from "./hpack-encode.ts";
import type { RequestHead } from "./request-head.ts";
import type { Stream, StreamReceiver } from "./stream.ts";

const empty = new Uint8Array(0);

/** A request that is not gRPC, with the face that Node gives to requests. */
export class Http2Request extends Readable {
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Names and values in turn, pseudo-headers first. */
  readonly rawHeaders: readonly string[];
  readonly url: string;
  readonly method: string;
  readonly httpVersion = "2.0";
  readonly httpVersionMajor = 2;
  /** Address of the sender. */
  readonly peer: string;
  /** Whether all of the body has come. */
  complete = false;
  readonly #stream: Stream;
  /** What came and was not asked for yet; the peer gets no room for it. */
  #unread = 0;

  constructor(stream: Stream, head: RequestHead, peer: string) {
    super();
    this.#stream = stream;
    this.peer = peer;
    this.url = head.path;
    this.method = head.method;
    this.rawHeaders = head.fields.flatMap(({ name, value }) => [name, value]);
    const headers: Record<string, string> = Object.create(null) as Record<string, string>;
    for (const { name, value } of head.fields) {
      const before = headers[name];
      headers[name] = before === undefined ? value : `${before}, ${value}`;
    }
    this.headers = headers;
  }

  takeData(chunk: Buffer, start: number, end: number): void {
    if (!this.destroyed && !this.push(chunk.subarray(start, end))) this.#unread += end - start;
    else this.#stream.table.consumed(this.#stream, end - start);
  }

  takeEnd(): void {
    this.complete = true;
    if (!this.destroyed) this.push(null);
  }

  /** The stream is over, perhaps before the body was there: then "close" comes without "end". */
  takeClosed(): void {
    this.#giveBack();
    if (!this.complete) this.destroy();
  }

  override _read(): void {
    this.#giveBack();
  }

  override _destroy(_error: Error | null, done: (error?: Error | null) => void): void {
    this.#giveBack();
    if (!this.complete) this.#stream.table.reset(this.#stream, ErrorCode.cancel);
    done();
  }

  #giveBack(): void {
    const unread = this.#unread;
    this.#unread = 0;
    this.#stream.table.consumed(this.#stream, unread);
  }
}

/** Its answer: emits "close" when the last of it is on its way, or nobody waits for it any more. */
export class Http2Response extends EventEmitter {
  closed = false;
  readonly #stream: Stream;
  #isBegun = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(stream: Stream) {
    super();
    this.#stream = stream;
  }

  get destroyed(): boolean {
    return this.closed;
  }

  writeContinue(): void {
    if (!this.closed) this.#stream.table.sender.headers(this.#stream, encodeHeaders([[":status", "100"]]), false);
  }

  /** Names in lower case. */
  writeHead(status: number, headers: Readonly<Record<string, string>>): this {
    if (this.closed || this.#isBegun) return this;
    this.#isBegun = true;
    const fields: ResponseField[] = [[":status", String(status)], ...Object.entries(headers)];
    fields.push(["date", new Date().toUTCString()]);
    this.#stream.table.sender.headers(this.#stream, encodeHeaders(fields), false);
    return this;
  }

  end(body: Uint8Array | string = empty): this {
    this.writeHead(200, {});
    if (this.closed) return this;
    const { sender } = this.#stream.table;
    sender.data(this.#stream, typeof body === "string" ? Buffer.from(body) : body);
    sender.end(this.#stream, empty);
    return this;
  }

  /** Calls back when the answer takes longer. */
  setTimeout(timeoutMs: number, callback: () => void): this {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(callback, timeoutMs).unref();
    return this;
  }

  destroy(): this {
    this.#stream.table.reset(this.#stream, ErrorCode.cancel);
    return this;
  }

  takeClosed(): void {
    clearTimeout(this.#timer);
    this.closed = true;
    this.emit("close");
  }
}

/** Makes a pair of them out of a stream. */
export class HttpExchange implements StreamReceiver {
  readonly request: Http2Request;
  readonly response: Http2Response;

  constructor(stream: Stream, head: RequestHead, peer: string) {
    this.request = new Http2Request(stream, head, peer);
    this.response = new Http2Response(stream);
  }

  onData(chunk: Buffer, start: number, end: number): boolean {
    this.request.takeData(chunk, start, end);
    return true;
  }

  onEnd(): void {
    this.request.takeEnd();
  }

  onDeadline(): void {}

  onClosed(): void {
    this.response.takeClosed();
    this.request.takeClosed();
  }
}
