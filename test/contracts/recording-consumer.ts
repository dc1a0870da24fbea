import type { Admission, Consumer, RequestContext } from "../../src/component/consumer.ts";
import type { Batch } from "../../src/pdata/batch.ts";
import type { Signal } from "../../src/pdata/signal.ts";
import { until } from "./until.ts";

/**
 * The end of a pipeline in tests: keeps what it takes. It can be told to fail (`failWith`), to be slow (`pause`,
 * `resume`) and to have an opinion on admission.
 */
export class RecordingConsumer<S extends Signal = Signal> implements Consumer<S> {
  /** Batches taken, in the order in which they were taken. */
  readonly batches: Batch<S>[] = [];
  readonly contexts: RequestContext[] = [];
  admission: Admission | undefined;
  /** Calls of `consume`, failed ones included. */
  callCount = 0;
  /** Calls that wait for `resume`. */
  waitingCount = 0;
  #failure: unknown;
  #failuresLeft = 0;
  #gate: { readonly opened: Promise<void>; readonly open: () => void } | undefined;

  async consume(batch: Batch<S>, context: RequestContext): Promise<void> {
    this.callCount++;
    if (this.#gate !== undefined) {
      this.waitingCount++;
      await this.#gate.opened;
      this.waitingCount--;
    }
    if (this.#failuresLeft > 0) {
      this.#failuresLeft--;
      throw this.#failure;
    }
    this.batches.push(batch);
    this.contexts.push(context);
  }

  /** Items of all batches taken. */
  get itemCount(): number {
    return this.batches.reduce((sum, batch) => sum + batch.itemCount, 0);
  }

  /** The next `times` calls reject with `error`. */
  failWith(error: unknown, times = Infinity): void {
    this.#failure = error;
    this.#failuresLeft = times;
  }

  succeed(): void {
    this.#failuresLeft = 0;
  }

  /** Calls from now on wait for `resume`. */
  pause(): void {
    if (this.#gate !== undefined) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#gate = { opened: promise, open: resolve };
  }

  resume(): void {
    this.#gate?.open();
    this.#gate = undefined;
  }

  async waitForItems(itemCount: number, deadlineMs?: number): Promise<void> {
    await until(() => this.itemCount >= itemCount, `${itemCount} items at the recording consumer`, deadlineMs);
  }
}
