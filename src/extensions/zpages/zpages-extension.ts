import type { Component } from "../../component/component.ts";
import type { Settings } from "../../component/factory.ts";
import type { Host } from "../../component/host.ts";
import { AuxiliaryServer } from "../../net/auxiliary-server.ts";
import type { ZpagesConfig } from "./config.ts";
import { answer } from "./router.ts";

/** Serves pages about the running service. A port that cannot be opened costs the pages, not the collector. */
export class ZpagesExtension implements Component {
  readonly #config: ZpagesConfig;
  readonly #settings: Settings;
  #server: AuxiliaryServer | undefined;

  constructor(config: ZpagesConfig, settings: Settings) {
    this.#config = config;
    this.#settings = settings;
  }

  async start(host: Host): Promise<void> {
    if (this.#server !== undefined) return;
    const { logger, clock } = this.#settings;
    const options = { host, now: () => clock.now(), hasExpvar: this.#config.expvar.enabled };
    this.#server = new AuxiliaryServer({
      config: this.#config,
      settings: this.#settings,
      what: "zPages",
      opened: (endpoint) => logger.info("Starting zPages extension", { endpoint }),
      answer: (request, response) => answer(request, response, options),
    });
    logger.info("Registered Host's zPages");
    await this.#server.start(host);
  }

  async shutdown(): Promise<void> {
    await this.#server?.shutdown();
  }
}
