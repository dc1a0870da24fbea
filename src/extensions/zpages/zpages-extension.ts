import type { Component, PipelineWatcher } from "../../component/component.ts";
import type { Settings } from "../../component/factory.ts";
import type { Host } from "../../component/host.ts";
import type { SendersReport } from "../../component/senders.ts";
import { AuxiliaryServer } from "../../net/auxiliary-server.ts";
import type { ZpagesConfig } from "./config.ts";
import { answer } from "./router.ts";

/** Serves pages about the running service. A port that cannot be opened costs the pages, not the collector. */
export class ZpagesExtension implements Component, PipelineWatcher {
  readonly #config: ZpagesConfig;
  readonly #settings: Settings;
  #server: AuxiliaryServer | undefined;
  #host: Host | undefined;
  #senders: () => SendersReport = () => ({ senders: [], mistakes: [], forgotten: 0 });

  constructor(config: ZpagesConfig, settings: Settings) {
    this.#config = config;
    this.#settings = settings;
  }

  async start(host: Host): Promise<void> {
    if (this.#server !== undefined) return;
    const { logger, clock } = this.#settings;
    this.#host = host;
    const senders = (): SendersReport => this.#senders();
    const options = { host, senders, now: () => clock.now(), hasExpvar: this.#config.expvar.enabled };
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

  /** Only now, because the start does not wait for it: from here on it is noted who sends. */
  ready(): void {
    this.#host?.watchSenders().then(
      (report) => {
        this.#senders = report;
      },
      (error: unknown) => this.#settings.logger.warn("Cannot show who sends", { error }),
    );
  }

  notReady(): void {}

  async shutdown(): Promise<void> {
    await this.#server?.shutdown();
  }
}
