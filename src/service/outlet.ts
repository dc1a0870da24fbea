import type { Admission, Consumer, RequestContext } from "../component/consumer.ts";
import type { Batch } from "../pdata/batch.ts";
import type { Signal } from "../pdata/signal.ts";

/**
 * Where a stage that outlives a reload hands on: the way out of a receiver, and of the last processor of a pipeline. It
 * can be turned to other stages between two batches; one that is under way ends where it began.
 */
export class Outlet<S extends Signal = Signal> implements Consumer<S> {
  #next: Consumer<S>;
  /** Set while what stands behind is exchanged: batches wait. */
  #held: PromiseWithResolvers<void> | undefined;

  constructor(next: Consumer<S>) {
    this.#next = next;
  }

  get next(): Consumer<S> {
    return this.#next;
  }

  /** Lets batches wait until `turn`. */
  hold(): void {
    this.#held ??= Promise.withResolvers<void>();
  }

  /** From the next batch on, `next` gets them; also those that wait. */
  turn(next: Consumer<S>): void {
    this.#next = next;
    this.#held?.resolve();
    this.#held = undefined;
  }

  /** Of what stands behind now: asked anew for each request, because a reservation returns to the one that gave it. */
  get admission(): Admission | undefined {
    return this.#next.admission;
  }

  get acknowledgesDurably(): boolean {
    return this.#next.acknowledgesDurably === true;
  }

  /** Not async: a promise of its own would be paid by every batch. */
  consume(batch: Batch<S>, context: RequestContext): Promise<void> {
    return this.#held === undefined ? this.#next.consume(batch, context) : this.#consumeLater(batch, context);
  }

  async #consumeLater(batch: Batch<S>, context: RequestContext): Promise<void> {
    // Turned and held again is possible in theory.
    while (this.#held !== undefined) await this.#held.promise;
    await this.#next.consume(batch, context);
  }
}
