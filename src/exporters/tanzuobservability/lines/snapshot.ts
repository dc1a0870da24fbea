import type { ExponentialPointView, HistogramPointView, Uint64List } from "../../../pdata/views/index.ts";

/** Counts of buckets from number `offset` on. */
export interface BucketCounts {
  readonly offset: number;
  readonly counts: Float64Array;
}

/** What a cumulative histogram held at a time: what the next point of its series is compared with. */
export interface Snapshot {
  readonly timeLo: number;
  readonly timeHi: number;
  readonly sum: number | undefined;
  /** Explicit bounds; `undefined` for exponential buckets. */
  readonly bounds: Float64Array | undefined;
  readonly scale: number;
  readonly zeroThreshold: number;
  readonly zeroCount: number;
  readonly positive: BucketCounts;
  readonly negative: BucketCounts;
}

export const noCounts: BucketCounts = { offset: 0, counts: new Float64Array(0) };

/** Without buckets, the count is that of one bucket of everything. */
export function explicitSnapshot(point: HistogramPointView): Snapshot {
  const { timeLo, timeHi, hasSum, sum, bucketCounts, explicitBounds } = point;
  const isBare = bucketCounts.length === 0;
  const counts = isBare ? Float64Array.of(point.countHi * 4294967296 + point.countLo) : valuesOf(bucketCounts);
  const bounds = Float64Array.from({ length: explicitBounds.length }, (_, index) => explicitBounds.at(index));
  return {
    timeLo,
    timeHi,
    sum: hasSum ? sum : undefined,
    ...finiteBuckets(bounds, counts),
    scale: 0,
    zeroThreshold: 0,
    zeroCount: 0,
    negative: noCounts,
  };
}

/** Nothing is beyond infinity, so buckets are one with those between which such a bound stands. */
function finiteBuckets(bounds: Float64Array, counts: Float64Array): Pick<Snapshot, "bounds" | "positive"> {
  let start = 0;
  let end = bounds.length;
  while (end > start && bounds[end - 1] === Infinity) end--;
  while (start < end && bounds[start] === -Infinity) start++;
  if (end - start === bounds.length) return { bounds, positive: { offset: 0, counts } };
  const joined = counts.slice(start, end + 1);
  for (let index = 0; index < start; index++) joined[0] = (joined[0] as number) + (counts[index] as number);
  for (let index = end + 1; index < counts.length; index++) {
    joined[end - start] = (joined[end - start] as number) + (counts[index] as number);
  }
  return { bounds: bounds.slice(start, end), positive: { offset: 0, counts: joined } };
}

export function exponentialSnapshot(point: ExponentialPointView): Snapshot {
  const { timeLo, timeHi, hasSum, sum, scale, zeroThreshold, positive, negative } = point;
  return {
    timeLo,
    timeHi,
    sum: hasSum ? sum : undefined,
    bounds: undefined,
    scale,
    zeroThreshold,
    zeroCount: point.zeroCountHi * 4294967296 + point.zeroCountLo,
    positive: { offset: positive.offset, counts: valuesOf(positive.counts) },
    negative: { offset: negative.offset, counts: valuesOf(negative.counts) },
  };
}

/** Numbers that a snapshot keeps in memory. */
export function sizeOf({ bounds, positive, negative }: Snapshot): number {
  return (bounds?.length ?? 0) + positive.counts.length + negative.counts.length;
}

/** Whether two snapshots have the same kind of buckets, so that they can be compared. */
export function isComparable(a: Snapshot, b: Snapshot): boolean {
  if (a.bounds === undefined || b.bounds === undefined) {
    return a.bounds === b.bounds && a.zeroThreshold === b.zeroThreshold;
  }
  const { bounds } = b;
  return a.bounds.length === bounds.length && a.bounds.every((bound, index) => bound === bounds[index]);
}

/** What came to `before` to make `now`; `undefined` if something became less. Both are comparable. */
export function difference(now: Snapshot, before: Snapshot): Snapshot | undefined {
  const scale = Math.min(now.scale, before.scale);
  const positive = less(coarser(now.positive, now.scale - scale), coarser(before.positive, before.scale - scale));
  const negative = less(coarser(now.negative, now.scale - scale), coarser(before.negative, before.scale - scale));
  const zeroCount = now.zeroCount - before.zeroCount;
  if (positive === undefined || negative === undefined || zeroCount < 0) return undefined;
  const sum = now.sum === undefined || before.sum === undefined ? undefined : now.sum - before.sum;
  return { ...now, scale, sum, zeroCount, positive, negative };
}

/** Each step of a scale joins two neighbours. */
function coarser(buckets: BucketCounts, steps: number): BucketCounts {
  const { offset, counts } = buckets;
  if (steps === 0 || counts.length === 0) return buckets;
  // Beyond 32 steps every number is -1 or 0 already.
  const group = (index: number): number => (steps > 31 ? (index < 0 ? -1 : 0) : index >> steps);
  const first = group(offset);
  const joined = new Float64Array(group(offset + counts.length - 1) - first + 1);
  for (let index = 0; index < counts.length; index++) {
    const at = group(offset + index) - first;
    joined[at] = (joined[at] as number) + (counts[index] as number);
  }
  return { offset: first, counts: joined };
}

function less(now: BucketCounts, before: BucketCounts): BucketCounts | undefined {
  const counts = now.counts.slice();
  for (let index = 0; index < before.counts.length; index++) {
    const count = before.counts[index] as number;
    if (count === 0) continue;
    const at = before.offset + index - now.offset;
    const rest = at < 0 || at >= counts.length ? -1 : (counts[at] as number) - count;
    if (rest < 0) return undefined;
    counts[at] = rest;
  }
  return { offset: now.offset, counts };
}

function valuesOf(list: Uint64List): Float64Array {
  const values = new Float64Array(list.length);
  for (let index = 0; index < values.length; index++) values[index] = list.at(index);
  return values;
}
