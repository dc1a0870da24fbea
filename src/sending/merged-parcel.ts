import type { ConsumeError } from "../component/consume-error.ts";
import { emptyContext } from "../component/consumer.ts";
import type { DropReason } from "../component/ledger.ts";
import type { Batch } from "../pdata/batch.ts";
import type { Signal } from "../pdata/signal.ts";
import { Account } from "./account.ts";
import type { Parcel } from "./parcel.ts";
import type { Failure } from "./retry.ts";

/** A parcel that is merged with others, maybe cut: it is finished when all its parts are. */
export class MergedInput<S extends Signal> {
  readonly parcel: Parcel<S>;
  /** Resolves when the parcel is finished. */
  readonly finished = Promise.withResolvers<void>();
  #itemsLeft: number;
  #failure: Failure | undefined;

  constructor(parcel: Parcel<S>) {
    this.parcel = parcel;
    this.#itemsLeft = parcel.itemCount;
  }

  finishPart(itemCount: number, failure: Failure | undefined): void {
    this.#itemsLeft -= itemCount;
    this.#failure ??= failure;
    if (this.#itemsLeft > 0) return;
    this.parcel.finish(this.#failure);
    this.finished.resolve();
  }
}

export interface Part<S extends Signal> {
  readonly input: MergedInput<S>;
  readonly itemCount: number;
}

/** A batch made of parts of several. What becomes of its items is told to the accounts of the parts, in their order. */
export class MergedParcel<S extends Signal> implements Parcel<S> {
  readonly itemCount: number;
  readonly byteCount: number;
  readonly enqueuedUnixMs: number;
  readonly context = emptyContext;
  readonly account: Account;
  readonly #batch: Batch<S>;
  readonly #parts: readonly Part<S>[];
  #partIndex = 0;
  #partSettled = 0;

  constructor(batch: Batch<S>, parts: readonly Part<S>[]) {
    this.#batch = batch;
    this.#parts = parts;
    this.itemCount = batch.itemCount;
    this.byteCount = batch.bytes.length;
    this.enqueuedUnixMs = parts[0]?.input.parcel.enqueuedUnixMs ?? 0;
    this.account = new Account(this.itemCount, {
      sent: (itemCount) => this.#settle(itemCount, (account, count) => account.sent(count)),
      dropped: (itemCount, reason: DropReason, cause) =>
        this.#settle(itemCount, (account, count) => account.dropped(count, reason, cause)),
    });
  }

  load(): Batch<S> {
    return this.#batch;
  }

  taken(): void {}

  finish(failure: Failure | undefined): void {
    for (const { input, itemCount } of this.#parts) input.finishPart(itemCount, failure);
  }

  abandon(error: ConsumeError): number {
    let itemCount = 0;
    for (const { input } of this.#parts) itemCount += input.parcel.abandon(error);
    return itemCount;
  }

  #settle(itemCount: number, tell: (account: Account, itemCount: number) => void): void {
    let left = itemCount;
    for (let part = this.#parts[this.#partIndex]; part !== undefined && left > 0; part = this.#parts[this.#partIndex]) {
      const count = Math.min(left, part.itemCount - this.#partSettled);
      tell(part.input.parcel.account, count);
      left -= count;
      this.#partSettled += count;
      if (this.#partSettled < part.itemCount) return;
      this.#partIndex++;
      this.#partSettled = 0;
    }
  }
}
