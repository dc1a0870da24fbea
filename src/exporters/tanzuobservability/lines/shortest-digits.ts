import { putDigits } from "../../../text/put-digits.ts";

const zero = 0x30;
const point = 0x2e;

/** Longest text that is written: `0.0000012345678901234567`. */
export const maxShortestLength = 26;

/** Powers of ten that a double holds exactly. */
const powers = Float64Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));
const powerHighs = powers.map((power) => highHalf(power));
const powerLows = powers.map((power, exponent) => power - (powerHighs[exponent] as number));
const smallPowers = Float64Array.of(0.1, 0.01, 1e-3, 1e-4, 1e-5, 1e-6);

/** By exponent as it stands in a double, from that of 10^-6 on: half a unit in the last place. */
const firstExponent = 1003;
const halfUnits = Float64Array.from({ length: 73 }, (_, index) => 2 ** (firstExponent + index - 1076));

const billion = 1_000_000_000;
const double = new Float64Array(1);
const doubleWords = new Uint32Array(double.buffer);

/**
 * Writes the shortest digits that read back as the same double, the nearest such ones, as `String` has them, but in a
 * fraction of the time: for numbers from 10^-6 to 2^53 that are not whole. Answers the position behind, or -1 for numbers
 * that are left to `String`: others, powers of two, and those where two candidates are equally good. Needs room.
 *
 * The number times 10^k, with k such that 17 digits stand before the point, is exactly `product + rest`. What reads back as
 * the number is closer to it than half a unit in its last place, which times 10^k is from 0.55 to 11.2. So some whole number
 * is always close enough, often a multiple of ten, and at most one multiple of a hundred. The comparisons are exact although
 * they are made in doubles: everything compared is a multiple of 2^-51, and below 4 where it matters.
 */
export function putShortest(bytes: Uint8Array, at: number, value: number): number {
  if (!(value >= 1e-6 && value < 9007199254740992)) return -1;
  double[0] = value;
  const top = doubleWords[1] as number;
  // Below a power of two the numbers lie closer together.
  if ((top & 0xfffff) === 0 && doubleWords[0] === 0) return -1;
  const decimals = decimalsFor(value);
  const power = powers[decimals] as number;
  const halfUnit = (halfUnits[(top >>> 20) - firstExponent] as number) * power;
  const product = value * power;
  const rest = productRest(value, decimals, product);
  const wholeRest = Math.floor(rest);
  // May be one too many or too few, which the carries below put right.
  let high = (product * 1e-9) | 0;
  let low = (product - high * 1e9 + wholeRest) | 0;
  if (low < 0) {
    low += billion;
    high--;
  }
  const step = stepTo(low % 100, rest - wholeRest, halfUnit);
  if (step === undecided) return -1;
  low += step;
  if (low >= billion) {
    low -= billion;
    high++;
  }
  return putDecimal(bytes, at, high, low, decimals);
}

const undecided = 1000;

/** From the last two digits and the fraction behind them: the step to the shortest number within `halfUnit`. */
function stepTo(digits: number, fraction: number, halfUnit: number): number {
  if (digits < 12) {
    if (fraction <= halfUnit - digits) return fraction === halfUnit - digits ? undecided : -digits;
  } else if (digits > 87) {
    const toHundred = 100 - digits;
    if (fraction >= toHundred - halfUnit) return fraction === toHundred - halfUnit ? undecided : toHundred;
  }
  const last = digits % 10;
  if (last < 5) {
    if (fraction <= halfUnit - last) return fraction === halfUnit - last ? undecided : -last;
  } else {
    const toTen = 10 - last;
    if (last === 5 && fraction === 0) return undecided;
    if (fraction >= toTen - halfUnit) return fraction === toTen - halfUnit ? undecided : toTen;
  }
  if (fraction === 0.5) return undecided;
  return fraction < 0.5 ? 0 : 1;
}

/** The exponent of ten that leaves 17 digits before the point. */
function decimalsFor(value: number): number {
  let digits = 0;
  if (value >= 1) while (value >= (powers[digits] as number)) digits++;
  else while (value < (smallPowers[-digits] as number)) digits--;
  return 17 - digits;
}

/** What rounding took from `value * powers[decimals]`, exactly: Dekker's product, of halves whose products are exact. */
function productRest(value: number, decimals: number, product: number): number {
  const high = highHalf(value);
  const low = value - high;
  const powerHigh = powerHighs[decimals] as number;
  const powerLow = powerLows[decimals] as number;
  return low * powerLow - (product - high * powerHigh - low * powerHigh - high * powerLow);
}

/** The upper 26 of 53 bits. */
function highHalf(value: number): number {
  const scaled = value * 134217729;
  return scaled - (scaled - value);
}

/** `high`, `low` in nine places, `decimals` of all these behind the point, without zeros at the end. */
function putDecimal(bytes: Uint8Array, at: number, high: number, low: number, decimals: number): number {
  const highLength = high < 1e8 ? 8 : 9;
  const whole = highLength + 9 - decimals;
  let start = at + 1;
  if (whole <= 0) {
    bytes[at] = zero;
    bytes[start++] = point;
    for (let left = whole; left < 0; left++) bytes[start++] = zero;
  }
  putDigits(bytes, start, high, highLength);
  let end = putDigits(bytes, start + highLength, low, 9);
  while (bytes[end - 1] === zero) end--;
  if (whole <= 0) return end;
  // The digits before the point make room for it.
  for (let pos = at; pos < at + whole; pos++) bytes[pos] = bytes[pos + 1] as number;
  bytes[at + whole] = point;
  return end;
}
