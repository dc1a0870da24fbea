import type { MemoryLimiterConfig } from "./config.ts";

/** A forced collection that leaves more than this share was in vain. */
const keptShare = 0.95;

/**
 * How long to wait between forced collections. While memory is held by live data a collection frees nothing, and costs
 * the time that would be needed to get rid of the data: then the waits double up to their maximum.
 */
export class CollectionBackoff {
  readonly #config: MemoryLimiterConfig;
  #softMs = 0;
  #hardMs = 0;
  #lastUsedBytes = 0;

  constructor(config: MemoryLimiterConfig) {
    this.#config = config;
  }

  /** Wait above the soft limit, in ms. */
  get softMs(): number {
    return Math.max(this.#config.minGcIntervalWhenSoftLimited, this.#softMs);
  }

  /** Wait above the hard limit, in ms. */
  get hardMs(): number {
    return Math.max(this.#config.minGcIntervalWhenHardLimited, this.#hardMs);
  }

  /** Told of each reading: memory that falls, by a collection or by itself, ends the back-off. */
  note(usedBytes: number, isAboveSoft: boolean): void {
    if (!isAboveSoft || usedBytes <= this.#lastUsedBytes * keptShare) {
      this.#softMs = 0;
      this.#hardMs = 0;
    }
    this.#lastUsedBytes = usedBytes;
  }

  /** Told of the reading after a forced collection; `true` if it was in vain. */
  noteCollected(usedBytes: number, isAboveSoft: boolean): boolean {
    const isInVain = isAboveSoft && usedBytes > this.#lastUsedBytes * keptShare;
    this.note(usedBytes, isAboveSoft);
    if (!isInVain) return false;
    const { maxGcIntervalWhenSoftLimited, maxGcIntervalWhenHardLimited } = this.#config;
    this.#softMs = this.#next(this.softMs, maxGcIntervalWhenSoftLimited);
    this.#hardMs = this.#next(this.hardMs, maxGcIntervalWhenHardLimited);
    return true;
  }

  #next(currentMs: number, maxMs: number): number {
    if (maxMs === 0) return currentMs;
    // A check comes late by a little now and then; so one check is a little less than its interval.
    return Math.min(2 * Math.max(currentMs, 0.95 * this.#config.checkInterval), Math.max(maxMs, currentMs));
  }
}
