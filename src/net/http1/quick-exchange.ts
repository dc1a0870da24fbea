import { EventEmitter } from "node:events";
import type { Socket } from "node:net";
import { RequestError } from "../request-error.ts";
import { lentBodies } from "./lent-bodies.ts";
import type { QuickHead } from "./quick-head.ts";

/** A request whose head was plain, with the face that Node gives to requests, but for the body. */
export class QuickRequest {
  readonly method = "POST";
  readonly httpVersion = "1.1";
  readonly httpVersionMajor = 1;
  readonly url: string;
  readonly headers: QuickHead["headers"];
  readonly contentLength: number;
  /** Address of the sender. */
  readonly peer: string;
  /** The body is a part of the chunk that it came in. */
  isShared = false;
  /** What of the body has come, or was thrown away. */
  #receivedBytes = 0;
  /** The body: all of it as it came, or what was collected. */
  #body: Buffer | undefined;
  /** Nobody will keep the body. */
  #isLent = false;
  /** The memory that the body lies in then. */
  #lent: Buffer | undefined;
  #state: "waiting" | "collecting" | "discarding" | "aborted" = "waiting";
  #resolve: ((body: Uint8Array) => void) | undefined;
  #reject: ((error: RequestError) => void) | undefined;
  #onTooMuch: (() => void) | undefined;
  #maxDiscarded = 0;

  constructor(head: QuickHead, peer: string) {
    this.url = head.url;
    this.headers = head.headers;
    this.contentLength = head.contentLength;
    this.peer = peer;
  }

  get complete(): boolean {
    return this.#receivedBytes === this.contentLength;
  }

  /** Names and values in turn. */
  get rawHeaders(): readonly string[] {
    const fields = Object.entries(this.headers).flatMap(([name, value]) => [
      name,
      name === "content-length" ? String(this.contentLength) : (value ?? ""),
    ]);
    return fields;
  }

  /**
   * The whole body, whose length is known and was allowed by the caller. It may lie in what the socket has read. Rejects
   * with `RequestError` (`aborted`) when the connection ends before. A body that is lent must not be read after `endLoan`, and
   * may be kept without.
   */
  readBody(isLent: boolean): Uint8Array | Promise<Uint8Array> {
    if (this.complete) return this.#giveAway();
    this.#isLent = isLent;
    this.#state = "collecting";
    const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
    this.#resolve = resolve;
    this.#reject = reject;
    return promise;
  }

  endLoan(): void {
    if (this.#lent !== undefined) lentBodies.give(this.#lent);
    this.#lent = undefined;
  }

  /** Lets the rest of the body run past; calls back when that is more than so much. */
  discard(maxBytes: number, onTooMuch: () => void): void {
    this.#state = "discarding";
    this.#body = undefined;
    this.#maxDiscarded = this.#receivedBytes + maxBytes;
    this.#onTooMuch = onTooMuch;
  }

  /** Bytes of the body, which are kept if `isShared` says so after that, else copied; answers where they end. */
  take(chunk: Buffer, start: number): number {
    const wanted = this.contentLength - this.#receivedBytes;
    const end = Math.min(chunk.length, start + wanted);
    if (this.#state !== "discarding") {
      if (end - start === this.contentLength) {
        this.#body = chunk.subarray(start, end);
        this.isShared = true;
      } else {
        this.#body = this.#roomFor(end - start);
        chunk.copy(this.#body, this.#receivedBytes, start, end);
      }
    }
    this.#receivedBytes += end - start;
    if (this.#state === "discarding") {
      if (this.#receivedBytes > this.#maxDiscarded) this.#onTooMuch?.();
    } else if (this.complete && this.#resolve !== undefined) this.#resolve(this.#giveAway());
    return end;
  }

  #giveAway(): Uint8Array {
    const body = this.#body ?? empty;
    this.#body = undefined;
    return body.length === this.contentLength ? body : body.subarray(0, this.contentLength);
  }

  abort(): void {
    if (this.complete) return;
    this.#state = "aborted";
    const text = `connection ended after ${this.#receivedBytes} of ${this.contentLength} bytes of the body`;
    this.#reject?.(new RequestError("aborted", text));
  }

  /** Memory for that much more of the body; grows with what has come, so that a mere claim costs little. */
  #roomFor(byteCount: number): Buffer {
    const body = this.#body ?? this.#firstRoom();
    const needed = this.#receivedBytes + byteCount;
    if (needed <= body.length) return body;
    const wanted = Math.max(needed, body.length * 4);
    const grown = Buffer.allocUnsafeSlow(this.#isLent ? wanted : Math.min(this.contentLength, wanted));
    body.copy(grown, 0, 0, this.#receivedBytes);
    this.endLoan();
    if (this.#isLent) this.#lent = grown;
    return grown;
  }

  #firstRoom(): Buffer {
    if (!this.#isLent) return Buffer.allocUnsafeSlow(Math.min(this.contentLength, firstPieceBytes));
    this.#lent = lentBodies.take(this.contentLength) ?? Buffer.allocUnsafeSlow(firstPieceBytes);
    return this.#lent;
  }
}

const empty = new Uint8Array(0);
const firstPieceBytes = 256 * 1024;

/** Value of the header `Date`, made once a second. */
let dateText = "";
let dateSecond = 0;

function currentDate(): string {
  const second = Math.floor(Date.now() / 1000);
  if (second !== dateSecond) {
    dateSecond = second;
    dateText = new Date(second * 1000).toUTCString();
  }
  return dateText;
}

/** The answer, which goes out in one write. Emits "close" when the operating system has it, or nobody waits for it. */
export class QuickResponse extends EventEmitter {
  closed = false;
  readonly #socket: Socket;
  readonly #keepAlive: string;
  readonly #onEnd: (isLast: boolean) => void;
  #head = "";
  #isLast = false;
  #isEnded = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(socket: Socket, keepAlive: string, onEnd: (isLast: boolean) => void) {
    super();
    this.#socket = socket;
    this.#keepAlive = keepAlive;
    this.#onEnd = onEnd;
  }

  get destroyed(): boolean {
    return this.closed;
  }

  /** Plain requests do not ask for it. */
  writeContinue(): void {}

  writeHead(status: number, headers: Readonly<Record<string, string>>): this {
    let head = `HTTP/1.1 ${status} ${reasonOf(status)}\r\n`;
    for (const name in headers) head += `${name}: ${headers[name]}\r\n`;
    this.#isLast = headers["connection"] === "close";
    this.#head = `${head}Date: ${currentDate()}\r\n${this.#isLast ? "" : this.#keepAlive}\r\n`;
    return this;
  }

  end(body: Uint8Array | string = ""): this {
    if (this.#isEnded || this.closed) return this;
    this.#isEnded = true;
    const socket = this.#socket;
    if (!socket.writable) {
      this.close();
      return this;
    }
    if (body.length === 0) socket.write(this.#head, "latin1");
    else if (body instanceof Uint8Array && body.length < 64) {
      let text = this.#head;
      for (const byte of body) text += String.fromCharCode(byte);
      socket.write(text, "latin1");
    } else {
      const head = Buffer.from(this.#head, "latin1");
      socket.write(Buffer.concat([head, typeof body === "string" ? Buffer.from(body) : body]));
    }
    this.#onEnd(this.#isLast);
    if (socket.writableLength === 0) this.close();
    else socket.write("", () => this.close());
    return this;
  }

  /** Calls back when the answer takes longer. */
  setTimeout(timeoutMs: number, callback: () => void): this {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(callback, timeoutMs).unref();
    return this;
  }

  destroy(): this {
    this.#socket.destroy();
    return this;
  }

  close(): void {
    if (this.closed) return;
    clearTimeout(this.#timer);
    this.closed = true;
    this.emit("close");
  }
}

const reasons = process.getBuiltinModule("node:http").STATUS_CODES;

function reasonOf(status: number): string {
  return reasons[status] ?? "Unknown";
}
