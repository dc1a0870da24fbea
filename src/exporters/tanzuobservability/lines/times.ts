// A 64-bit number of nanoseconds does not fit a double, but its parts do: 2^32 ns are 4294 ms and 967296 ns, and
// 4294967 µs and 296 ns. The products below stay under 2^53, so every step is exact.

/** Whole milliseconds of unsigned nanoseconds in two halves. */
export function millisOf(lo: number, hi: number): number {
  return hi * 4294 + Math.floor((hi * 967296 + lo) / 1e6);
}

export function secondsOf(lo: number, hi: number): number {
  return Math.floor(millisOf(lo, hi) / 1000);
}

/** Whole microseconds; from the year 2255 on, where a double would lose digits, the last moment before. */
export function microsOf(lo: number, hi: number): number {
  return Math.min(Number.MAX_SAFE_INTEGER, hi * 4294967 + Math.floor((hi * 296 + lo) / 1000));
}

/** Set in times that a signed 64-bit reader takes for negative: after the year 2262. */
export function isBeyondSigned(hi: number): boolean {
  return hi >= 0x80000000;
}
