import type { Centroids } from "./centroids.ts";

/** Above this many centroids a proxy compresses a distribution. */
const maxGroups = 64;

/**
 * Buckets with something in them, in ascending order, on their way to centroids. The count of each goes to one point inside
 * it: counts stay exact, and a quantile is wrong by less than the width of its bucket. Where the points stand is the same
 * fraction of each bucket, chosen so that the mean is that of the histogram; its middle, where the sum is not known.
 *
 * Of more than 64 buckets, two, four, eight … neighbours become one, so that a proxy has nothing to compress.
 */
export class Spread {
  length = 0;
  #index = new Float64Array(64);
  #low = new Float64Array(64);
  #high = new Float64Array(64);
  #count = new Float64Array(64);

  clear(): void {
    this.length = 0;
  }

  /** Bucket number `index`, from `low` to `high`, both finite. */
  add(index: number, low: number, high: number, count: number): void {
    if (count <= 0) return;
    if (this.length === this.#index.length) this.#grow();
    const at = this.length++;
    this.#index[at] = index;
    this.#low[at] = Math.min(low, high);
    this.#high[at] = Math.max(low, high);
    this.#count[at] = count;
  }

  get total(): number {
    let total = 0;
    for (let at = 0; at < this.length; at++) total += this.#count[at] as number;
    return total;
  }

  /** `sum` is that of all values, `undefined` if unknown. Answers whether neighbours had to become one. */
  fill(centroids: Centroids, sum: number | undefined): boolean {
    const isMerged = this.#merge();
    const fraction = this.#fractionFor(sum);
    centroids.clear();
    for (let at = 0; at < this.length; at++) {
      const low = this.#low[at] as number;
      const high = this.#high[at] as number;
      // In two products: the difference of two large bounds may be infinite.
      centroids.add(low * (1 - fraction) + high * fraction, this.#count[at] as number);
    }
    return isMerged;
  }

  #merge(): boolean {
    let width = 1;
    while (this.#groups(width) > maxGroups) width *= 2;
    if (width === 1) return false;
    let last = -1;
    for (let at = 0; at < this.length; at++) {
      const group = Math.floor((this.#index[at] as number) / width);
      if (last >= 0 && this.#index[last] === group) {
        this.#high[last] = this.#high[at] as number;
        this.#count[last] = (this.#count[last] as number) + (this.#count[at] as number);
        continue;
      }
      last++;
      this.#index[last] = group;
      this.#low[last] = this.#low[at] as number;
      this.#high[last] = this.#high[at] as number;
      this.#count[last] = this.#count[at] as number;
    }
    this.length = last + 1;
    return true;
  }

  #groups(width: number): number {
    let groups = 0;
    let last = NaN;
    for (let at = 0; at < this.length; at++) {
      const group = Math.floor((this.#index[at] as number) / width);
      if (group !== last) groups++;
      last = group;
    }
    return groups;
  }

  #fractionFor(sum: number | undefined): number {
    if (sum === undefined) return 0.5;
    let lowest = 0;
    let highest = 0;
    for (let at = 0; at < this.length; at++) {
      lowest += (this.#low[at] as number) * (this.#count[at] as number);
      highest += (this.#high[at] as number) * (this.#count[at] as number);
    }
    const fraction = (sum - lowest) / (highest - lowest);
    return Number.isFinite(fraction) ? Math.min(1, Math.max(0, fraction)) : 0.5;
  }

  #grow(): void {
    this.#index = grown(this.#index);
    this.#low = grown(this.#low);
    this.#high = grown(this.#high);
    this.#count = grown(this.#count);
  }
}

function grown(values: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(values.length * 2);
  larger.set(values);
  return larger;
}
