import type { Socket } from "node:net";
import { giveBack } from "../give-back.ts";
import { peerOf } from "../peer-address.ts";
import { QuickRequest, QuickResponse } from "./quick-exchange.ts";
import { QuickHeads } from "./quick-head.ts";

export interface QuickConnectionOptions {
  /** How long a connection may stay without a request. */
  readonly idleTimeoutMs: number;
  /** How long a whole request may take to arrive. */
  readonly requestTimeoutMs: number;
  serve(request: QuickRequest, response: QuickResponse): void;
  /** Takes over a paused socket whose next request is not a plain one; what was read of it has been unshifted. */
  handOver(socket: Socket): void;
  /** The body of a request did not come in time. */
  onSlow(socket: Socket): void;
  /** The connection is gone, or handed over. */
  onDone(connection: QuickConnection): void;
}

/**
 * Requests over HTTP/1.1 as clients of OTLP write them (see `QuickHeads`), one after the other. At the first that is
 * different the whole connection goes to Node's own server, which costs three times as much and knows every other form.
 *
 *   socket ─ head ─┬─ plain ─ serve() ─ body ─ answer ─ next head
 *                  └─ not plain, or not whole ─ handOver()
 */
export class QuickConnection {
  readonly #socket: Socket;
  readonly #options: QuickConnectionOptions;
  readonly #peer: string;
  readonly #keepAlive: string;
  readonly #heads = new QuickHeads();
  #request: QuickRequest | undefined;
  #response: QuickResponse | undefined;
  /** What came after the request that is being worked on. */
  #rest: Buffer | undefined;
  #isReading = false;
  #isPeerDone = false;
  #isDone = false;
  #activeMs = performance.now();
  #beganMs = 0;
  #timer: NodeJS.Timeout | undefined;

  /** Takes over a paused socket. */
  constructor(socket: Socket, options: QuickConnectionOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#peer = peerOf(socket);
    const seconds = Math.floor(options.idleTimeoutMs / 1000);
    this.#keepAlive = `Connection: keep-alive\r\nKeep-Alive: timeout=${seconds}\r\n`;
    // A client may have said all it has to say and still wait for the answer.
    socket.allowHalfOpen = true;
    socket.on("data", this.#onData).on("end", this.#onPeerDone).on("close", this.#onClose);
    this.#arm();
    socket.resume();
  }

  /** Closes the connection if no request is under way. */
  closeIdle(): void {
    if (this.#isIdle) this.#socket.destroy();
  }

  get #isIdle(): boolean {
    return this.#response === undefined && this.#request?.complete !== false;
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#activeMs = performance.now();
    if (this.#rest === undefined) this.#read(chunk);
    else this.#rest = Buffer.concat([this.#rest, chunk]);
  };

  #read(chunk: Buffer): void {
    this.#isReading = true;
    let isKept = false;
    let at = 0;
    while (at < chunk.length && !this.#isDone) {
      const request = this.#request;
      if (request !== undefined && !request.complete) {
        at = request.take(chunk, at);
        isKept ||= request.isShared;
      } else if (this.#response !== undefined) {
        // The next request waits until this one is answered.
        this.#rest = chunk.subarray(at);
        isKept = true;
        this.#socket.pause();
        break;
      } else {
        const head = this.#heads.read(chunk, at);
        if (head === undefined) {
          this.#handOver(chunk.subarray(at));
          isKept = true;
          break;
        }
        const begun = new QuickRequest(head, this.#peer);
        at = this.#begin(begun, chunk, head.end);
        isKept ||= begun.isShared;
      }
    }
    this.#isReading = false;
    if (!isKept) giveBack(chunk);
  }

  /** Asks for the body only when its begin is there, so that what came with the head needs no promise. */
  #begin(request: QuickRequest, chunk: Buffer, start: number): number {
    this.#request = request;
    this.#beganMs = this.#activeMs;
    const isWhole = chunk.length - start >= request.contentLength;
    const end = isWhole ? request.take(chunk, start) : start;
    this.#response = new QuickResponse(this.#socket, this.#keepAlive, this.#onAnswer);
    this.#options.serve(request, this.#response);
    return end;
  }

  readonly #onAnswer = (isLast: boolean): void => {
    this.#response = undefined;
    // An idle connection holds nothing of its last request.
    if (this.#request?.complete === true) this.#request = undefined;
    if (isLast || (this.#isPeerDone && this.#rest === undefined)) {
      this.#socket.end();
      return;
    }
    const rest = this.#rest;
    if (rest === undefined || this.#isReading) return;
    this.#rest = undefined;
    this.#read(rest);
    if (this.#rest === undefined && !this.#isDone) this.#socket.resume();
  };

  readonly #onPeerDone = (): void => {
    this.#isPeerDone = true;
    if (this.#request?.complete === false) {
      this.#request.abort();
      // Whoever waits for the body answers; nobody may read that.
      this.#socket.destroySoon();
    } else if (this.#response === undefined) this.#socket.end();
  };

  readonly #onClose = (): void => {
    this.#stop();
    this.#request?.abort();
    this.#response?.close();
  };

  #handOver(rest: Buffer): void {
    this.#stop();
    this.#socket.pause();
    this.#socket.unshift(rest);
    this.#options.handOver(this.#socket);
  }

  #stop(): void {
    if (this.#isDone) return;
    this.#isDone = true;
    clearTimeout(this.#timer);
    this.#socket.off("data", this.#onData).off("end", this.#onPeerDone).off("close", this.#onClose);
    this.#options.onDone(this);
  }

  #arm(): void {
    const { idleTimeoutMs, requestTimeoutMs } = this.#options;
    const waitMs = Math.min(idleTimeoutMs, requestTimeoutMs, 0x7fff_ffff);
    this.#timer = setTimeout(this.#look, waitMs).unref();
  }

  readonly #look = (): void => {
    const nowMs = performance.now();
    const { idleTimeoutMs, requestTimeoutMs } = this.#options;
    if (this.#request?.complete === false && nowMs - this.#beganMs >= requestTimeoutMs) {
      this.#options.onSlow(this.#socket);
    } else if (this.#isIdle && nowMs - this.#activeMs >= idleTimeoutMs) this.#socket.destroy();
    else this.#arm();
  };
}
