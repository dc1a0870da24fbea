import { exp } from "./exp.ts";

/** Distance of two neighbouring bounds of an exponential histogram as a logarithm: ln 2 / 2^scale. */
export function boundFactor(scale: number): number {
  const exponent = -scale;
  if (exponent > 1100) return Infinity;
  if (exponent < -1100) return 0;
  // Both halves are exact but for the last, which rounds once, also to a subnormal number.
  const half = Math.trunc(exponent / 2);
  return Math.LN2 * 2 ** half * 2 ** (exponent - half);
}

/** Lower bound of the bucket with this index; the next index gives the upper one. */
export function boundOf(index: number, factor: number): number {
  return exp(index * factor);
}
