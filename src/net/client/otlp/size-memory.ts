import type { Clock } from "../../../component/clock.ts";

const memoryMs = 10 * 60_000;

/**
 * The size of request that a peer is known not to take, so that the next large one is divided at once and not sent in
 * vain first. Learnt from a refusal after which a part went through, and forgotten after 10 min, because limits change.
 */
export class SizeMemory {
  readonly #clock: Clock;
  #refusedBytes = Number.POSITIVE_INFINITY;
  #forgetAtMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Requests of this size or more are divided before they are sent. */
  get refusedBytes(): number {
    if (this.#refusedBytes !== Number.POSITIVE_INFINITY && this.#clock.monotonic() >= this.#forgetAtMs) {
      this.#refusedBytes = Number.POSITIVE_INFINITY;
    }
    return this.#refusedBytes;
  }

  /** A request of `refusedBytes` was too large, and a smaller one has gone through. */
  learn(refusedBytes: number): void {
    if (refusedBytes >= this.refusedBytes) return;
    this.#refusedBytes = refusedBytes;
    this.#forgetAtMs = this.#clock.monotonic() + memoryMs;
  }
}
