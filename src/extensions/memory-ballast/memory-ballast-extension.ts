import type { Component } from "../../component/component.ts";
import type { Logger } from "../../component/logger.ts";

/** Accepted for the sake of old files. A ballast made Go collect garbage less often; Node has nothing to gain from it. */
export class MemoryBallastExtension implements Component {
  readonly #logger: Logger;
  #isStarted = false;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  start(): Promise<void> {
    if (!this.#isStarted) {
      this.#isStarted = true;
      this.#logger.info("memory_ballast has no effect in this collector, it can be removed from the configuration");
    }
    return Promise.resolve();
  }

  shutdown(): Promise<void> {
    return Promise.resolve();
  }
}
