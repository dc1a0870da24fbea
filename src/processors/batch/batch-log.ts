import type { Clock } from "../../component/clock.ts";
import type { ConsumeError } from "../../component/consume-error.ts";
import type { Logger } from "../../component/logger.ts";
import { GrowingInterval } from "../../sending/growing-interval.ts";

/** What goes wrong behind the processor, said at growing intervals and not once a batch. */
export class BatchLog {
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #dropLines = new GrowingInterval();
  readonly #keepLines = new GrowingInterval();
  #droppedItems = 0;

  constructor(logger: Logger, clock: Clock) {
    this.#logger = logger;
    this.#clock = clock;
  }

  dropped(itemCount: number, error: unknown): void {
    this.#droppedItems += itemCount;
    if (!this.#dropLines.isDue(this.#clock.monotonic())) return;
    this.#sayDropped(error);
  }

  /** The next stage has no room; senders wait. */
  kept(itemCount: number, error: ConsumeError): void {
    if (!this.#keepLines.isDue(this.#clock.monotonic())) return;
    const message = "Next stage does not take the batch. Keeping it and offering it again, senders have to wait.";
    this.#logger.warn(message, { error: error.message, kept_items: itemCount });
  }

  /** Says what was dropped since the last line. */
  close(): void {
    if (this.#droppedItems > 0) this.#sayDropped(undefined);
  }

  #sayDropped(error: unknown): void {
    this.#logger.warn("Sender failed", {
      ...(error !== undefined && { error: error instanceof Error ? error.message : String(error) }),
      dropped_items: this.#droppedItems,
    });
    this.#droppedItems = 0;
  }
}
