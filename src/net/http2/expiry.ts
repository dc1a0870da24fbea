/**
 * One timer for the deadlines of any number of streams. They are looked through when the earliest of them has come, so a
 * call that ends in time costs a comparison and no timer.
 */
export class Expiry {
  /** Ends what is due, and answers when to look again. */
  readonly #scan: (nowMs: number) => number;
  #timer: NodeJS.Timeout | undefined;
  #dueMs = Infinity;

  constructor(scan: (nowMs: number) => number) {
    this.#scan = scan;
  }

  watch(dueMs: number): void {
    if (dueMs < this.#dueMs) this.#arm(dueMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#dueMs = Infinity;
  }

  #arm(dueMs: number): void {
    clearTimeout(this.#timer);
    this.#dueMs = dueMs;
    if (dueMs === Infinity) return;
    this.#timer = setTimeout(this.#look, Math.min(Math.max(dueMs - performance.now(), 1), 0x7fff_ffff)).unref();
  }

  readonly #look = (): void => {
    this.#dueMs = Infinity;
    const nextMs = this.#scan(performance.now());
    this.#arm(Math.min(nextMs, this.#dueMs));
  };
}
