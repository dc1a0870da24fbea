import { Metadata, Server, ServerCredentials, type sendUnaryData, type ServerUnaryCall } from "@grpc/grpc-js";

export interface GrpcRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Decompressed. */
  readonly message: Buffer;
  readonly peer: string;
}

export interface GrpcReply {
  /** Default 0. */
  readonly code?: number;
  readonly details?: string;
  readonly metadata?: Metadata;
  readonly body?: Uint8Array;
}

export interface GrpcPeerOptions {
  readonly credentials?: ServerCredentials;
  readonly maxMessageBytes?: number;
  readonly port?: number;
  /** Instead of a port of 127.0.0.1: `unix:/path`. */
  readonly address?: string;
}

const paths = ["trace.v1.Trace", "metrics.v1.Metrics", "logs.v1.Logs"].map(
  (name) => `/opentelemetry.proto.collector.${name}Service/Export`,
);

/** A real gRPC server for the three Export calls, which remembers requests and answers as it is told. */
export class GrpcPeer {
  readonly requests: GrpcRequest[] = [];
  reply: (request: GrpcRequest) => GrpcReply | Promise<GrpcReply> = () => ({});
  readonly #server: Server;
  port = 0;

  private constructor({ maxMessageBytes = -1 }: GrpcPeerOptions) {
    this.#server = new Server({ "grpc.max_receive_message_length": maxMessageBytes });
    for (const path of paths) this.#server.register(path, this.#handle(path), asIs, asIs, "unary");
  }

  static async start(options: GrpcPeerOptions = {}): Promise<GrpcPeer> {
    const peer = new GrpcPeer(options);
    const { address, port = 0, credentials = ServerCredentials.createInsecure() } = options;
    peer.port = await new Promise((resolve, reject) => {
      peer.#server.bindAsync(address ?? `127.0.0.1:${port}`, credentials, (error, bound) =>
        error === null ? resolve(bound) : reject(error),
      );
    });
    return peer;
  }

  get endpoint(): string {
    return `127.0.0.1:${this.port}`;
  }

  stop(): void {
    this.#server.forceShutdown();
  }

  #handle(path: string) {
    return (call: ServerUnaryCall<Buffer, Uint8Array>, callback: sendUnaryData<Uint8Array>): void => {
      const headers = Object.fromEntries(
        Object.entries(call.metadata.getMap()).map(([name, value]) => [name, value.toString()]),
      );
      const request: GrpcRequest = { path, headers, message: call.request, peer: call.getPeer() };
      this.requests.push(request);
      void Promise.resolve(this.reply(request)).then(({ code = 0, details = "", metadata, body }) => {
        if (code === 0) callback(null, body ?? new Uint8Array(0), metadata);
        else callback({ code, details, metadata: metadata ?? new Metadata() });
      });
    };
  }
}

function asIs(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
