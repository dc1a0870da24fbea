import type { Batch } from "../../pdata/batch.ts";
import { mergeBatches } from "../../pdata/merge-batches.ts";
import type { Signal } from "../../pdata/signal.ts";
import { batchPieces } from "../../pdata/split-batch.ts";
import { Ring } from "../../sending/ring.ts";

/** A batch on its way into pieces. Its bytes are held until the last one. */
interface Cut<S extends Signal> {
  readonly pieces: Iterator<Batch<S>>;
  itemsLeft: number;
  readonly byteCount: number;
}

/** Inputs that wait to be sent, in order. They are joined once, when they leave. */
export class Pending<S extends Signal> {
  readonly #signal: S;
  readonly #inputs = new Ring<Batch<S>>();
  /** What is left of inputs that were joined and are being cut; stands before all inputs. */
  #cut: Cut<S> | undefined;
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
    this.#cut = { pieces: batchPieces(batch, maxItems), itemsLeft: itemCount, byteCount: batch.bytes.length };
    this.#itemCount += itemCount;
    this.#byteCount += batch.bytes.length;
    return this.#shift() ?? batch;
  }

  clear(): void {
    while (this.#inputs.shift() !== undefined);
    this.#cut = undefined;
    this.#itemCount = this.#byteCount = 0;
  }

  #shift(): Batch<S> | undefined {
    if (this.#cut !== undefined) return this.#nextPiece(this.#cut);
    const first = this.#inputs.shift();
    if (first === undefined) return undefined;
    this.#itemCount -= first.itemCount;
    this.#byteCount -= first.bytes.length;
    return first;
  }

  /** A piece is made when its turn comes: heads that are repeated in many pieces must not multiply what is held. */
  #nextPiece(cut: Cut<S>): Batch<S> | undefined {
    let itemCount = cut.itemsLeft;
    try {
      const { value: piece } = cut.pieces.next() as IteratorYieldResult<Batch<S>>;
      itemCount = piece.itemCount;
      return piece;
    } finally {
      // After a defect nothing of it is left, so that it is counted as lost once.
      cut.itemsLeft -= itemCount;
      this.#itemCount -= itemCount;
      if (cut.itemsLeft === 0) {
        this.#cut = undefined;
        this.#byteCount -= cut.byteCount;
      }
    }
  }
}
