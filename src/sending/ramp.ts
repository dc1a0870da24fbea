import type { Clock, Timer } from "../component/clock.ts";
import { ConsumeError } from "../component/consume-error.ts";
import type { Attempt } from "./attempt.ts";
import type { Payload } from "./sender.ts";
import { Ring } from "./ring.ts";

/** A backend that took nothing for so long, in so many attempts, was away: shorter troubles need no ramp. */
export const outageMs = 10_000;
const outageAttempts = 3;
/** From the first success after an outage until as many attempts as ever may run at a time. */
export const rampMs = 5000;

export interface RampOptions {
  readonly clock: Clock;
  /** Attempts that may run at a time when there is no ramp. */
  readonly consumers: number;
  /** Aborts when a shutdown begins: there is no time for a ramp. */
  readonly draining: AbortSignal;
}

/**
 * After an outage the backlog does not fall on a backend that has only just come back:
 *
 *     attempts at a time
 *     consumers ┤               ╭────────
 *               │           ╭───╯
 *             1 ┤        ╭──╯
 *               └────────┴──────┴────────
 *                 outage  rampMs
 */
export class Ramp {
  readonly #options: RampOptions;
  readonly #waiting = new Ring<() => void>();
  #running = 0;
  #failures = 0;
  #failingSinceMs = 0;
  #rampStartMs: number | undefined;
  #timer: Timer | undefined;

  constructor(options: RampOptions) {
    this.#options = options;
  }

  /** `next` with the ramp in front of it. */
  around<P extends Payload>(next: Attempt<P>): Attempt<P> {
    return async (payload, signal) => {
      const turn = this.#enter();
      if (turn !== undefined) await turn;
      try {
        const result = await next(payload, signal);
        if (result.retry !== undefined && result.retry.error.kind !== "permanent" && result.sent === 0) this.#failed();
        else this.#succeeded();
        return result;
      } catch (error) {
        // A backend that says no is there.
        if (error instanceof ConsumeError && error.kind === "permanent") this.#succeeded();
        else this.#failed();
        throw error;
      } finally {
        this.#running--;
        this.#admit();
      }
    };
  }

  /** Nobody waits any more. */
  open(): void {
    this.#rampStartMs = undefined;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#admit();
  }

  #failed(): void {
    if (this.#failures === 0) this.#failingSinceMs = this.#options.clock.monotonic();
    this.#failures++;
  }

  #succeeded(): void {
    const { clock, consumers, draining } = this.#options;
    const nowMs = clock.monotonic();
    const wasAway = this.#failures >= outageAttempts && nowMs - this.#failingSinceMs >= outageMs;
    this.#failures = 0;
    if (!wasAway || consumers < 2 || draining.aborted) return;
    this.#rampStartMs = nowMs;
    this.#tick();
  }

  #limit(): number {
    const { clock, consumers } = this.#options;
    if (this.#rampStartMs === undefined) return Number.POSITIVE_INFINITY;
    return 1 + Math.floor(((consumers - 1) * (clock.monotonic() - this.#rampStartMs)) / rampMs);
  }

  /** Counts the attempt as running, now or when the promise resolves. */
  #enter(): Promise<void> | undefined {
    if (this.#waiting.length === 0 && this.#running < this.#limit()) {
      this.#running++;
      return undefined;
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #admit(): void {
    while (this.#waiting.length > 0 && this.#running < this.#limit()) {
      this.#running++;
      this.#waiting.shift()?.();
    }
  }

  /** Also without an attempt that ends, the limit grows. */
  #tick(): void {
    const { clock, consumers } = this.#options;
    this.#timer?.cancel();
    this.#timer = clock.setTimer(
      () => {
        this.#timer = undefined;
        if (this.#limit() >= consumers) {
          this.open();
          return;
        }
        this.#admit();
        this.#tick();
      },
      rampMs / (consumers - 1),
    );
  }
}
