/** Streams that a peer may open and take back at once, and how many more a second. */
const burst = 1000;
const perSecond = 100;

/**
 * Bounds requests that a peer opens only to take them back, which cost us more than the peer and count against no limit
 * of streams (CVE-2023-44487).
 */
export class ResetBudget {
  #left = burst;
  #atMs = 0;

  /** Notes one; false when it is one too many. */
  take(nowMs: number): boolean {
    this.#left = Math.min(burst, this.#left + ((nowMs - this.#atMs) * perSecond) / 1000);
    this.#atMs = nowMs;
    if (this.#left < 1) return false;
    this.#left--;
    return true;
  }
}
