import type { Clock, Timer } from "../../component/clock.ts";
import type { ConsumeError } from "../../component/consume-error.ts";
import type { Batch } from "../../pdata/batch.ts";
import type { Signal } from "../../pdata/signal.ts";
import { Ring } from "../../sending/ring.ts";

/** How long a caller waits. Clients give up after 8 to 10 s, so an answer must come well before. */
export const waitMs = 2000;
/** Callers and bytes that may wait; further ones are refused at once. */
export const maxCallers = 1000;
export const maxWaitingBytes = 32 * 1024 * 1024;

interface Caller<S extends Signal> {
  readonly batch: Batch<S>;
  readonly deadlineMs: number;
  readonly answer: PromiseWithResolvers<void>;
}

/**
 * Callers whose batch finds no room. Whoever comes first is taken first or refused first: all wait equally long, so one
 * timer for the oldest is enough.
 */
export class WaitingCallers<S extends Signal> {
  readonly #clock: Clock;
  readonly #refusal: () => ConsumeError;
  readonly #callers = new Ring<Caller<S>>();
  #byteCount = 0;
  #timer: Timer | undefined;

  constructor(clock: Clock, refusal: () => ConsumeError) {
    this.#clock = clock;
    this.#refusal = refusal;
  }

  get length(): number {
    return this.#callers.length;
  }

  /** Resolves as `admit` has it; rejects when its time is over or too many wait. */
  wait(batch: Batch<S>): Promise<void> {
    const byteCount = this.#byteCount + batch.bytes.length;
    const isFull = this.#callers.length >= maxCallers || (this.#callers.length > 0 && byteCount > maxWaitingBytes);
    if (isFull) return Promise.reject(this.#refusal());
    const answer = Promise.withResolvers<void>();
    this.#callers.push({ batch, deadlineMs: this.#clock.monotonic() + waitMs, answer });
    this.#byteCount = byteCount;
    this.#armTimer();
    return answer.promise;
  }

  /** Hands the oldest batch to `take`, whose answer the caller gets; `false` if nobody waits. */
  admit(take: (batch: Batch<S>) => Promise<void> | undefined): boolean {
    const caller = this.#remove();
    if (this.#callers.length === 0) this.#cancelTimer();
    if (caller === undefined) return false;
    caller.answer.resolve(take(caller.batch));
    return true;
  }

  refuseAll(): void {
    this.#cancelTimer();
    for (let caller = this.#remove(); caller !== undefined; caller = this.#remove()) {
      caller.answer.reject(this.#refusal());
    }
  }

  #remove(): Caller<S> | undefined {
    const caller = this.#callers.shift();
    if (caller !== undefined) this.#byteCount -= caller.batch.bytes.length;
    return caller;
  }

  #armTimer(): void {
    const oldest = this.#callers.peek();
    if (oldest === undefined || this.#timer !== undefined) return;
    const delayMs = oldest.deadlineMs - this.#clock.monotonic();
    this.#timer = this.#clock.setTimer(() => this.#refuseLate(), delayMs);
  }

  #cancelTimer(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #refuseLate(): void {
    this.#timer = undefined;
    const nowMs = this.#clock.monotonic();
    for (let oldest = this.#callers.peek(); oldest !== undefined; oldest = this.#callers.peek()) {
      if (oldest.deadlineMs > nowMs) break;
      this.#remove()?.answer.reject(this.#refusal());
    }
    this.#armTimer();
  }
}
