import type { Clock } from "../component/clock.ts";
import type { Logger } from "../component/logger.ts";

/** An exporter that has taken nothing for this long is stuck; one that was stuck must run this long to count as well. */
export const patienceMs = 5000;

const firstReminderMs = 60_000;
const longestReminderMs = 3_600_000;

/**
 * Tells a slow exporter, which takes something now and then and whose caller waits, from a stuck one, whose neighbours
 * must not wait for it.
 *
 * ```
 *            refuses for 5 s without taking anything, or what it may keep beyond its room is used up
 *   running ────────────────────────────────────────> stuck
 *           <────────────────────────────────────────
 *            takes for 5 s without refusing anything
 * ```
 */
export class StuckBranch {
  readonly #clock: Clock;
  readonly #logger: Logger;
  #refusingSinceMs: number | undefined;
  #takingSinceMs: number | undefined;
  #isStuck = false;
  #droppedCount = 0;
  #nextLogMs = 0;
  #reminderMs = firstReminderMs;

  constructor(clock: Clock, logger: Logger) {
    this.#clock = clock;
    this.#logger = logger;
  }

  get isStuck(): boolean {
    return this.#isStuck;
  }

  took(): void {
    this.#refusingSinceMs = undefined;
    // The common case costs two assignments per batch and no reading of the clock.
    if (this.#isStuck) this.#tookWhileStuck();
  }

  refused(): void {
    this.#takingSinceMs = undefined;
    const nowMs = this.#clock.monotonic();
    this.#refusingSinceMs ??= nowMs;
    if (nowMs - this.#refusingSinceMs >= patienceMs) this.stalled();
  }

  /** Nothing moves, and there is no room left to wait and see: stuck before the time. */
  stalled(): void {
    if (this.#isStuck) return;
    this.#isStuck = true;
    this.#nextLogMs = this.#clock.monotonic();
    this.#reminderMs = firstReminderMs;
    this.#droppedCount = 0;
  }

  /** Says at growing intervals what is lost. */
  dropped(itemCount: number, error: unknown): void {
    this.#droppedCount += itemCount;
    const nowMs = this.#clock.monotonic();
    if (nowMs < this.#nextLogMs) return;
    this.#nextLogMs = nowMs + this.#reminderMs;
    this.#reminderMs = Math.min(this.#reminderMs * 2, longestReminderMs);
    this.#logger.error("Exporter takes nothing. Dropping its data so that the other exporters go on.", {
      error,
      dropped_items: this.#droppedCount,
    });
  }

  #tookWhileStuck(): void {
    const nowMs = this.#clock.monotonic();
    this.#takingSinceMs ??= nowMs;
    if (nowMs - this.#takingSinceMs < patienceMs) return;
    this.#isStuck = false;
    this.#takingSinceMs = undefined;
    this.#logger.info("Exporter takes data again.", { dropped_items: this.#droppedCount });
  }
}
