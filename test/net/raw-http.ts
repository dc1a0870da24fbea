import { once } from "node:events";
import http from "node:http";
import net from "node:net";

export interface HttpAnswer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface HttpRequestOptions {
  readonly path?: string;
  readonly method?: string;
  readonly headers?: http.OutgoingHttpHeaders;
  /** Chunks are sent without a length. */
  readonly body?: Uint8Array | string | readonly Uint8Array[];
  readonly agent?: http.Agent;
}

/** One request over HTTP/1.1 by Node's own client. Resolves when the answer is complete, even before the body is sent. */
export function send(port: number, options: HttpRequestOptions = {}): Promise<HttpAnswer> {
  const { path = "/v1/traces", method = "POST", headers = {}, body = "", agent } = options;
  return new Promise((resolve, reject) => {
    const request = http.request({
      host: "127.0.0.1",
      port,
      path,
      method,
      headers: { "content-type": "application/x-protobuf", ...headers },
      agent: agent ?? false,
    });
    request.on("response", (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
      );
      response.on("error", reject);
    });
    request.on("error", reject);
    if (typeof body === "string" || body instanceof Uint8Array) {
      request.end(body);
      return;
    }
    request.flushHeaders();
    for (const chunk of body) request.write(chunk);
    request.end();
  });
}

/** A bare connection: what is written and what comes back, byte for byte. */
export class RawConnection {
  readonly socket: net.Socket;
  received = "";
  isClosed = false;

  private constructor(socket: net.Socket) {
    this.socket = socket;
    socket.setEncoding("latin1");
    socket.on("data", (text: string) => (this.received += text));
    socket.on("close", () => (this.isClosed = true));
    socket.on("error", () => undefined);
  }

  static async open(port: number, host = "127.0.0.1"): Promise<RawConnection> {
    const socket = net.connect({ port, host });
    await once(socket, "connect");
    return new RawConnection(socket);
  }

  write(bytes: string | Uint8Array): void {
    this.socket.write(bytes);
  }

  close(): void {
    this.socket.destroy();
  }
}
