import type { ConsumeError } from "../component/consume-error.ts";
import type { RequestContext } from "../component/consumer.ts";
import type { DropReason, Ledger } from "../component/ledger.ts";
import type { Batch } from "../pdata/batch.ts";
import type { Signal } from "../pdata/signal.ts";
import { Account } from "./account.ts";
import type { HeldItems } from "./held-items.ts";
import type { OutageLog } from "./outage-log.ts";
import type { Failure } from "./retry.ts";

/** What a caller hands over. */
export interface Handed<S extends Signal> {
  readonly batch: Batch<S>;
  readonly context: RequestContext;
  readonly enqueuedUnixMs: number;
}

/** A batch on its way through an exporter, with the account of its items. */
export interface Parcel<S extends Signal> {
  readonly itemCount: number;
  /** Of OTLP. */
  readonly byteCount: number;
  readonly enqueuedUnixMs: number;
  /** Of the request that brought it. */
  readonly context: RequestContext;
  readonly account: Account;
  /** The batch, for sending; or why it cannot be sent. */
  load(): Batch<S> | Promise<Batch<S> | Failure>;
  /** Makes it durable, before it counts as queued. */
  save?(): Promise<void>;
  /** It is in the queue now. */
  taken(): void;
  /** Nobody works on it any more; `failure` says why items are still open. */
  finish(failure: Failure | undefined): void;
  /** The process cannot wait for it. Answers how many items are lost by that. */
  abandon(error: ConsumeError): number;
  /** It is lost, because a newer one takes its room. */
  dropForRoom?(): void;
}

/** Its caller has been answered: the exporter is responsible for the items, and counts them from the first moment. */
export class HeldParcel<S extends Signal> implements Parcel<S> {
  readonly itemCount: number;
  readonly byteCount: number;
  readonly enqueuedUnixMs: number;
  readonly context: RequestContext;
  readonly account: Account;
  readonly #batch: Batch<S>;
  readonly #held: HeldItems;
  readonly #log: OutageLog;
  #isAbandoned = false;

  constructor({ batch, context, enqueuedUnixMs }: Handed<S>, held: HeldItems, log: OutageLog) {
    this.itemCount = batch.itemCount;
    this.byteCount = batch.bytes.length;
    this.enqueuedUnixMs = enqueuedUnixMs;
    this.context = context;
    this.#batch = batch;
    this.account = new Account(batch.itemCount, held);
    this.#held = held;
    this.#log = log;
  }

  load(): Batch<S> {
    return this.#batch;
  }

  taken(): void {
    this.#held.take(this.itemCount);
  }

  finish(failure: Failure | undefined): void {
    if (failure === undefined || this.#isAbandoned) return;
    this.#log.dropped(this.account.close(failure.reason, failure.error), failure.error);
  }

  abandon(error: ConsumeError): number {
    this.#isAbandoned = true;
    return this.account.close("shutdown", error);
  }
}

/**
 * Its caller waits for the outcome. The exporter has taken nothing until all is known: then the caller's `consume` counts
 * as sent what was not dropped. After a failure the caller keeps the batch.
 */
export class AwaitedParcel<S extends Signal> implements Parcel<S> {
  readonly itemCount: number;
  readonly byteCount: number;
  readonly enqueuedUnixMs: number;
  readonly context: RequestContext;
  readonly account: Account;
  readonly outcome = Promise.withResolvers<void>();
  readonly #batch: Batch<S>;
  readonly #ledger: Ledger;
  readonly #log: OutageLog;
  readonly #drops: (readonly [number, DropReason, unknown])[] = [];

  constructor({ batch, context, enqueuedUnixMs }: Handed<S>, ledger: Ledger, log: OutageLog) {
    this.itemCount = batch.itemCount;
    this.byteCount = batch.bytes.length;
    this.enqueuedUnixMs = enqueuedUnixMs;
    this.context = context;
    this.#batch = batch;
    this.account = new Account(batch.itemCount, {
      sent: () => {},
      dropped: (count, reason, cause) => void this.#drops.push([count, reason, cause]),
    });
    this.#ledger = ledger;
    this.#log = log;
  }

  load(): Batch<S> {
    return this.#batch;
  }

  taken(): void {}

  finish(failure: Failure | undefined): void {
    if (failure === undefined) {
      for (const [count, reason, cause] of this.#drops) this.#ledger.dropped(count, reason, cause);
      this.outcome.resolve();
      return;
    }
    this.#log.rejected(this.itemCount, failure.error);
    this.outcome.reject(failure.error);
  }

  abandon(error: ConsumeError): number {
    this.outcome.reject(error);
    return 0;
  }
}
