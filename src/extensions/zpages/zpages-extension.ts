import { once } from "node:events";
import type { Server } from "node:http";
import type { Component } from "../../component/component.ts";
import type { Settings } from "../../component/factory.ts";
import type { Host } from "../../component/host.ts";
import { formatEndpoint, parseEndpoint } from "../../net/endpoint.ts";
import { boundEndpoint, isAddressMissing, listen, listenTargets } from "../../net/listen.ts";
import type { ZpagesConfig } from "./config.ts";
import { answer } from "./router.ts";

// Not `import`: that would evaluate every export of the module, among them Node's own HTTP client, 80 ms at each start.
const { createServer } = process.getBuiltinModule("node:http");

/** Serves pages about the running service. A port that cannot be opened costs the pages, not the collector. */
export class ZpagesExtension implements Component {
  readonly #config: ZpagesConfig;
  readonly #settings: Settings;
  readonly #servers: Server[] = [];
  #isStarted = false;

  constructor(config: ZpagesConfig, settings: Settings) {
    this.#config = config;
    this.#settings = settings;
  }

  async start(host: Host): Promise<void> {
    if (this.#isStarted) return;
    this.#isStarted = true;
    const { logger } = this.#settings;
    const { endpoint } = this.#config;
    const wanted = parseEndpoint(endpoint);
    logger.info("Registered Host's zPages");
    let { port } = wanted;
    for (const target of listenTargets(wanted.host, false)) {
      const server = this.#makeServer(host);
      try {
        await listen(server, target.host === undefined ? { port } : { port, host: target.host });
      } catch (error) {
        if (target.optional && isAddressMissing(error)) continue;
        this.#reportMissing(host, error);
        return;
      }
      // Later errors of an open server (too many files) are about one connection; the others go on.
      server.on("error", (error) => logger.warn("Cannot take a connection to the zPages", { error }));
      this.#servers.push(server);
      const bound = boundEndpoint(server);
      ({ port } = bound);
      logger.info("Starting zPages extension", { endpoint: formatEndpoint(bound.host, bound.port) });
      host.reportEndpoint({ componentId: this.#settings.id.text, protocol: "zPages (HTTP)", ...bound });
    }
  }

  async shutdown(): Promise<void> {
    await Promise.all(
      this.#servers.splice(0).map(async (server) => {
        const closed = once(server, "close");
        server.close();
        // Browsers keep theirs open for minutes.
        server.closeAllConnections();
        await closed;
      }),
    );
  }

  #makeServer(host: Host): Server {
    const { readHeaderTimeout, writeTimeout, idleTimeout, expvar } = this.#config;
    const options = { host, now: () => this.#settings.clock.now(), hasExpvar: expvar.enabled };
    const server = createServer({
      headersTimeout: readHeaderTimeout,
      requestTimeout: Math.max(readHeaderTimeout, writeTimeout),
      keepAliveTimeout: idleTimeout,
      maxHeaderSize: 16 * 1024,
    });
    server.maxConnections = 100;
    server.on("request", (request, response) => {
      response.setTimeout(writeTimeout, () => response.destroy());
      answer(request, response, options);
    });
    return server;
  }

  #reportMissing(host: Host, error: unknown): void {
    this.#settings.logger.warn(
      `Cannot serve zPages on ${this.#config.endpoint}: the collector goes on without, set another "endpoint" or free this one`,
      { error },
    );
    host.reportStatus("recoverable_error", error);
  }
}
