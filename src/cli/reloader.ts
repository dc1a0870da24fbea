import type { Logger } from "../component/logger.ts";
import type { Config } from "../config/config.ts";
import { loadConfig } from "../config/load-config.ts";
import type { ConfigSource } from "../config/read-source.ts";
import { distribution } from "../distribution.ts";
import type { ReloadSummary, Service } from "../service/service.ts";

export interface ReloaderOptions {
  readonly logger: Logger;
  /** Reads and checks the configuration. Rejects with what is wrong with it, positions and all. */
  load(): Promise<Config>;
  /** Goes over to it. Rejects, with the old one in use, if that cannot be done. */
  apply(config: Config): Promise<ReloadSummary>;
  /** Told when the ports may be others. */
  reloaded(): Promise<void>;
}

/** A reloader for the sources of the command line. */
export function makeReloader(
  sources: readonly ConfigSource[],
  service: Service,
  reloaded: () => Promise<void>,
): Reloader {
  return new Reloader({
    logger: service.logger,
    load: () => loadConfig(sources, distribution, process.env),
    apply: (config) => service.reload(config),
    reloaded,
  });
}

/**
 * Has the configuration read again when somebody asks. One reload at a time; all who ask during one share the next, which
 * begins after it, so that nobody is answered with a configuration older than the question.
 */
export class Reloader {
  readonly #options: ReloaderOptions;
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  constructor(options: ReloaderOptions) {
    this.#options = options;
  }

  /** Resolves when the new configuration is in use. Rejects with the reason, which is logged, if the old one stays. */
  request(): Promise<void> {
    if (this.#running === undefined) return this.#begin();
    this.#next ??= this.#running.catch(() => {}).then(() => this.#begin());
    return this.#next;
  }

  #begin(): Promise<void> {
    this.#next = undefined;
    const running = this.#reload().finally(() => {
      if (this.#running === running) this.#running = undefined;
    });
    this.#running = running;
    return running;
  }

  async #reload(): Promise<void> {
    const { logger, load, apply, reloaded } = this.#options;
    let summary: ReloadSummary;
    try {
      const config = await load();
      logger.warn("Config updated, restart service");
      summary = await apply(config);
    } catch (error) {
      logger.error("Cannot reload the configuration: the old one stays in use, correct this and ask again", {
        error: error instanceof Error ? error.message : String(error),
      });
      throw error;
    }
    logger.info("Configuration reloaded", { ...summary });
    const changed = [...summary.started, ...summary.stopped];
    if (changed.some((name) => name.startsWith("receiver ") || name.startsWith("extension "))) await reloaded();
  }
}
