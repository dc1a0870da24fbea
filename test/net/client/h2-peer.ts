import http2, { type Http2Server, type ServerHttp2Session, type ServerHttp2Stream } from "node:http2";
import type { AddressInfo, Socket } from "node:net";

export type StreamHandler = (stream: ServerHttp2Stream, headers: http2.IncomingHttpHeaders) => void;

/** An HTTP/2 server without manners of its own: each stream is the test's. */
export class H2Peer {
  readonly sessions = new Set<ServerHttp2Session>();
  readonly #server: Http2Server;
  readonly #sockets = new Set<Socket>();
  streamCount = 0;

  private constructor(handler: StreamHandler, settings: http2.Settings) {
    this.#server = http2.createServer({ settings });
    this.#server.on("connection", (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
    });
    this.#server.on("session", (session) => {
      this.sessions.add(session);
      session.on("close", () => this.sessions.delete(session));
      session.on("error", () => undefined);
    });
    this.#server.on("stream", (stream, headers) => {
      this.streamCount++;
      // A client that gives up resets the stream.
      stream.on("error", () => undefined);
      handler(stream, headers);
    });
  }

  static async start(handler: StreamHandler, settings: http2.Settings = {}): Promise<H2Peer> {
    const peer = new H2Peer(handler, settings);
    await new Promise<void>((resolve) => {
      peer.#server.listen(0, "127.0.0.1", resolve);
    });
    return peer;
  }

  get endpoint(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Without a word. Not through the session: Node.js 22 does not let it. */
  breakConnections(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  stop(): void {
    for (const session of this.sessions) session.destroy();
    this.#server.close();
  }
}

/** A gRPC answer: a head, one message, a status. */
export function answerWith(stream: ServerHttp2Stream, status: number, body: Uint8Array = new Uint8Array(0)): void {
  stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
  stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": String(status) }));
  stream.end(framed(body));
}

export function framed(body: Uint8Array): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(body.length, 1);
  return Buffer.concat([head, body]);
}

/** The message of a stream, as it is on the wire. */
export async function readMessage(
  stream: ServerHttp2Stream,
): Promise<{ readonly isCompressed: boolean; readonly bytes: Buffer }> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  const whole = Buffer.concat(chunks);
  return { isCompressed: whole[0] === 1, bytes: whole.subarray(5) };
}
