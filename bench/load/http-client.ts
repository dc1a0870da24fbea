import { connect, type Socket } from "node:net";
import { once } from "node:events";
import type { Client } from "./client.ts";
import type { Body } from "./pool.ts";

const headEnd = Buffer.from("\r\n\r\n");
const lastChunk = Buffer.from("0\r\n\r\n");

/** HTTP/1.1 over one connection that stays open; one request at a time. */
export class HttpClient implements Client {
  readonly #socket: Socket;
  readonly #heads: Readonly<Record<Body["signal"], string>>;
  #resolve: ((code: string) => void) | undefined;
  #answer: Buffer = Buffer.alloc(0);

  private constructor(socket: Socket, contentType: string, isGzip: boolean) {
    this.#socket = socket;
    const head = (signal: string): string =>
      `POST /v1/${signal} HTTP/1.1\r\nHost: 127.0.0.1:${socket.remotePort}\r\nUser-Agent: otelcol-bench\r\n` +
      `Content-Type: ${contentType}\r\n${isGzip ? "Content-Encoding: gzip\r\n" : ""}Content-Length: `;
    this.#heads = { traces: head("traces"), metrics: head("metrics"), logs: head("logs") };
    socket.on("data", (chunk: Buffer) => this.#onData(chunk));
    socket.on("error", () => this.#settle("connection error"));
    socket.on("close", () => this.#settle("connection closed"));
  }

  static async connect(port: number, contentType: string, isGzip: boolean): Promise<HttpClient> {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    await once(socket, "connect");
    return new HttpClient(socket, contentType, isGzip);
  }

  send(body: Body): Promise<string> {
    if (this.#socket.destroyed) return Promise.resolve("connection closed");
    return new Promise((resolve) => {
      this.#resolve = resolve;
      this.#socket.cork();
      this.#socket.write(`${this.#heads[body.signal]}${body.bytes.length}\r\n\r\n`, "latin1");
      this.#socket.write(body.bytes);
      this.#socket.uncork();
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #onData(chunk: Buffer): void {
    this.#answer = this.#answer.length === 0 ? chunk : Buffer.concat([this.#answer, chunk]);
    const headLength = this.#answer.indexOf(headEnd) + headEnd.length;
    if (headLength < headEnd.length) return;
    const head = this.#answer.toString("latin1", 0, headLength);
    const length = /^content-length: *(\d+)/im.exec(head)?.[1];
    const body = this.#answer.subarray(headLength);
    if (length === undefined ? !body.includes(lastChunk) : body.length < Number(length)) return;
    this.#answer = Buffer.alloc(0);
    // An answer without failures is a handful of bytes in either encoding.
    const status = head.slice(9, 12);
    this.#settle(status === "200" && body.length > 40 ? "partial success" : status === "200" ? "ok" : `http ${status}`);
  }

  #settle(code: string): void {
    const resolve = this.#resolve;
    this.#resolve = undefined;
    resolve?.(code);
  }
}
