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
  /**
   * Finishes taking an entry that has room; nobody works on it before. A rejection goes to the caller of `offer`, and the
   * entry is not in the queue. Without a promise it is in the queue at once.
   */
  store?(entry: T): Promise<void> | undefined;
  /** Told when an entry is in the queue, before work on it begins. */
  taken?(entry: T): void;
  /** Finishes an entry. Never rejects. */
  work(entry: T): Promise<void>;
}

export type Admittance = "taken" | "full" | "too_large" | "stopped";

interface Waiter<T> {
  readonly entry: T;
  readonly resolve: (admittance: Admittance | Promise<Admittance>) => void;
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
  /** Entries that have room and are being stored. */
  #storing = 0;
  #isStopped = false;
  #isPaused = false;
  #isHalted = false;
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

  hasRoom(entry: T): boolean {
    return this.#size + this.#options.sizeOf(entry) <= this.capacity;
  }

  /** Takes the entry, or says why not. A promise is answered when the caller has to wait, for room or for `store`. */
  offer(entry: T): Admittance | Promise<Admittance> {
    if (this.#isStopped) return "stopped";
    if (this.#options.sizeOf(entry) > this.capacity) return "too_large";
    // Nobody overtakes a caller that waits.
    if (this.#waiters.length === 0 && this.hasRoom(entry)) {
      return this.#take(entry) ?? "taken";
    }
    if (!this.#options.blockOnOverflow || this.#waiters.length >= maxWaitingCallers) return "full";
    return new Promise((resolve) => this.#waiters.push({ entry, resolve }));
  }

  /** Takes the entry whatever room there is; the caller bounds how often. */
  overfill(entry: T): "taken" | "stopped" | Promise<"taken"> {
    return this.#isStopped ? "stopped" : (this.#take(entry) ?? "taken");
  }

  /** Puts in an entry that was stored before, whatever room there is. Work begins with `resume`. */
  restore(entry: T): void {
    this.#size += this.#options.sizeOf(entry);
    this.#entries.push(entry);
  }

  /** Nobody begins work on an entry until `resume`. */
  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#startWork();
  }

  /** Nobody begins work on an entry any more: what waits is somebody else's. */
  halt(): void {
    this.#isHalted = true;
  }

  /** The oldest entry that nobody has begun. */
  peek(): T | undefined {
    return this.#entries.peek();
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

  /** Resolves when nothing is queued or being worked on; what waits in a halted queue does not count. */
  whenIdle(): Promise<void> {
    if (this.#isIdle()) return Promise.resolve();
    return new Promise((resolve) => this.#onIdle.push(resolve));
  }

  #isIdle(): boolean {
    return this.#working === 0 && this.#storing === 0 && (this.#isHalted || this.#entries.length === 0);
  }

  #take(entry: T): Promise<"taken"> | undefined {
    this.#size += this.#options.sizeOf(entry);
    const stored = this.#options.store?.(entry);
    if (stored !== undefined) return this.#whenStored(entry, stored);
    this.#enter(entry);
    return undefined;
  }

  async #whenStored(entry: T, stored: Promise<void>): Promise<"taken"> {
    this.#storing++;
    try {
      await stored;
    } catch (error) {
      this.#storing--;
      this.#size -= this.#options.sizeOf(entry);
      this.#admitWaiters();
      this.#tellIfIdle();
      throw error;
    }
    this.#storing--;
    this.#enter(entry);
    this.#tellIfIdle();
    return "taken";
  }

  #enter(entry: T): void {
    this.#options.taken?.(entry);
    this.#entries.push(entry);
    this.#startWork();
  }

  #startWork(): void {
    while (!this.#isPaused && !this.#isHalted && this.#working < this.#options.consumers) {
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
    this.#admitWaiters();
    this.#startWork();
    this.#tellIfIdle();
  }

  #admitWaiters(): void {
    for (let waiter = this.#waiters.peek(); waiter !== undefined; waiter = this.#waiters.peek()) {
      if (!this.hasRoom(waiter.entry)) break;
      this.#waiters.shift();
      waiter.resolve(this.#take(waiter.entry) ?? "taken");
    }
  }

  #tellIfIdle(): void {
    if (!this.#isIdle()) return;
    const onIdle = this.#onIdle;
    this.#onIdle = [];
    for (const resolve of onIdle) resolve();
  }
}
