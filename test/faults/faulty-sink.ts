import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer, type ServerOptions } from "node:https";
import type { Socket } from "node:net";
import { gunzipSync } from "node:zlib";
import { Pace, take, type Behaviour, type Deed } from "./deed.ts";
import { itemsOf } from "./item.ts";
import type { Sink } from "./rig.ts";
import { SinkLedger } from "./sink-ledger.ts";

/** A backend for Wavefront lines and OTLP/HTTP that fails as told and remembers all that it took. */
export class FaultySink extends SinkLedger implements Sink {
  #server: Server;
  #port = 0;
  readonly #drips = new Set<NodeJS.Timeout>();
  readonly #pace = new Pace();
  readonly #unwatch = new WeakMap<Socket, () => void>();
  behave: Behaviour = take;
  requests = 0;
  /** With it the sink speaks TLS; what is put here counts from the next `up`. */
  tls: ServerOptions | undefined;

  private constructor(tls?: ServerOptions) {
    super();
    this.tls = tls;
    this.#server = this.#make();
  }

  static async start(tls?: ServerOptions): Promise<FaultySink> {
    const sink = new FaultySink(tls);
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

  #make(): Server {
    const listener = (request: IncomingMessage, response: ServerResponse): void => {
      this.requests++;
      request.on("error", () => {
        // The sender was killed, or the deed ended the connection.
      });
      this.#handle(request, response, this.behave());
    };
    return this.tls === undefined ? createServer(listener) : createTlsServer(this.tls, listener);
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
      } else if (deed.is === "pace") {
        const delayMs = this.#pace.delayMs(itemsOf(body).ids.length, deed.itemsPerSecond);
        setTimeout(() => this.#answer(body, response, deed), delayMs);
      } else this.#answer(body, response, deed);
    });
  }

  #answer(body: Buffer, response: ServerResponse, deed: Deed): void {
    if (deed.is === "refuse") {
      const headers = deed.retryAfter === undefined ? {} : { "retry-after": deed.retryAfter };
      return void response.writeHead(deed.status, headers).end();
    }
    if (deed.is === "limit" && itemsOf(body).ids.length > deed.atMost) return void response.writeHead(413).end();
    // A sender that left has no answer, and this backend, like a database, only then has nothing.
    if (response.destroyed) return;
    const rejected = deed.is === "take_part" ? Math.min(deed.rejected, itemsOf(body).ids.length) : 0;
    const itemCount = this.take(body, rejected);
    const { socket } = response;
    response.once("close", () => {
      if (response.writableFinished && socket !== null) this.#watch(socket, itemCount);
      else this.uncertain += itemCount;
    });
    if (deed.is === "take" || deed.is === "pace" || deed.is === "limit") return void response.writeHead(200).end();
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
