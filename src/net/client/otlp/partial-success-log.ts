import type { Clock } from "../../../component/clock.ts";
import type { Logger } from "../../../component/logger.ts";
import type { Signal } from "../../../pdata/signal.ts";
import type { PartialSuccess } from "./partial-success.ts";

const itemFields: Readonly<Record<Signal, string>> = {
  traces: "dropped_spans",
  metrics: "dropped_data_points",
  logs: "dropped_log_records",
};

const intervalMs = 10_000;

/**
 * Tells of items that a backend took the request of but rejected, in upstream's words: the first at once, those of the
 * next 10 s together in one line, so that a backend that rejects something of every request does not flood the log.
 */
export class PartialSuccessLog {
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #field: string;
  #nextAtMs = Number.NEGATIVE_INFINITY;
  #answers = 0;
  #rejected = 0;
  #message = "";

  constructor(settings: { readonly logger: Logger; readonly clock: Clock; readonly signal: Signal }) {
    this.#logger = settings.logger;
    this.#clock = settings.clock;
    this.#field = itemFields[settings.signal];
  }

  add({ rejected, message }: PartialSuccess): void {
    this.#answers++;
    this.#rejected += rejected;
    this.#message = message;
    const nowMs = this.#clock.monotonic();
    if (nowMs < this.#nextAtMs) return;
    this.#nextAtMs = nowMs + intervalMs;
    this.#say();
  }

  /** Tells what has not been told yet. */
  close(): void {
    if (this.#answers > 0) this.#say();
  }

  #say(): void {
    this.#logger.warn("Partial success response", {
      message: this.#message.length <= 1000 ? this.#message : `${this.#message.slice(0, 1000)}...`,
      [this.#field]: this.#rejected,
      ...(this.#answers > 1 && { responses: this.#answers }),
    });
    this.#answers = 0;
    this.#rejected = 0;
  }
}
