const stepsMs = [10_000, 30_000, 60_000, 300_000];
const calmMs = 60_000;

/**
 * Decides which of many alike happenings is worth a log line: the first, then one after 10 s, 30 s, 1 min and every
 * 5 min. After a minute without any, the next one counts as a first again.
 */
export class GrowingInterval {
  #step = 0;
  #nextAtMs = Number.NEGATIVE_INFINITY;
  #lastAtMs = Number.NEGATIVE_INFINITY;

  /** Tells of one happening at `nowMs` (monotonic); `true` if it is to be logged. */
  isDue(nowMs: number): boolean {
    const isCalm = nowMs - this.#lastAtMs >= calmMs;
    this.#lastAtMs = nowMs;
    if (isCalm) this.#step = 0;
    else if (nowMs < this.#nextAtMs) return false;
    this.#nextAtMs = nowMs + (stepsMs[Math.min(this.#step, stepsMs.length - 1)] as number);
    this.#step++;
    return true;
  }
}
