import { once } from "node:events";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { prometheusContentType } from "./prometheus-text.ts";

// Not `import`: that would evaluate every export of the module, among them Node's own HTTP client, 80 ms at each start.
const { createServer } = process.getBuiltinModule("node:http");

export interface MetricsServerOptions {
  /** `localhost` is both loopback addresses; empty or `0.0.0.0` all interfaces. */
  readonly host: string;
  readonly port: number;
  readonly render: () => Promise<string>;
}

/** Answers `GET /metrics`, and 404 to all else. */
export class MetricsServer {
  readonly #options: MetricsServerOptions;
  readonly #servers: Server[] = [];

  constructor(options: MetricsServerOptions) {
    this.#options = options;
  }

  /** Where it listens now. */
  endpoints(): readonly { readonly host: string; readonly port: number }[] {
    return this.#servers.map((server) => {
      // A server that listens on a port has an address of this form.
      const { address, port } = server.address() as AddressInfo;
      return { host: address, port };
    });
  }

  /** Rejects with the system's error (`EADDRINUSE`) when the port cannot be opened. Safe twice. */
  async start(): Promise<void> {
    if (this.#servers.length > 0) return;
    const { host, port } = this.#options;
    if (host !== "localhost") {
      await this.#open(["", "0.0.0.0", "::"].includes(host) ? undefined : host, port);
      return;
    }
    // Scrapers resolve the name to either address; the second is not there on every machine.
    await this.#open("127.0.0.1", port);
    await this.#open("::1", this.endpoints()[0]?.port ?? port).catch(() => {});
  }

  /** Closes the port and the connections of scrapers that keep theirs. */
  async shutdown(): Promise<void> {
    const servers = this.#servers.splice(0);
    await Promise.all(
      servers.map(async (server) => {
        const closed = once(server, "close");
        server.close();
        server.closeAllConnections();
        await closed;
      }),
    );
  }

  async #open(host: string | undefined, port: number): Promise<void> {
    const server = createServer({ requestTimeout: 5000, headersTimeout: 5000, keepAliveTimeout: 120_000 });
    server.timeout = 130_000;
    server.maxConnections = 100;
    server.on("request", (request, response) => void this.#answer(request, response));
    server.listen({ host, port });
    await once(server, "listening");
    this.#servers.push(server);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    request.resume();
    const path = (request.url ?? "").split("?", 1)[0];
    if (path !== "/metrics") {
      response.writeHead(404, { "content-type": "text/plain; charset=utf-8" }).end("404 page not found\n");
      return;
    }
    try {
      const text = await this.#options.render();
      response.writeHead(200, { "content-type": prometheusContentType }).end(request.method === "HEAD" ? "" : text);
    } catch (error) {
      response.writeHead(500, { "content-type": "text/plain; charset=utf-8" });
      response.end(`Cannot render the metrics: ${error instanceof Error ? error.message : String(error)}\n`);
    }
  }
}
