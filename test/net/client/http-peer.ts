import http, { type IncomingHttpHeaders, type ServerResponse } from "node:http";
import https, { type ServerOptions } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import zlib from "node:zlib";

export interface HttpRequestSeen {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** As it is on the wire. */
  readonly raw: Buffer;
  /** Decompressed. */
  readonly body: Buffer;
  readonly socket: Socket;
}

export interface HttpPeerOptions {
  readonly tls?: ServerOptions;
  readonly port?: number;
}

/** A real HTTP/1.1 server that remembers requests and answers as it is told. */
export class HttpPeer {
  readonly requests: HttpRequestSeen[] = [];
  readonly sockets = new Set<Socket>();
  reply: (request: HttpRequestSeen, response: ServerResponse) => void = (_, response) => void response.end();
  readonly #server: http.Server;
  readonly #scheme: string;

  private constructor({ tls }: HttpPeerOptions) {
    const listener: http.RequestListener = (request, response) => {
      const chunks: Buffer[] = [];
      request.on("error", () => undefined);
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const raw = Buffer.concat(chunks);
        const { method = "", url: path = "", headers, socket } = request;
        const seen = { method, path, headers, raw, body: inflated(raw, headers["content-encoding"]), socket };
        this.requests.push(seen);
        this.reply(seen, response);
      });
    };
    this.#scheme = tls === undefined ? "http" : "https";
    this.#server = tls === undefined ? http.createServer(listener) : https.createServer(tls, listener);
    this.#server.on(tls === undefined ? "connection" : "secureConnection", (socket: Socket) => {
      this.sockets.add(socket);
      socket.on("close", () => this.sockets.delete(socket));
    });
  }

  static async start(options: HttpPeerOptions = {}): Promise<HttpPeer> {
    const peer = new HttpPeer(options);
    await new Promise<void>((resolve, reject) => {
      peer.#server.once("error", reject);
      peer.#server.listen(options.port ?? 0, "127.0.0.1", resolve);
    });
    return peer;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  get endpoint(): string {
    return `${this.#scheme}://${this.address}`;
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

function inflated(raw: Buffer, encoding: string | undefined): Buffer {
  switch (encoding) {
    case "gzip":
      return zlib.gunzipSync(raw);
    case "zlib":
    case "deflate":
      return zlib.inflateSync(raw);
    case "zstd":
      return zlib.zstdDecompressSync(raw);
    default:
      return raw;
  }
}
