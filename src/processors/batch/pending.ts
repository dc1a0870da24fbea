import type { Batch } from "../../pdata/batch.ts";
import { mergeBatches } from "../../pdata/merge-batches.ts";
import type { Signal } from "../../pdata/signal.ts";
import { splitBatch } from "../../pdata/split-batch.ts";
import { Ring } from "../../sending/ring.ts";

/** Inputs that wait to be sent, in order. They are joined once, when they leave. */
export class Pending<S extends Signal> {
  readonly #signal: S;
  readonly #inputs = new Ring<Batch<S>>();
  /** What is left of an input that was cut, last piece first; stands before all inputs. */
  readonly #pieces: Batch<S>[] = [];
  #itemCount = 0;
  #byteCount = 0;

  constructor(signal: S) {
    this.#signal = signal;
  }

  get itemCount(): number {
    return this.#itemCount;
  }

  get byteCount(): number {
    return this.#byteCount;
  }

  push(input: Batch<S>): void {
    this.#inputs.push(input);
    this.#itemCount += input.itemCount;
    this.#byteCount += input.bytes.length;
  }

  /**
   * Takes out as many inputs as make up `dueItems`, or all if they do not; of these, exactly `maxItems` items if there
   * are more (0 is no limit), and the rest stays. So a batch ends where it would if inputs came one by one, however many
   * are here. There must be at least one input.
   */
  take(dueItems: number, maxItems: number): Batch<S> {
    const inputs: Batch<S>[] = [];
    let itemCount = 0;
    for (let input = this.#shift(); input !== undefined; input = itemCount < dueItems ? this.#shift() : undefined) {
      inputs.push(input);
      itemCount += input.itemCount;
    }
    const batch = mergeBatches(this.#signal, inputs);
    if (maxItems === 0 || itemCount <= maxItems) return batch;
    // Cut in one pass; the pieces that stay are ready when their turn comes.
    const [first = batch, ...rest] = splitBatch(batch, maxItems);
    for (const piece of rest.toReversed()) this.#unshift(piece);
    return first;
  }

  clear(): void {
    while (this.#shift() !== undefined);
  }

  #shift(): Batch<S> | undefined {
    const first = this.#pieces.pop() ?? this.#inputs.shift();
    if (first === undefined) return undefined;
    this.#itemCount -= first.itemCount;
    this.#byteCount -= first.bytes.length;
    return first;
  }

  #unshift(piece: Batch<S>): void {
    this.#pieces.push(piece);
    this.#itemCount += piece.itemCount;
    this.#byteCount += piece.bytes.length;
  }
}
