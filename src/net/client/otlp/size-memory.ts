import type { Clock } from "../../../component/clock.ts";

const firstPauseMs = 1000;
const maxPauseMs = 10 * 60_000;
/** No peer takes that much in one request; a size that has grown beyond it is none. */
const forgottenBytes = 1024 * 1024 * 1024;
/** Two refusals are of the same limit if their sizes differ by no more than this factor. */
const sameLimit = 4;

/**
 * The size of request that a peer is known not to take, so that the next large one is divided at once and not sent in
 * vain first. Learnt from a refusal after which a part went through.
 *
 * Limits change, and a peer that was unwell for a moment refuses anything. So the size doubles after a second, and again
 * every second while nothing of it is refused. A limit that is found again in the same place has a pause twice as long
 * before the next try, up to 10 min: it costs ever fewer requests in vain.
 */
export class SizeMemory {
  readonly #clock: Clock;
  #refusedBytes = Number.POSITIVE_INFINITY;
  #learntBytes = Number.POSITIVE_INFINITY;
  #pauseMs = firstPauseMs;
  #growAtMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Requests of this size or more are divided before they are sent. */
  get refusedBytes(): number {
    if (this.#refusedBytes === Number.POSITIVE_INFINITY) return this.#refusedBytes;
    const nowMs = this.#clock.monotonic();
    if (nowMs >= this.#growAtMs) {
      this.#refusedBytes *= 2;
      this.#growAtMs = nowMs + firstPauseMs;
      if (this.#refusedBytes > forgottenBytes) this.#refusedBytes = this.#learntBytes = Number.POSITIVE_INFINITY;
    }
    return this.#refusedBytes;
  }

  /** A request of `refusedBytes` was too large, and a smaller one has gone through. */
  learn(refusedBytes: number): void {
    if (refusedBytes >= this.#refusedBytes) return;
    const isSame = refusedBytes < this.#learntBytes * sameLimit && refusedBytes * sameLimit > this.#learntBytes;
    this.#pauseMs = isSame ? Math.min(this.#pauseMs * 2, maxPauseMs) : firstPauseMs;
    this.#refusedBytes = this.#learntBytes = refusedBytes;
    this.#growAtMs = this.#clock.monotonic() + this.#pauseMs;
  }
}
