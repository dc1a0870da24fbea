import { ConsumeError } from "../component/consume-error.ts";
import type { Batch } from "../pdata/batch.ts";
import { mergeBatches } from "../pdata/merge-batches.ts";
import type { Signal } from "../pdata/signal.ts";
import { splitBatch } from "../pdata/split-batch.ts";
import type { MergeConfig } from "./config.ts";
import { MergedParcel, type MergedInput, type Part } from "./merged-parcel.ts";

/** Inputs that wait to be merged, in order; those of one partition. */
export class Gathering<S extends Signal> {
  readonly #signal: S;
  readonly #config: MergeConfig;
  #batches: Batch<S>[] = [];
  #parts: Part<S>[] = [];
  #size = 0;

  constructor(signal: S, config: MergeConfig) {
    this.#signal = signal;
    this.#config = config;
  }

  get isEmpty(): boolean {
    return this.#parts.length === 0;
  }

  get isDue(): boolean {
    return !this.isEmpty && this.#size >= this.#config.minSize;
  }

  add(input: MergedInput<S>, batch: Batch<S>): void {
    this.#batches.push(batch);
    this.#parts.push({ input, itemCount: batch.itemCount });
    this.#size += this.#sizeOf(batch);
  }

  /** Merges what is here and cuts it to `max_size`. Without `isFlush` a last piece that is too small stays. */
  take(isFlush: boolean): readonly MergedParcel<S>[] {
    const batches = this.#batches;
    const parts = this.#parts;
    this.#batches = [];
    this.#parts = [];
    this.#size = 0;
    let pieces: readonly Batch<S>[];
    try {
      pieces = this.#cut(mergeBatches(this.#signal, batches));
    } catch (cause) {
      // A defect concerns the inputs that are merged, not the process.
      const error = new ConsumeError("permanent", cause instanceof Error ? cause.message : String(cause), { cause });
      for (const { input, itemCount } of parts) input.finishPart(itemCount, { reason: "permanent_error", error });
      return [];
    }
    const result: MergedParcel<S>[] = [];
    for (const [index, piece] of pieces.entries()) {
      const own = takeItems(parts, piece.itemCount);
      const stays = !isFlush && index > 0 && index === pieces.length - 1 && this.#sizeOf(piece) < this.#config.minSize;
      if (stays) {
        this.#batches = [piece];
        this.#parts = own;
        this.#size = this.#sizeOf(piece);
      } else result.push(new MergedParcel(piece, own));
    }
    return result;
  }

  #cut(batch: Batch<S>): readonly Batch<S>[] {
    const { maxSize } = this.#config;
    const size = this.#sizeOf(batch);
    if (maxSize === 0 || size <= maxSize || batch.itemCount <= 1) return [batch];
    if (!this.#config.isInBytes) return splitBatch(batch, maxSize);
    // Items differ in size: cut by their average, and again what is still too large.
    const maxItems = Math.max(1, Math.min(batch.itemCount - 1, Math.floor((batch.itemCount * maxSize) / size)));
    return splitBatch(batch, maxItems).flatMap((piece) => this.#cut(piece));
  }

  #sizeOf({ itemCount, bytes }: Batch<S>): number {
    return this.#config.isInBytes ? bytes.length : itemCount;
  }
}

/** Removes so many items from the front of `parts`, cutting one if need be. */
function takeItems<S extends Signal>(parts: Part<S>[], itemCount: number): Part<S>[] {
  const taken: Part<S>[] = [];
  let left = itemCount;
  for (let part = parts.shift(); part !== undefined; part = parts.shift()) {
    if (part.itemCount > left) {
      taken.push({ input: part.input, itemCount: left });
      parts.unshift({ input: part.input, itemCount: part.itemCount - left });
      return taken;
    }
    taken.push(part);
    left -= part.itemCount;
    if (left === 0) return taken;
  }
  return taken;
}
