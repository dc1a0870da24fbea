import type http from "node:http";
import type { Socket } from "node:net";
import type { HttpHandler } from "./http-message.ts";
import { QuickConnection, type QuickConnectionOptions } from "./http1/quick-connection.ts";
import { peerOf } from "./peer-address.ts";
import type { Rejections } from "./rejections.ts";
import type { RejectionReason } from "./request-error.ts";

// Not `import`: that would evaluate every export of the module, among them Node's own HTTP client, 80 ms at each start.
const { createServer, STATUS_CODES } = process.getBuiltinModule("node:http");

export interface HttpServerOptions {
  readonly handler: HttpHandler;
  /** Serves plain requests, which then do not pass Node's server. Absent: all do. */
  readonly quick?: QuickConnectionOptions["serve"];
  readonly rejections: Rejections;
  /** How long a connection may stay without a request. */
  readonly idleTimeoutMs: number;
  /** How long the head of a request may take. */
  readonly headTimeoutMs: number;
  /** How long a whole request may take to arrive. */
  readonly requestTimeoutMs: number;
}

/** What is under way on one connection. */
interface Connection {
  /** Requests whose answer is not written yet. */
  openRequests: number;
  /** The last request that came, perhaps not yet as a whole. */
  latest: http.IncomingMessage | undefined;
  /** Answer to bytes that are not HTTP; sent when the answers before it are out. */
  farewell: string | undefined;
}

/**
 * HTTP/1.1 on sockets that somebody else accepted. There is no `upgrade` listener on purpose: with one, Node would hand
 * over the requests of Java's client, each of which offers `Upgrade: h2c`, and their bodies would never come.
 */
export class HttpServer {
  readonly #server: http.Server;
  readonly #rejections: Rejections;
  readonly #connections = new WeakMap<object, Connection>();
  readonly #quickConnections = new Set<QuickConnection>();
  readonly #quickOptions: QuickConnectionOptions | undefined;

  constructor(options: HttpServerOptions) {
    this.#rejections = options.rejections;
    this.#server = createServer({
      keepAliveTimeout: options.idleTimeoutMs,
      headersTimeout: options.headTimeoutMs,
      requestTimeout: options.requestTimeoutMs,
      connectionsCheckingInterval: Math.min(30_000, options.headTimeoutMs),
      noDelay: true,
    });
    const { handler } = options;
    const serve = (request: http.IncomingMessage, response: http.ServerResponse): void => {
      this.#begin(request, response);
      handler(request, response);
    };
    this.#server.on("request", serve);
    // The handler answers `Expect: 100-continue` itself, so that a refusal comes before the body and not after it.
    this.#server.on("checkContinue", serve);
    this.#server.on("clientError", (error, socket) => this.#onClientError(error, socket as Socket));
    this.#quickOptions = options.quick && {
      idleTimeoutMs: options.idleTimeoutMs,
      requestTimeoutMs: options.requestTimeoutMs,
      serve: options.quick,
      handOver: (socket) => this.#accept(socket),
      onSlow: (socket) => endWith(socket, farewellOf(tooSlow)),
      onDone: (connection) => this.#quickConnections.delete(connection),
    };
  }

  /** Begins to watch over connections. Safe twice. */
  start(): void {
    // A server that does not listen itself does not start its check of slow requests otherwise.
    this.#server.emit("listening");
  }

  get keepAliveTimeoutMs(): number {
    return this.#server.keepAliveTimeout;
  }

  /** Takes over a paused socket; what was read of it already has been unshifted. */
  accept(socket: Socket): void {
    if (this.#quickOptions === undefined) this.#accept(socket);
    else this.#quickConnections.add(new QuickConnection(socket, this.#quickOptions));
  }

  #accept(socket: Socket): void {
    this.#connections.set(socket, { openRequests: 0, latest: undefined, farewell: undefined });
    // As a server of its own would have it. HTTP/2 must not: its connections would never end.
    socket.allowHalfOpen = true;
    this.#server.emit("connection", socket);
    socket.resume();
  }

  /** Closes connections that have no request under way. The others close when the handler says so. */
  closeIdle(): void {
    this.#server.closeIdleConnections();
    for (const connection of this.#quickConnections) connection.closeIdle();
  }

  close(): void {
    // It stops the check of slow requests; the error says that it never listened.
    this.#server.close(() => undefined);
  }

  #begin(request: http.IncomingMessage, response: http.ServerResponse): void {
    const { socket } = request;
    const connection = this.#connections.get(socket);
    if (connection === undefined) return;
    connection.openRequests++;
    connection.latest = request;
    response.once("close", () => {
      connection.openRequests--;
      if (connection.openRequests === 0 && connection.farewell !== undefined) endWith(socket, connection.farewell);
    });
  }

  /** Bytes that are not HTTP, or a request that does not come to its end: this connection is over, and only this one. */
  #onClientError(error: NodeJS.ErrnoException, socket: Socket): void {
    const connection = this.#connections.get(socket);
    if (error.code === "ECONNRESET" || !socket.writable || connection === undefined) {
      socket.destroy();
      return;
    }
    // The parser complains again about every chunk that follows.
    if (connection.farewell !== undefined) return;
    const complaint = describe(error);
    connection.farewell = farewellOf(complaint);
    if (connection.latest?.complete === false) {
      // It will never be complete; whoever reads its body learns that from "close", and says so.
      endWith(socket, connection.farewell);
      return;
    }
    const { reason, text, remedy } = complaint;
    this.#rejections.add({ reason, peer: peerOf(socket), protocol: "HTTP/1.1", path: "", error: text, remedy });
    if (connection.openRequests === 0) endWith(socket, connection.farewell);
  }
}

function farewellOf({ status, text }: Complaint): string {
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8`;
  return `${head}\r\nContent-Length: ${Buffer.byteLength(text) + 1}\r\n\r\n${text}\n`;
}

interface Complaint {
  readonly status: number;
  readonly reason: RejectionReason;
  readonly text: string;
  readonly remedy: string;
}

const tooSlow: Complaint = {
  status: 408,
  reason: "aborted",
  text: "request did not arrive in time",
  remedy: "raise read_timeout or read_header_timeout",
};

const garbledRemedy =
  "look for processes that fork and go on using one connection, as Airflow's do, or for a client that does not speak HTTP";

function describe(error: NodeJS.ErrnoException): Complaint {
  switch (error.code) {
    case "HPE_HEADER_OVERFLOW":
      return { status: 431, reason: "too_large", text: "request headers exceed 16 KiB", remedy: "send fewer headers" };
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return tooSlow;
    default: {
      const text = `not an HTTP/1.1 request: ${error.message.replace(/^Parse Error: /, "")}`;
      return { status: 400, reason: "garbled", text, remedy: garbledRemedy };
    }
  }
}

/** How long a connection that is over is still read: closing with unread bytes would reset it under the answer. */
const lingerMs = 1000;

function endWith(socket: Socket, answer: string): void {
  if (!socket.writable) return;
  socket.end(answer);
  const timer = setTimeout(() => socket.destroy(), lingerMs).unref();
  socket.once("close", () => clearTimeout(timer));
}
