import { once } from "node:events";
import type { IncomingMessage, RequestListener, Server, ServerResponse } from "node:http";
import type net from "node:net";
import type { Settings } from "../component/factory.ts";
import type { Host } from "../component/host.ts";
import type { AuxiliaryServerConfig } from "./auxiliary-server-config.ts";
import { formatEndpoint, parseEndpoint } from "./endpoint.ts";
import { boundEndpoint, isAddressMissing, listen, listenTargets } from "./listen.ts";
import { findServerAuthenticator, type ServerAuthenticator } from "./server-authenticator.ts";

// Not `import`: that would evaluate every export of the module, among them Node's own HTTP client, 80 ms at each start.
const { createServer } = process.getBuiltinModule("node:http");

export interface AuxiliaryServerOptions {
  readonly config: AuxiliaryServerConfig;
  readonly settings: Settings;
  /** What it serves, in the words of a user: `zPages`. */
  readonly what: string;
  /** Told for each address that is open. */
  opened(endpoint: string): void;
  answer(request: IncomingMessage, response: ServerResponse): void;
}

/**
 * A small HTTP server beside the pipelines. A port that cannot be opened costs what it serves, not the collector; so does
 * nothing else: a certificate or an authenticator that is wrong stops the start.
 */
export class AuxiliaryServer {
  readonly #options: AuxiliaryServerOptions;
  readonly #listeners: net.Server[] = [];
  readonly #http: Server[] = [];
  #authenticator: ServerAuthenticator | undefined;

  constructor(options: AuxiliaryServerOptions) {
    this.#options = options;
  }

  async start(host: Host): Promise<void> {
    const { config, settings, what, opened } = this.#options;
    const { logger } = settings;
    const wanted = parseEndpoint(config.endpoint);
    const authenticator = config.auth?.authenticator;
    if (authenticator !== undefined) this.#authenticator = findServerAuthenticator(host, authenticator);
    let { port } = wanted;
    for (const target of listenTargets(wanted.host, false)) {
      const server = await this.#makeListener();
      try {
        await listen(server, target.host === undefined ? { port } : { port, host: target.host });
      } catch (error) {
        if (target.optional && isAddressMissing(error)) continue;
        await this.#reportMissing(host, error, port);
        return;
      }
      // Later errors of an open server (too many files) are about one connection; the others go on.
      server.on("error", (error) => logger.warn(`Cannot take a connection to the ${what}`, { error }));
      this.#listeners.push(server);
      const bound = boundEndpoint(server);
      ({ port } = bound);
      opened(formatEndpoint(bound.host, bound.port));
      const protocol = `${what} (${config.tls == null ? "HTTP" : "HTTPS"})`;
      host.reportEndpoint({ componentId: settings.id.text, protocol, ...bound });
    }
  }

  async shutdown(): Promise<void> {
    const closed = this.#listeners.splice(0).map(async (server) => {
      const end = once(server, "close");
      server.close();
      // Browsers keep theirs open for minutes.
      for (const http of this.#http) http.closeAllConnections();
      await end;
    });
    await Promise.all(closed);
    this.#http.length = 0;
  }

  async #makeListener(): Promise<net.Server> {
    const { config, settings } = this.#options;
    const { readHeaderTimeout, writeTimeout, idleTimeout, tls } = config;
    const options = {
      headersTimeout: readHeaderTimeout,
      requestTimeout: Math.max(readHeaderTimeout, writeTimeout),
      keepAliveTimeout: idleTimeout,
      maxHeaderSize: 16 * 1024,
    };
    const server = createServer(options, this.#onRequest);
    this.#http.push(server);
    if (tls == null) {
      server.maxConnections = 100;
      return server;
    }
    const [{ TlsServer }, { default: nodeNet }] = await Promise.all([import("./tls-server.ts"), import("node:net")]);
    const secure = await TlsServer.create({
      config: tls,
      clock: settings.clock,
      logger: settings.logger,
      protocols: ["http/1.1"],
      rejections: { add: ({ peer, error }) => settings.logger.debug("TLS handshake failed", { peer, error }) },
      secured: (socket) => void server.emit("connection", socket),
    });
    const listener = nodeNet.createServer((socket) => {
      socket.on("error", () => undefined);
      secure.accept(socket);
    });
    listener.maxConnections = 100;
    const sockets = new Set<net.Socket>();
    listener.on("connection", (socket) => {
      sockets.add(socket);
      socket.once("close", () => sockets.delete(socket));
    });
    // The HTTP server does not know of connections whose handshake is under way.
    server.closeAllConnections = () => {
      for (const socket of sockets) socket.destroy();
    };
    return listener;
  }

  readonly #onRequest: RequestListener = (request, response) => {
    const { config, answer } = this.#options;
    request.resume();
    response.setTimeout(config.writeTimeout, () => response.destroy());
    for (const [name, value] of config.responseHeaders) response.setHeader(name, value.reveal());
    const failure = this.#authenticator?.authenticate((name) => request.headers[name]?.toString());
    if (failure === undefined) answer(request, response);
    else response.writeHead(401, { "content-type": "text/plain; charset=utf-8" }).end(`${failure.message}\n`);
  };

  async #reportMissing(host: Host, error: unknown, port: number): Promise<void> {
    const { config, settings, what } = this.#options;
    const { heldBy } = await import("./port-holder.ts");
    settings.logger.warn(
      `Cannot serve ${what} on ${config.endpoint}${heldBy(error, port)}: ` +
        `the collector goes on without, set another "endpoint" or free this one`,
      { error },
    );
    host.reportStatus("recoverable_error", error);
  }
}
