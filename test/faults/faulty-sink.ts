import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { gunzipSync } from "node:zlib";
import { itemsOf } from "./item.ts";

/** What a sink does with one request. */
export type Deed =
  | { readonly is: "take"; readonly delayMs?: number }
  /** Takes up to `atMost` items, answers 413 to more. */
  | { readonly is: "limit"; readonly atMost: number }
  /** OTLP: answers 200 and says that the first `rejected` items were not taken. */
  | { readonly is: "take_part"; readonly rejected: number }
  | { readonly is: "refuse"; readonly status: number; readonly retryAfter?: string }
  /** Neither reads nor answers. */
  | { readonly is: "hang" }
  /** Ends the connection within the request: nothing was taken. */
  | { readonly is: "reset_request" }
  /** Takes the items and ends the connection within the answer: the sender cannot know. */
  | { readonly is: "reset_answer" }
  /** Takes the items and answers one byte a second: the sender cannot wait. */
  | { readonly is: "drip" };

export type Behaviour = () => Deed;

export const take: Behaviour = () => ({ is: "take" });

interface Delivery {
  times: number;
  readonly firstMs: number;
}

/** A backend for Wavefront lines and OTLP/HTTP that fails as told and remembers all that it took. */
export class FaultySink {
  #server: Server;
  #port = 0;
  readonly #drips = new Set<NodeJS.Timeout>();
  readonly #unwatch = new WeakMap<Socket, () => void>();
  behave: Behaviour = take;
  requests = 0;
  readonly delivered = new Map<string, Delivery>();
  readonly changed: string[] = [];
  /** Items taken in requests whose answer did not arrive whole: the most that may rightly come again. */
  uncertain = 0;

  private constructor() {
    this.#server = this.#make();
  }

  static async start(): Promise<FaultySink> {
    const sink = new FaultySink();
    await sink.up();
    return sink;
  }

  get port(): number {
    return this.#port;
  }

  async up(): Promise<void> {
    this.#server = this.#make();
    this.#server.listen(this.#port, "127.0.0.1");
    await once(this.#server, "listening");
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("Cannot tell the sink's port: it is closed");
    this.#port = address.port;
  }

  /** Connections are refused from now on. */
  async down(): Promise<void> {
    for (const drip of this.#drips) clearInterval(drip);
    this.#drips.clear();
    if (!this.#server.listening) return;
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  get duplicates(): number {
    let sum = 0;
    for (const { times } of this.delivered.values()) sum += times - 1;
    return sum;
  }

  #make(): Server {
    const server = createServer((request, response) => {
      this.requests++;
      request.on("error", () => {
        // The sender was killed, or the deed ended the connection.
      });
      this.#handle(request, response, this.behave());
    });
    return server;
  }

  /** A sender that ends the connection at once, as at its timeout, may not have read the answer. */
  #watch(socket: Socket, itemCount: number): void {
    const answeredMs = performance.now();
    const onClose = (): void => {
      if (performance.now() - answeredMs < 5000) this.uncertain += itemCount;
    };
    this.#unwatch.get(socket)?.();
    socket.once("close", onClose);
    this.#unwatch.set(socket, () => socket.off("close", onClose));
  }

  #handle(request: IncomingMessage, response: ServerResponse, deed: Deed): void {
    if (deed.is === "hang") return;
    if (deed.is === "reset_request") return void request.once("data", () => request.socket.resetAndDestroy());
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const raw = Buffer.concat(chunks);
      const body = request.headers["content-encoding"] === "gzip" ? gunzipSync(raw) : raw;
      if (deed.is === "take" && deed.delayMs !== undefined) {
        setTimeout(() => this.#answer(body, response, deed), deed.delayMs);
      } else this.#answer(body, response, deed);
    });
  }

  #answer(body: Buffer, response: ServerResponse, deed: Deed): void {
    if (deed.is === "refuse") {
      const headers = deed.retryAfter === undefined ? {} : { "retry-after": deed.retryAfter };
      return void response.writeHead(deed.status, headers).end();
    }
    const { ids, changed } = itemsOf(body);
    if (deed.is === "limit" && ids.length > deed.atMost) return void response.writeHead(413).end();
    // A sender that left has no answer, and this backend, like a database, only then has nothing.
    if (response.destroyed) return;
    this.changed.push(...changed);
    const firstMs = performance.now();
    const rejected = deed.is === "take_part" ? Math.min(deed.rejected, ids.length) : 0;
    for (const id of ids.slice(rejected)) {
      const delivery = this.delivered.get(id);
      if (delivery === undefined) this.delivered.set(id, { times: 1, firstMs });
      else delivery.times++;
    }
    const { socket } = response;
    response.once("close", () => {
      if (response.writableFinished && socket !== null) this.#watch(socket, ids.length);
      else this.uncertain += ids.length;
    });
    if (deed.is === "take" || deed.is === "limit") return void response.writeHead(200).end();
    if (deed.is === "take_part") {
      // ExportTraceServiceResponse: partial_success { rejected_spans }.
      const answer = Uint8Array.of(0x0a, 0x02, 0x08, rejected);
      return void response.writeHead(200, { "content-type": "application/x-protobuf" }).end(answer);
    }
    response.writeHead(200, { "content-length": "1000" }).write("x");
    if (deed.is === "reset_answer") return void setImmediate(() => response.socket?.resetAndDestroy());
    const drip = setInterval(() => response.write("x"), 1000);
    this.#drips.add(drip);
    response.once("close", () => {
      clearInterval(drip);
      this.#drips.delete(drip);
    });
  }
}
