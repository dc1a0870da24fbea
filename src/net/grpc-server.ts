import type { Socket } from "node:net";
import * as grpc from "@grpc/grpc-js";
import { GrpcCall, takenOver } from "./grpc-call.ts";
import type { HttpHandler } from "./http-message.ts";
import { InFlight } from "./in-flight.ts";
import { peerOf } from "./peer-address.ts";
import type { Rejections } from "./rejections.ts";
import { routeStreams, type Slot } from "./route-streams.ts";
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
  /** How long a call may stand still. */
  readonly silentStreamMs: number;
}

/**
 * What Node may hold for one HTTP/2 connection, in MB: stream states, header tables and answers not yet sent. Node's own
 * limit is 10; grpc-js would lift it altogether.
 */
const maxSessionMemoryMb = 64;

/**
 * gRPC on sockets that somebody else accepted, by grpc-js. Only its neighbours `grpc-call.ts` and `route-streams.ts` know
 * of that library.
 */
export class GrpcServer {
  readonly #server: grpc.Server;
  readonly #injector: grpc.ConnectionInjector;
  readonly #inFlight = new InFlight();
  readonly #slot: Slot = { peer: "", call: undefined };
  #isClosing = false;

  constructor(options: GrpcServerOptions) {
    const methods = new Map(options.methods.map((method) => [method.path, method]));
    // The interceptor takes every call over. grpc-js's own handling of unary calls asks nobody before it reads the
    // message, and builds a stream object for each.
    const slot = this.#slot;
    const takeOver: grpc.ServerInterceptor = ({ path }, call) => {
      const method = methods.get(path);
      if (method === undefined) return call as grpc.ServerInterceptingCall;
      slot.call = new GrpcCall({ call, method, refuse: options.refuse, inFlight: this.#inFlight, peer: slot.peer });
      slot.call.start();
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
    routeStreams(this.#server, options, slot, (path) => methods.has(path));
  }

  /** Takes over a paused socket; what was read of it already has been unshifted. */
  accept(socket: Socket): void {
    if (this.#isClosing) {
      socket.destroy();
      return;
    }
    this.#slot.peer = peerOf(socket);
    this.#injector.injectConnection(socket);
  }

  /** Tells every connection to end (GOAWAY); resolves when no call is under way. */
  close(): Promise<void> {
    if (!this.#isClosing) {
      this.#isClosing = true;
      // Its callback does not always come: not for a session that the peer broke at the same moment.
      this.#server.tryShutdown(() => undefined);
    }
    return this.#inFlight.idle();
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
