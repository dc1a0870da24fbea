import { Ring } from "./ring.ts";

/** Callers that may wait for room at the same time (`block_on_overflow`); further ones are refused. */
export const maxWaitingCallers = 1000;

export interface MemoryQueueOptions<T> {
  /** Room, in the unit of `sizeOf`. */
  readonly capacity: number;
  /** Entries that are worked on at the same time. */
  readonly consumers: number;
  readonly blockOnOverflow: boolean;
  /** At least 1 per entry, so that the number of entries is bounded by the capacity as well. */
  sizeOf(entry: T): number;
  /** Told when an entry is in the queue, before work on it begins. */
  taken?(entry: T): void;
  /** Finishes an entry. Never rejects. */
  work(entry: T): Promise<void>;
}

export type Admittance = "taken" | "full" | "too_large" | "stopped";

interface Waiter<T> {
  readonly entry: T;
  readonly resolve: (admittance: Admittance) => void;
}

/**
 * A bounded queue in memory. An entry keeps its room until it is finished, so that entries being worked on count. Workers
 * take entries in order; there is no idle loop or promise while nothing is queued.
 */
export class MemoryQueue<T> {
  readonly #options: MemoryQueueOptions<T>;
  readonly #entries = new Ring<T>();
  readonly #waiters = new Ring<Waiter<T>>();
  #size = 0;
  #working = 0;
  #isStopped = false;
  #onIdle: (() => void)[] = [];

  constructor(options: MemoryQueueOptions<T>) {
    this.#options = options;
  }

  get size(): number {
    return this.#size;
  }

  get capacity(): number {
    return this.#options.capacity;
  }

  /** Takes the entry, or says why not. A promise is answered only when the caller has to wait for room. */
  offer(entry: T): Admittance | Promise<Admittance> {
    if (this.#isStopped) return "stopped";
    if (this.#options.sizeOf(entry) > this.capacity) return "too_large";
    // Nobody overtakes a caller that waits.
    if (this.#waiters.length === 0 && this.#hasRoom(entry)) {
      this.#take(entry);
      return "taken";
    }
    if (!this.#options.blockOnOverflow || this.#waiters.length >= maxWaitingCallers) return "full";
    return new Promise((resolve) => this.#waiters.push({ entry, resolve }));
  }

  /** No new entries; those who wait for room are turned away. What is queued is still worked on. */
  stop(): void {
    this.#isStopped = true;
    for (let waiter = this.#waiters.shift(); waiter !== undefined; waiter = this.#waiters.shift()) {
      waiter.resolve("stopped");
    }
  }

  /** Removes and returns the oldest entry that nobody has begun, for a shutdown that cannot wait. */
  discard(): T | undefined {
    const entry = this.#entries.shift();
    if (entry !== undefined) this.#size -= this.#options.sizeOf(entry);
    return entry;
  }

  /** Resolves when nothing is queued or being worked on. */
  whenIdle(): Promise<void> {
    if (this.#working === 0 && this.#entries.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.#onIdle.push(resolve));
  }

  #hasRoom(entry: T): boolean {
    return this.#size + this.#options.sizeOf(entry) <= this.capacity;
  }

  #take(entry: T): void {
    this.#size += this.#options.sizeOf(entry);
    this.#options.taken?.(entry);
    this.#entries.push(entry);
    this.#startWork();
  }

  #startWork(): void {
    while (this.#working < this.#options.consumers) {
      const entry = this.#entries.shift();
      if (entry === undefined) return;
      this.#working++;
      const finish = (): void => this.#finish(entry);
      this.#options.work(entry).then(finish, finish);
    }
  }

  #finish(entry: T): void {
    this.#working--;
    this.#size -= this.#options.sizeOf(entry);
    for (let waiter = this.#waiters.peek(); waiter !== undefined; waiter = this.#waiters.peek()) {
      if (!this.#hasRoom(waiter.entry)) break;
      this.#waiters.shift();
      this.#take(waiter.entry);
      waiter.resolve("taken");
    }
    this.#startWork();
    if (this.#working > 0 || this.#entries.length > 0) return;
    const onIdle = this.#onIdle;
    this.#onIdle = [];
    for (const resolve of onIdle) resolve();
  }
}
