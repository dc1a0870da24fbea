import type { Clock } from "../component/clock.ts";
import type { ConsumeError } from "../component/consume-error.ts";
import type { LogFields, Logger } from "../component/logger.ts";
import { formatDuration } from "../duration/format-duration.ts";
import { GrowingInterval } from "./growing-interval.ts";
import { describeFailure } from "./retry.ts";

export interface OutageLogOptions {
  readonly logger: Logger;
  readonly clock: Clock;
  /** Sentences that follow "Dropping data." and "Rejecting data.", such as a setting that would help. */
  readonly advice: string;
  /** What is kept at the moment: added to each line, so that one line tells the whole state. */
  standing(): LogFields;
}

interface Outage {
  readonly startMs: number;
  failedAttempts: number;
  isAnnounced: boolean;
}

/**
 * The log of failures, in upstream's words but not a line per batch: a backend that is away is said once, then at growing
 * intervals with counts, and once more when it is back. Lost items are always counted into one of the lines.
 */
export class OutageLog {
  readonly #options: OutageLogOptions;
  readonly #retryLines = new GrowingInterval();
  readonly #dropLines = new GrowingInterval();
  readonly #rejectLines = new GrowingInterval();
  #outage: Outage | undefined;
  #droppedItems = 0;
  #rejectedItems = 0;
  #lastDropError: ConsumeError | undefined;

  constructor(options: OutageLogOptions) {
    this.#options = options;
  }

  /** An attempt failed and will be repeated: nothing is lost. */
  willRetry(error: ConsumeError, delayMs: number): void {
    const outage = this.#failed();
    if (!this.#retryLines.isDue(this.#nowMs())) return;
    outage.isAnnounced = true;
    this.#options.logger.warn("Exporting failed. Will retry the request after interval.", {
      error: describeFailure(error),
      interval: formatDuration(Math.round(delayMs)),
      failed_attempts: outage.failedAttempts,
      ...this.#options.standing(),
    });
  }

  /** Items are lost. */
  dropped(itemCount: number, error: ConsumeError): void {
    this.#droppedItems += itemCount;
    this.#lastDropError = error;
    const outage = error.kind === "permanent" ? undefined : this.#failed();
    if (!this.#dropLines.isDue(this.#nowMs())) return;
    if (outage !== undefined) outage.isAnnounced = true;
    this.#sayDropped();
  }

  /** Items went back to the caller with an error. */
  rejected(itemCount: number, error: ConsumeError): void {
    this.#rejectedItems += itemCount;
    if (!this.#rejectLines.isDue(this.#nowMs())) return;
    this.#options.logger.error(`Exporting failed. Rejecting data.${this.#options.advice}`, {
      error: error.message,
      rejected_items: this.#rejectedItems,
      ...this.#options.standing(),
    });
    this.#rejectedItems = 0;
  }

  /** Something went through. */
  delivered(): void {
    const outage = this.#outage;
    if (outage === undefined) return;
    this.#outage = undefined;
    // Short failures between two lines are not worth one; their drops are said with the next line.
    if (!outage.isAnnounced) return;
    this.#options.logger.info("Exporting works again.", {
      outage: formatDuration(Math.round(this.#nowMs() - outage.startMs)),
      failed_attempts: outage.failedAttempts,
      ...(this.#droppedItems > 0 && { dropped_items: this.#droppedItems }),
      ...(this.#rejectedItems > 0 && { rejected_items: this.#rejectedItems }),
      ...this.#options.standing(),
    });
    this.#droppedItems = 0;
    this.#rejectedItems = 0;
  }

  /** Says what was lost since the last line; at the end of a shutdown. */
  close(): void {
    if (this.#droppedItems > 0) this.#sayDropped();
  }

  #failed(): Outage {
    this.#outage ??= { startMs: this.#nowMs(), failedAttempts: 0, isAnnounced: false };
    this.#outage.failedAttempts++;
    return this.#outage;
  }

  #sayDropped(): void {
    this.#options.logger.error(`Exporting failed. Dropping data.${this.#options.advice}`, {
      ...(this.#lastDropError !== undefined && { error: describeFailure(this.#lastDropError) }),
      dropped_items: this.#droppedItems,
      ...this.#options.standing(),
    });
    this.#droppedItems = 0;
  }

  #nowMs(): number {
    return this.#options.clock.monotonic();
  }
}
