import type { Clock, Timer } from "../../component/clock.ts";

/** Readings that are kept of one interval: the window is right to a thirtieth of it. */
const readings = 30;

/** How much a count has grown within the last `intervalMs`, read from time to time and when somebody asks. */
export class FailureWindow {
  readonly #clock: Clock;
  readonly #intervalMs: number;
  readonly #read: () => number;
  /** Oldest first; the first one is at most one step older than the interval. */
  readonly #samples: { readonly atMs: number; readonly count: number }[] = [];
  #timer: Timer | undefined;

  constructor(clock: Clock, intervalMs: number, read: () => number) {
    this.#clock = clock;
    this.#intervalMs = intervalMs;
    this.#read = read;
  }

  start(): void {
    this.#samples.push({ atMs: this.#clock.monotonic(), count: this.#read() });
    this.#wait();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  /** Failures in the window. */
  count(): number {
    const sinceMs = this.#clock.monotonic() - this.#intervalMs;
    const first = this.#samples.find(({ atMs }) => atMs >= sinceMs);
    const now = this.#read();
    // A reload may have taken counts away.
    return Math.max(0, now - (first?.count ?? now));
  }

  #wait(): void {
    const stepMs = Math.max(this.#intervalMs / readings, 100);
    this.#timer = this.#clock.setTimer(() => {
      this.#samples.push({ atMs: this.#clock.monotonic(), count: this.#read() });
      if (this.#samples.length > readings + 1) this.#samples.shift();
      this.#wait();
    }, stepMs);
  }
}
