import { sleep, type Clock } from "../../component/clock.ts";
import type { Logger } from "../../component/logger.ts";
import { printableEndpoint } from "./endpoint.ts";
import { proxyOutcome } from "./proxy-answer.ts";
import { proxyTrouble } from "./proxy-trouble.ts";
import type { Target } from "./target.ts";

/** The start of a process has better to do. */
const delayMs = 1000;
const timeoutMs = 5000;

export interface EndpointCheckOptions {
  readonly target: Target;
  /** `exporters::tanzuobservability::traces::endpoint`. */
  readonly key: string;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Resolves with the status of a request without a body; `undefined`: the endpoint cannot be asked. */
  readonly ask: ((signal: AbortSignal) => Promise<number>) | undefined;
}

/**
 * Asks, shortly after the start, whether somebody answers at the endpoint, and says so in one line. It is a GET without a
 * body, so there is nothing that a proxy would count. `stop` ends it.
 */
export class EndpointCheck {
  readonly #options: EndpointCheckOptions;
  readonly #stopping = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor(options: EndpointCheckOptions) {
    this.#options = options;
  }

  start(): void {
    const { ask } = this.#options;
    if (ask !== undefined) this.#running = this.#run(ask);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(ask: (signal: AbortSignal) => Promise<number>): Promise<void> {
    const { target, key, logger, clock } = this.#options;
    if (!(await sleep(clock, delayMs, this.#stopping.signal))) return;
    const fields = { endpoint: printableEndpoint(target.url), setting: key };
    const signal = AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(timeoutMs)]);
    try {
      const statusCode = await ask(signal);
      const outcome = proxyOutcome({ statusCode, headers: {}, body: new Uint8Array(0), isTruncated: false }, target);
      // Whoever takes POST alone may say so.
      if (outcome.status === "taken" || statusCode === 405 || statusCode === 501) {
        logger.info("Wavefront endpoint answers", { ...fields, status: statusCode });
      } else
        logger.warn("Wavefront endpoint answers, but not as expected", { ...fields, answer: outcome.error.message });
    } catch (error) {
      if (this.#stopping.signal.aborted) return;
      const reason = signal.aborted
        ? `${target.name} has not answered for ${timeoutMs / 1000} s; check ${key}, routes and firewalls`
        : proxyTrouble(error, target, key).message;
      logger.info("Wavefront endpoint does not answer yet: data will wait in the queue", { ...fields, reason });
    }
  }
}
