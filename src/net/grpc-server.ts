import type { Socket } from "node:net";
import { failureBlock } from "./grpc-answer.ts";
import { GrpcCall, type GrpcCallSettings } from "./grpc-call.ts";
import { Connection, type ConnectionOptions } from "./http2/connection.ts";
import { maxHeaderBytes } from "./http2/control-frames.ts";
import { Expiry } from "./http2/expiry.ts";
import { HttpExchange } from "./http2/http-exchange.ts";
import type { LifetimeLimits } from "./http2/lifetime.ts";
import type { RequestHead } from "./http2/request-head.ts";
import type { Stream } from "./http2/stream.ts";
import type { HttpHandler } from "./http-message.ts";
import { InFlight } from "./in-flight.ts";
import { peerOf } from "./peer-address.ts";
import type { Rejections } from "./rejections.ts";
import type { RejectionReason } from "./request-error.ts";
import { RpcCode } from "./rpc-status.ts";
import type { RefuseCall, UnaryMethod } from "./unary-method.ts";

export interface GrpcServerOptions extends LifetimeLimits {
  readonly methods: readonly UnaryMethod[];
  readonly refuse: RefuseCall;
  readonly rejections: Rejections;
  /** Serves requests over HTTP/2 that are not gRPC, such as those of `curl --http2-prior-knowledge`. */
  readonly http: HttpHandler;
  /** Largest message, also after decompression. */
  readonly maxMessageBytes: number;
  /** Calls at a time on one connection. */
  readonly maxConcurrentStreams: number;
  /** How long a call may stand still. */
  readonly silentStreamMs: number;
}

/** gRPC, and other requests over HTTP/2, on sockets that somebody else accepted. */
export class GrpcServer {
  readonly #options: GrpcServerOptions;
  readonly #methods: ReadonlyMap<string, UnaryMethod>;
  readonly #inFlight = new InFlight();
  readonly #connections = new Set<Connection>();
  readonly #expiry = new Expiry((nowMs) => this.#expire(nowMs));
  readonly #callSettings: GrpcCallSettings;
  /** Calls whose headers came in the piece that is being read. */
  #newCalls: GrpcCall[] = [];
  #isClosing = false;

  constructor(options: GrpcServerOptions) {
    this.#options = options;
    this.#methods = new Map(options.methods.map((method) => [method.path, method]));
    const { refuse, maxMessageBytes } = options;
    this.#callSettings = { refuse, maxMessageBytes, inFlight: this.#inFlight };
  }

  /** Takes over a paused socket; what was read of it already has been unshifted. */
  accept(socket: Socket): void {
    if (this.#isClosing) {
      socket.destroy();
      return;
    }
    const peer = peerOf(socket);
    const { maxConcurrentStreams, silentStreamMs } = this.#options;
    const options: ConnectionOptions = {
      maxConcurrentStreams,
      silentStreamMs,
      lifetime: this.#options,
      expiry: this.#expiry,
      onRequest: (stream, head) => this.#serve(stream, head, peer),
      onRead: this.#expectMessages,
      onViolation: ({ message }) =>
        this.#reject("garbled", peer, "HTTP/2", "", message, "look for a client or proxy that does not speak HTTP/2"),
      onClosed: (connection) => this.#connections.delete(connection),
    };
    this.#connections.add(new Connection(socket, options));
  }

  /** Tells every connection to end (GOAWAY); resolves when no call is under way. */
  close(): Promise<void> {
    this.#isClosing = true;
    for (const connection of this.#connections) connection.drain();
    return this.#inFlight.idle();
  }

  /** Breaks every connection. */
  destroy(): void {
    this.#isClosing = true;
    for (const connection of this.#connections) connection.destroy();
    this.#expiry.stop();
  }

  #serve(stream: Stream, head: RequestHead, peer: string): void {
    if (head.isTooLarge) {
      const error = `request headers exceed ${maxHeaderBytes} bytes`;
      this.#reject("too_large", peer, "HTTP/2", head.path, error, "send fewer headers");
      this.#answer(stream, RpcCode.resourceExhausted, error);
      return;
    }
    if (head.method !== "POST" || !head.contentType.startsWith("application/grpc")) {
      const exchange = new HttpExchange(stream, head, peer);
      stream.receiver = exchange;
      this.#options.http(exchange.request, exchange.response);
      return;
    }
    const method = this.#methods.get(head.path);
    if (method === undefined) {
      this.#refuseUnknown(stream, head.path, peer);
      return;
    }
    const call = new GrpcCall(stream, head, method, peer, this.#callSettings);
    stream.receiver = call;
    this.#newCalls.push(call);
    call.begin();
  }

  readonly #expectMessages = (): void => {
    if (this.#newCalls.length === 0) return;
    const calls = this.#newCalls;
    this.#newCalls = [];
    for (const call of calls) call.expectMessage();
  };

  #refuseUnknown(stream: Stream, path: string, peer: string): void {
    const [, service = "", method = ""] = path.split("/");
    const error = service === "" ? `malformed method name: "${path}"` : `unknown service ${service}`;
    const remedy = `send OTLP: TraceService, MetricsService or LogsService with method Export, not ${service}/${method}`;
    this.#reject("unknown_path", peer, "gRPC", path, error, remedy);
    this.#answer(stream, RpcCode.unimplemented, error);
  }

  #answer(stream: Stream, code: number, message: string): void {
    stream.table.sender.headers(stream, failureBlock({ code, message }), true);
  }

  #reject(reason: RejectionReason, peer: string, protocol: string, path: string, error: string, remedy: string): void {
    this.#options.rejections.add({ reason, peer, protocol, path, error, remedy });
  }

  #expire(nowMs: number): number {
    let nextMs = Infinity;
    for (const connection of this.#connections) nextMs = Math.min(nextMs, connection.expire(nowMs));
    return nextMs;
  }
}
