import { putDigits } from "../../../text/put-digits.ts";
import type { ByteBuffer } from "./byte-buffer.ts";
import { maxShortestLength, putShortest } from "./shortest-digits.ts";

const minus = 0x2d;
const point = 0x2e;

/** Longest text of a whole number below 2^53. */
export const maxIntegerLength = 16;

/** Decimal digits of a whole number, 0 or more and below 2^53, at `at`; answers the position behind them. Needs room. */
export function putInteger(bytes: Uint8Array, at: number, value: number): number {
  if (value < 1e9) return putDigits(bytes, at, value, digitsOf(value));
  const high = Math.floor(value / 1e9);
  const next = high < 1e9 ? putDigits(bytes, at, high, digitsOf(high)) : putInteger(bytes, at, high);
  return putDigits(bytes, next, value - high * 1e9, 9);
}

function digitsOf(value: number): number {
  if (value < 10) return 1;
  if (value < 100) return 2;
  if (value < 1000) return 3;
  if (value < 10_000) return 4;
  if (value < 100_000) return 5;
  if (value < 1_000_000) return 6;
  if (value < 10_000_000) return 7;
  return value < 100_000_000 ? 8 : 9;
}

/** A signed 64-bit number from its halves, as decimal digits. */
export function int64Text(lo: number, hi: number): string {
  const high = hi | 0;
  // Within +-2^52 the halves add up exactly.
  if (high < 0x100000 && high >= -0x100000) return String(high * 4294967296 + lo);
  return ((BigInt(high) << 32n) | BigInt(lo)).toString();
}

/** As `int64Text`, without a string for all but the largest numbers. */
export function writeInt64(out: ByteBuffer, lo: number, hi: number): void {
  const high = hi | 0;
  if (high >= 0x100000 || high < -0x100000) return out.writeText(int64Text(lo, hi));
  const value = high * 4294967296 + lo;
  out.reserve(maxIntegerLength + 1);
  const { bytes } = out;
  let at = out.length;
  if (value < 0) bytes[at++] = minus;
  out.length = putInteger(bytes, at, Math.abs(value));
}

/** The nearest double of a signed 64-bit number. */
export function doubleOfInt64(lo: number, hi: number): number {
  return (hi | 0) * 4294967296 + lo;
}

const powers = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6];

/**
 * The shortest digits that read back as the same double, without an exponent; `NaN` as such. Whole numbers and short
 * decimals take no string, nor do most others: if `value` times a power of ten is a whole number below 10^15 that
 * divides back to `value`, its digits are the shortest there are.
 */
export function writeDouble(out: ByteBuffer, value: number): void {
  const magnitude = Math.abs(value);
  const isNegative = value < 0 || Object.is(value, -0);
  if (magnitude <= Number.MAX_SAFE_INTEGER && Math.floor(magnitude) === magnitude) {
    return writeDecimal(out, magnitude, 0, isNegative);
  }
  // What six decimals cannot say, fewer cannot either.
  if (magnitude < 1e9 && Math.round(magnitude * 1e6) / 1e6 === magnitude) {
    for (let decimals = 1; decimals < powers.length; decimals++) {
      const power = powers[decimals] as number;
      const whole = Math.round(magnitude * power);
      if (whole / power === magnitude) return writeDecimal(out, whole, decimals, isNegative);
    }
  }
  out.reserve(maxShortestLength + 1);
  const start = out.length;
  if (isNegative) out.bytes[start] = minus;
  const end = putShortest(out.bytes, isNegative ? start + 1 : start, magnitude);
  if (end >= 0) {
    out.length = end;
    return;
  }
  // In this range JavaScript writes no exponent.
  out.writeAscii(magnitude >= 1e-6 && magnitude < 1e21 ? String(value) : plainDigits(value));
}

function writeDecimal(out: ByteBuffer, whole: number, decimals: number, isNegative: boolean): void {
  out.reserve(2 * maxIntegerLength);
  const { bytes } = out;
  let at = out.length;
  if (isNegative) bytes[at++] = minus;
  if (decimals === 0) {
    out.length = putInteger(bytes, at, whole);
    return;
  }
  const power = powers[decimals] as number;
  const integer = Math.floor(whole / power);
  at = putInteger(bytes, at, integer);
  bytes[at++] = point;
  out.length = putDigits(bytes, at, whole - integer * power, decimals);
}

/** As `writeDouble`, as a string: `1e21` is `1000000000000000000000`. */
export function plainDigits(value: number): string {
  const text = shortestText(value);
  const parts = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(text);
  if (parts === null) return text;
  const [, sign, first, rest = "", exponentText] = parts as unknown as [string, string, string, string?, string?];
  const exponent = Number(exponentText);
  const digits = first + rest;
  if (exponent < 0) return `${sign}0.${"0".repeat(-exponent - 1)}${digits}`;
  // Below 21 digits JavaScript writes no exponent, so the point is always behind the digits.
  return sign + digits.padEnd(exponent + 1, "0");
}

/** Shortest digits with an exponent below 1e-6 and from 1e21 on, as JSON has them; minus zero keeps its sign. */
export function shortestText(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}
