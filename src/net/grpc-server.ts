import { EventEmitter } from "node:events";
import http2 from "node:http2";
import type { Socket } from "node:net";
import * as grpc from "@grpc/grpc-js";
import { GrpcCall, takenOver } from "./grpc-call.ts";
import type { HttpHandler } from "./http-message.ts";
import { peerAddress } from "./peer-address.ts";
import type { Rejections } from "./rejections.ts";
import { RpcCode } from "./rpc-status.ts";
import type { RefuseCall, UnaryMethod } from "./unary-method.ts";

export interface GrpcServerOptions {
  readonly methods: readonly UnaryMethod[];
  readonly refuse: RefuseCall;
  readonly rejections: Rejections;
  /** Serves requests over HTTP/2 that are not gRPC, such as those of `curl --http2-prior-knowledge`. */
  readonly http: HttpHandler;
  /** Largest message, also after decompression. */
  readonly maxMessageBytes: number;
  /** Calls at a time on one connection. */
  readonly maxConcurrentStreams: number;
  /** 0 in any of these: no such limit. */
  readonly maxConnectionIdleMs: number;
  readonly maxConnectionAgeMs: number;
  readonly maxConnectionAgeGraceMs: number;
  /** After how long without traffic a connection is asked for a sign of life, and how long that may take. */
  readonly keepaliveTimeMs: number;
  readonly keepaliveTimeoutMs: number;
}

/**
 * What Node may hold for one HTTP/2 connection, in MB: stream states, header tables and answers not yet sent. Node's own
 * limit is 10; grpc-js would lift it altogether.
 */
const maxSessionMemoryMb = 64;

/** gRPC on sockets that somebody else accepted, by grpc-js. Nothing outside this file and `grpc-call.ts` knows of it. */
export class GrpcServer {
  readonly #server: grpc.Server;
  readonly #injector: grpc.ConnectionInjector;
  #isClosing = false;

  constructor(options: GrpcServerOptions) {
    const methods = new Map(options.methods.map((method) => [method.path, method]));
    // The interceptor takes every call over. grpc-js's own handling of unary calls asks nobody before it reads the
    // message, and builds a stream object for each.
    const calls: CallSlot = { opened: undefined };
    const takeOver: grpc.ServerInterceptor = ({ path }, call) => {
      const method = methods.get(path);
      if (method === undefined) return call as grpc.ServerInterceptingCall;
      calls.opened = new GrpcCall(call, method, options.refuse);
      calls.opened.start();
      return takenOver;
    };
    this.#server = new grpc.Server({
      "interceptors": [takeOver],
      "grpc.enable_channelz": 0,
      "grpc.max_receive_message_length": options.maxMessageBytes,
      "grpc.max_concurrent_streams": options.maxConcurrentStreams,
      "grpc-node.max_session_memory": maxSessionMemoryMb,
      ...limit("grpc.max_connection_idle_ms", options.maxConnectionIdleMs),
      ...limit("grpc.max_connection_age_ms", options.maxConnectionAgeMs),
      ...limit("grpc.max_connection_age_grace_ms", options.maxConnectionAgeGraceMs),
      ...limit("grpc.keepalive_time_ms", options.keepaliveTimeMs),
      ...limit("grpc.keepalive_timeout_ms", options.keepaliveTimeoutMs),
    });
    for (const { path } of methods.values()) this.#server.register(path, neverCalled, asBytes, asBytes, "unary");
    this.#injector = this.#server.createConnectionInjector(grpc.ServerCredentials.createInsecure());
    routeStreams(this.#server, options, calls, (path) => methods.has(path));
  }

  /** Takes over a paused socket; what was read of it already has been unshifted. */
  accept(socket: Socket): void {
    if (this.#isClosing) socket.destroy();
    else this.#injector.injectConnection(socket);
  }

  /** Tells every connection to end (GOAWAY); resolves when the calls under way are answered. */
  close(): Promise<void> {
    if (this.#isClosing) return Promise.resolve();
    this.#isClosing = true;
    return new Promise((resolve) => {
      this.#server.tryShutdown(() => resolve());
    });
  }

  /** Breaks every connection. */
  destroy(): void {
    this.#isClosing = true;
    this.#server.forceShutdown();
  }
}

function limit(option: string, value: number): Record<string, number> {
  return value > 0 ? { [option]: value } : {};
}

function neverCalled(): void {}

/** Messages stay bytes in both directions. */
function asBytes(bytes: Buffer): Buffer {
  return bytes;
}

/** The call that grpc-js has built for the stream that it was handed last. */
interface CallSlot {
  opened: GrpcCall | undefined;
}

/**
 * Puts a switch before grpc-js: it answers requests that are not gRPC with an empty 415, tells nobody of calls to
 * services that it does not know, and shows a message only when it has collected the whole of it. This reaches for a private field, for which grpc-js has no public equivalent; without
 * that field everything else works on.
 */
function routeStreams(
  server: grpc.Server,
  options: GrpcServerOptions,
  calls: CallSlot,
  isKnown: (path: string) => boolean,
): void {
  const inner = innerServer(server);
  if (inner === undefined) return;
  const web = http2.createServer();
  web.on("request", options.http);
  web.on("checkContinue", options.http);
  const ownListeners = inner.listeners("stream");
  inner.removeAllListeners("stream");
  inner.on("stream", (stream, headers, ...rest) => {
    if (!isGrpc(headers)) {
      web.emit("stream", stream, headers, ...rest);
      return;
    }
    const path = headers[":path"] ?? "";
    if (!isKnown(path)) {
      refuseUnknown(stream, path, options.rejections);
      return;
    }
    calls.opened = undefined;
    for (const listener of ownListeners) listener.call(inner, stream, headers, ...rest);
    const call = calls.opened as GrpcCall | undefined;
    if (call === undefined) return;
    const onFirstData = (chunk: Buffer): void => {
      stream.off("data", onFirstData);
      call.onFirstData(chunk);
    };
    // Before grpc-js's own listener, and without the flow that `on` would start.
    stream.prependListener("data", onFirstData);
  });
  // A session that failed has let go of its socket.
  const peers = new WeakMap<http2.ServerHttp2Session, string>();
  inner.on("session", (session) => peers.set(session, peerAddress(session.socket)));
  inner.on("sessionError", (error: Error, session: http2.ServerHttp2Session) => {
    options.rejections.add({
      reason: "garbled",
      peer: peers.get(session) ?? "local",
      protocol: "HTTP/2",
      path: "",
      error: error.message,
      remedy: "look for a client or proxy that does not speak HTTP/2",
    });
  });
}

function innerServer(server: grpc.Server): http2.Http2Server | undefined {
  const servers: unknown = Reflect.get(server, "http2Servers");
  const first: unknown = servers instanceof Map ? servers.keys().next().value : undefined;
  return first instanceof EventEmitter ? (first as http2.Http2Server) : undefined;
}

function isGrpc(headers: http2.IncomingHttpHeaders): boolean {
  return headers["content-type"]?.startsWith("application/grpc") ?? false;
}

function refuseUnknown(stream: http2.ServerHttp2Stream, path: string, rejections: Rejections): void {
  const [, service = "", method = ""] = path.split("/");
  const error = service === "" ? `malformed method name: "${path}"` : `unknown service ${service}`;
  rejections.add({
    reason: "unknown_path",
    peer: peerAddress(stream.session?.socket ?? {}),
    protocol: "gRPC",
    path,
    error,
    remedy: `send OTLP: TraceService, MetricsService or LogsService with method Export, not ${service}/${method}`,
  });
  stream.on("error", () => undefined);
  stream.respond(
    {
      ":status": 200,
      "content-type": "application/grpc",
      "grpc-status": String(RpcCode.unimplemented),
      "grpc-message": encodeURI(error.toWellFormed()),
    },
    { endStream: true },
  );
  stream.resume();
}
