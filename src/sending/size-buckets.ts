/** Upper bounds of the histograms of items in a batch, as upstream's. */
export const itemCountBuckets: readonly number[] = [
  10, 25, 50, 75, 100, 250, 500, 750, 1000, 2000, 3000, 4000, 5000, 6000, 7000, 8000, 9000, 10_000, 20_000, 30_000,
  50_000, 100_000,
];

/** Upper bounds of the histograms of bytes in a batch: 128 to 16 MiB. */
export const byteSizeBuckets: readonly number[] = Array.from({ length: 18 }, (_, power) => 128 * 2 ** power);
