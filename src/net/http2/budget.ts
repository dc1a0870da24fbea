/** What a peer may do at once, and how often a second after that. */
const burst = 1000;
const perSecond = 100;

/**
 * Bounds what costs us more than the peer and counts against no other limit: requests that are begun only to be taken back
 * (CVE-2023-44487), and settings that change the windows of all streams.
 */
export class Budget {
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
