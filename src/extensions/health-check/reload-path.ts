import type { IncomingMessage, ServerResponse } from "node:http";
import type { Host } from "../../component/host.ts";

/**
 * `POST /-/reload`: reads the configuration again and answers when it is in use (200) or refused (400, with the reason).
 * Only for programs on this machine: a peer on another address, a browser page of another origin, and a host name that
 * was made to point here are turned away (403).
 */
export class ReloadPath {
  readonly #waiting = new Set<ServerResponse>();

  answer(request: IncomingMessage, response: ServerResponse, host: Host): void {
    if (request.method !== "POST") return send(response, 405, { error: "method not allowed: send with POST" });
    const reason = whyForeign(request);
    if (reason !== undefined) return send(response, 403, { error: `reload is only for this machine: ${reason}` });
    this.#waiting.add(response);
    host.requestReload().then(
      () => this.#tell(response, 200, { status: "reloaded" }),
      (error: unknown) => this.#tell(response, 400, { error: error instanceof Error ? error.message : String(error) }),
    );
  }

  /** This server is part of what the reload exchanges: those who wait are told that much before it goes. */
  close(): void {
    for (const response of this.#waiting) send(response, 202, { status: "reloading" });
    this.#waiting.clear();
  }

  #tell(response: ServerResponse, status: number, value: unknown): void {
    if (this.#waiting.delete(response)) send(response, status, value);
  }
}

function whyForeign({ socket, headers }: IncomingMessage): string | undefined {
  const peer = socket.remoteAddress ?? "";
  if (!/^(?:::ffff:)?127\.|^::1$/.test(peer)) return `the request comes from ${peer}`;
  if (headers.origin !== undefined) return "the request comes from a web page";
  const name = (headers.host ?? "").replace(/:\d+$/, "");
  if (!/^(?:localhost|127\.[\d.]+|\[::1\])$/i.test(name)) return "its Host is not localhost, 127.0.0.1 or [::1]";
  return undefined;
}

function send(response: ServerResponse, status: number, value: unknown): void {
  const body = `${JSON.stringify(value)}\n`;
  response.writeHead(status, { "content-type": "application/json", "content-length": Buffer.byteLength(body) });
  response.end(body);
}
