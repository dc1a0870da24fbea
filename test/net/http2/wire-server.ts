import { Duplex } from "node:stream";
import type { Socket } from "node:net";
import type { Test } from "tap";
import { GrpcServer, type GrpcServerOptions } from "../../../src/net/grpc-server.ts";
import { Rejections } from "../../../src/net/rejections.ts";
import type { UnaryMethod } from "../../../src/net/unary-method.ts";
import { testSettings } from "../../contracts/test-settings.ts";
import { until } from "../../contracts/until.ts";
import { framesOf, type Frame } from "./raw-frames.ts";

export const echoPath = "/test.Service/Echo";

/** A socket in memory: what is put in is read by the server, what the server writes is kept. */
export class WireSocket extends Duplex {
  readonly #received: Buffer[] = [];
  /** Does not take what the server writes, as a peer that does not read. */
  isStuck = false;

  #other: WireSocket | undefined;

  put(bytes: Uint8Array): void {
    this.push(bytes);
  }

  /** The client's end, for a client that wants a socket: what one end writes is read at the other. */
  otherEnd(): WireSocket {
    const other = new WireSocket();
    other.#other = this;
    this.#other = other;
    for (const bytes of this.#received) other.put(bytes);
    return other;
  }

  get received(): Buffer {
    return Buffer.concat(this.#received);
  }

  get frames(): readonly Frame[] {
    return framesOf(this.received);
  }

  /** Code and text of the last GOAWAY with a code. */
  get goaway(): { readonly code: number; readonly text: string } | undefined {
    const frame = this.frames.findLast(({ type }) => type === 7);
    return frame && { code: frame.payload.readUInt32BE(4), text: frame.payload.toString("latin1", 8) };
  }

  /** Codes of RST_STREAM, by stream. */
  get resets(): readonly (readonly [streamId: number, code: number])[] {
    return this.frames.filter(({ type }) => type === 3).map((each) => [each.streamId, each.payload.readUInt32BE(0)]);
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    // The server uses its buffer again once this returns.
    const copy = Buffer.from(chunk);
    this.#received.push(copy);
    this.#other?.put(copy);
    if (!this.isStuck) done();
  }
}

export interface WireServer {
  readonly server: GrpcServer;
  readonly errors: unknown[];
  readonly settings: ReturnType<typeof testSettings>;
  connect(): WireSocket;
  /** Waits until a socket's server has nothing more to do at once. */
  settle(): Promise<void>;
}

/** A server whose connections are in memory, with one method that answers its message. */
export function startWireServer(
  t: Test,
  options: Partial<GrpcServerOptions> & { readonly handle?: UnaryMethod["handle"] } = {},
): WireServer {
  const settings = testSettings();
  const rejections = new Rejections(settings);
  const errors: unknown[] = [];
  const { handle = (message: Uint8Array) => Promise.resolve(Buffer.from(message)), ...more } = options;
  const server = new GrpcServer({
    methods: [{ path: echoPath, handle }],
    refuse: (error) => {
      errors.push(error);
      return { code: 14, message: error instanceof Error ? error.message : String(error) };
    },
    rejections,
    http: (request, response) => {
      request.resume();
      response.end("plain");
    },
    maxMessageBytes: 1_000_000,
    maxConcurrentStreams: 100,
    maxConnectionIdleMs: 0,
    maxConnectionAgeMs: 0,
    maxConnectionAgeGraceMs: 0,
    keepaliveTimeMs: 0,
    keepaliveTimeoutMs: 0,
    silentStreamMs: 60_000,
    ...more,
  });
  t.teardown(() => {
    server.destroy();
    rejections.close();
  });
  return {
    server,
    errors,
    settings,
    connect: () => {
      const socket = new WireSocket();
      socket.on("error", () => undefined);
      server.accept(socket as unknown as Socket);
      return socket;
    },
    settle: async () => {
      for (let turn = 0; turn < 4; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
    },
  };
}

export { until };
