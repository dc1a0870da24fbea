import { Uint64List, type DoubleList, type ExponentialPointView } from "../../../pdata/views/index.ts";
import { goPower } from "./go-power.ts";

/** Bounds in ascending order, and the counts of the buckets between and around them: one more than bounds. */
export interface Buckets {
  readonly counts: Uint64List;
  readonly bounds: Pick<DoubleList, "length" | "at">;
}

/**
 * The buckets of an exponential histogram as if they had explicit bounds, in upstream's order and rounding: an empty one
 * below everything, the negative ones, the zero bucket, the positive ones, an empty one above everything.
 *
 *     -base^(offset+n) … -base^offset   │ zero │   base^offset … base^(offset+n)
 */
export class ExponentialBuckets implements Buckets {
  readonly counts = new Uint64List();
  readonly bounds = new NumberList();
  /** Index of the zero bucket in `counts`. */
  zeroIndex = 0;

  read(point: ExponentialPointView): void {
    const base = 2 ** (2 ** -point.scale);
    const { counts, bounds } = this;
    counts.clear();
    bounds.clear();
    counts.push(0, 0);
    const negative = point.negative.counts;
    let bound = -powerOf(base, point.negative.offset + negative.length);
    bounds.push(bound);
    for (let index = negative.length - 1; index >= 0; index--) {
      counts.push(negative.lo(index), negative.hi(index));
      bound /= base;
      bounds.push(bound);
    }
    this.zeroIndex = counts.length;
    counts.push(point.zeroCountLo, point.zeroCountHi);
    bound = powerOf(base, point.positive.offset);
    bounds.push(bound);
    const positive = point.positive.counts;
    for (let index = 0; index < positive.length; index++) {
      counts.push(positive.lo(index), positive.hi(index));
      bound *= base;
      bounds.push(bound);
    }
    counts.push(0, 0);
  }
}

/** At scale -10 and below the base itself is beyond a double. */
function powerOf(base: number, exponent: number): number {
  if (base !== Infinity) return goPower(base, exponent);
  return exponent === 0 ? 1 : exponent > 0 ? Infinity : 0;
}

/** Doubles in an array that is reused. */
class NumberList {
  length = 0;
  #values = new Float64Array(64);

  clear(): void {
    this.length = 0;
  }

  at(index: number): number {
    return this.#values[index] as number;
  }

  push(value: number): void {
    if (this.length === this.#values.length) {
      const grown = new Float64Array(this.length * 2);
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values[this.length++] = value;
  }
}
