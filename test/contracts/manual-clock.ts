import type { Clock, Timer } from "../../src/component/clock.ts";

interface Waiting {
  readonly atMs: number;
  readonly callback: () => void;
}

/** A clock that stands still until the test moves it. Starts at 2026-01-01T00:00:00Z. */
export class ManualClock implements Clock {
  readonly #startUnixMs: number;
  #elapsedMs = 0;
  readonly #waiting = new Set<Waiting>();

  constructor(startUnixMs = Date.UTC(2026, 0, 1)) {
    this.#startUnixMs = startUnixMs;
  }

  now(): number {
    return this.#startUnixMs + this.#elapsedMs;
  }

  monotonic(): number {
    return this.#elapsedMs;
  }

  setTimer(callback: () => void, delayMs: number): Timer {
    const waiting = { atMs: this.#elapsedMs + Math.max(0, delayMs), callback };
    this.#waiting.add(waiting);
    return { cancel: () => void this.#waiting.delete(waiting) };
  }

  /** Timers that have not fired and were not cancelled: 0 after a clean shutdown. */
  get timerCount(): number {
    return this.#waiting.size;
  }

  /**
   * Moves time and fires what falls due, in order of time. After each timer, and at the end, pending promises and
   * socket callbacks get a turn, so that a loop of `sleep` can set its next timer within the same call.
   */
  async advance(byMs: number): Promise<void> {
    const endMs = this.#elapsedMs + byMs;
    await turn();
    for (let due = this.#next(endMs); due !== undefined; due = this.#next(endMs)) {
      this.#waiting.delete(due);
      this.#elapsedMs = Math.max(this.#elapsedMs, due.atMs);
      due.callback();
      await turn();
    }
    this.#elapsedMs = endMs;
    await turn();
  }

  #next(endMs: number): Waiting | undefined {
    let first: Waiting | undefined;
    for (const waiting of this.#waiting) {
      if (waiting.atMs <= endMs && (first === undefined || waiting.atMs < first.atMs)) first = waiting;
    }
    return first;
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
