import { ConsumeError } from "../component/consume-error.ts";
import type { RequestContext } from "../component/consumer.ts";
import type { StoredRecord } from "../component/storage.ts";
import type { Batch } from "../pdata/batch.ts";
import type { Signal } from "../pdata/signal.ts";
import { Account } from "./account.ts";
import type { DiskStore } from "./disk-store.ts";
import type { HeldItems } from "./held-items.ts";
import type { OutageLog } from "./outage-log.ts";
import type { Parcel } from "./parcel.ts";
import type { Failure } from "./retry.ts";

/** What is known of a batch without its bytes. */
export interface BatchHead {
  readonly itemCount: number;
  /** Of OTLP. */
  readonly byteCount: number;
  readonly enqueuedUnixMs: number;
  readonly context: RequestContext;
}

export interface DiskParcelOptions<S extends Signal> {
  readonly head: BatchHead;
  readonly store: DiskStore<S>;
  readonly held: HeldItems;
  readonly log: OutageLog;
}

/** A batch in a queue on disk. It is lost only where it is said to be: what a shutdown interrupts stays. */
export class DiskParcel<S extends Signal> implements Parcel<S> {
  readonly itemCount: number;
  readonly byteCount: number;
  readonly enqueuedUnixMs: number;
  readonly context: RequestContext;
  readonly account: Account;
  readonly #options: DiskParcelOptions<S>;
  /** Not on disk yet. */
  #unsaved: Batch<S> | undefined;
  /** Set when it is on disk. */
  record: StoredRecord | undefined;
  /** In memory as well, as long as there is room; saves reading it again. */
  cached: Batch<S> | undefined;

  constructor(options: DiskParcelOptions<S>, unsaved?: Batch<S>) {
    this.#options = options;
    this.itemCount = options.head.itemCount;
    this.byteCount = options.head.byteCount;
    this.enqueuedUnixMs = options.head.enqueuedUnixMs;
    this.context = options.head.context;
    this.account = new Account(this.itemCount, options.held);
    this.#unsaved = unsaved;
  }

  async save(): Promise<void> {
    const unsaved = this.#unsaved;
    this.#unsaved = undefined;
    if (unsaved !== undefined) await this.#options.store.put(this, unsaved);
  }

  /** It is on disk and in the queue now. */
  taken(): void {
    this.#options.held.take(this.itemCount);
  }

  load(): Batch<S> | Promise<Batch<S> | Failure> {
    return this.#options.store.load(this);
  }

  finish(failure: Failure | undefined): void {
    const { store, log } = this.#options;
    store.uncache(this);
    // The next process has to send what is open. Without a failure that is so when the end came during an attempt.
    const isInterrupted = failure === undefined || failure.reason === "shutdown";
    if (isInterrupted && this.account.open > 0) return;
    if (failure !== undefined) log.dropped(this.account.close(failure.reason, failure.error), failure.error);
    store.remove(this);
  }

  /** Stays on disk. */
  abandon(): number {
    return 0;
  }

  /** Makes room for a newer one. */
  dropForRoom(): void {
    const { store, log } = this.#options;
    const error = new ConsumeError("refused", "queue is full, the oldest data makes room (when_full: drop_oldest)");
    log.dropped(this.account.close("queue_full", error), error);
    store.uncache(this);
    store.remove(this);
  }
}
