import type { Buckets } from "./buckets.ts";

/** Values with their counts, by value: the distribution that a delta histogram stands for. */
export class Centroids {
  readonly #counts = new Map<number, number>();

  clear(): void {
    this.#counts.clear();
  }

  /** Equal values become one centroid, as upstream makes them. */
  add(value: number, count: number): void {
    this.#counts.set(value, (this.#counts.get(value) ?? 0) + count);
  }

  get length(): number {
    return this.#counts.size;
  }

  get maxCount(): number {
    let max = 0;
    for (const count of this.#counts.values()) max = Math.max(max, count);
    return max;
  }

  /** In the order in which values came first. */
  entries(): Iterable<readonly [number, number]> {
    return this.#counts.entries();
  }

  removeEmpty(): void {
    for (const [value, count] of this.#counts) if (count === 0) this.#counts.delete(value);
  }

  /** The counts of the part that `taken` lines before could not hold, each at most `most`. */
  *slice(taken: number, most: number): Iterable<readonly [number, number]> {
    for (const [value, count] of this.#counts) {
      const rest = Math.min(count - taken * most, most);
      if (rest > 0 || (count === 0 && taken === 0)) yield [value, rest];
    }
  }
}

/** Where a bucket's values are taken to be: in its middle; the outer buckets at their one bound. */
export function centroidValue({ bounds }: Buckets, index: number): number {
  const last = bounds.length - 1;
  if (last < 0) return 0;
  if (index === 0) return bounds.at(0);
  if (index > last) return bounds.at(last);
  const low = bounds.at(index - 1);
  const high = bounds.at(index);
  const middle = (low + high) / 2;
  // The sum of two large bounds may be infinite where their middle is not.
  return Number.isFinite(middle) ? middle : low / 2 + high / 2;
}

/** The finite bound nearest to where an infinite value would be: the last one above, the first one below. */
export function nearestFiniteBound({ bounds }: Buckets, value: number): number {
  const isBelow = value === -Infinity;
  for (let step = 0; step < bounds.length; step++) {
    const bound = bounds.at(isBelow ? step : bounds.length - 1 - step);
    if (Number.isFinite(bound)) return bound;
  }
  return 0;
}
