import type { TextBuffer } from "./text-buffer.ts";

const zero = 48;
const minus = 45;

/** A whole number from 0 to 2^53. */
export function appendUint(out: TextBuffer, value: number): void {
  out.reserve(20);
  writeDigits(out, value, countDigits(value));
}

/** A whole number from -2^53 to 2^53. */
export function appendInt(out: TextBuffer, value: number): void {
  if (value < 0) {
    out.appendByte(minus);
    appendUint(out, -value);
  } else appendUint(out, value);
}

/** An unsigned 64-bit number from its halves. */
export function appendUint64(out: TextBuffer, lo: number, hi: number): void {
  if (hi < 0x200000) return appendUint(out, hi * 4294967296 + lo);
  divideByBillion(lo, hi);
  appendUint(out, quotient);
  appendPadded(out, remainder, 9);
}

/** A two's complement 64-bit number from its unsigned halves. */
export function appendInt64(out: TextBuffer, lo: number, hi: number): void {
  if (hi < 0x80000000) return appendUint64(out, lo, hi);
  out.appendByte(minus);
  const negatedLo = -lo >>> 0;
  appendUint64(out, negatedLo, (~hi + (negatedLo === 0 ? 1 : 0)) >>> 0);
}

/** Exactly `width` digits, with zeros in front. */
export function appendPadded(out: TextBuffer, value: number, width: number): void {
  out.reserve(width);
  writeDigits(out, value, width);
}

/** Result of `divideByBillion`: two numbers without an object around them. */
export let quotient = 0;
export let remainder = 0;

/** Divides an unsigned 64-bit number by 10^9, exactly. */
export function divideByBillion(lo: number, hi: number): void {
  // Long division with digits of 16 bits: every step stays below 2^53. The remainders are not taken with %, which for
  // doubles is a call into a library.
  const top = Math.floor(hi / 1e9);
  const middle = (hi - top * 1e9) * 65536 + (lo >>> 16);
  const middleQuotient = Math.floor(middle / 1e9);
  const bottom = (middle - middleQuotient * 1e9) * 65536 + (lo & 0xffff);
  const bottomQuotient = Math.floor(bottom / 1e9);
  quotient = top * 4294967296 + middleQuotient * 65536 + bottomQuotient;
  remainder = bottom - bottomQuotient * 1e9;
}

function writeDigits(out: TextBuffer, value: number, width: number): void {
  const { bytes } = out;
  const start = out.length;
  let pos = start + width;
  let rest = value;
  // Above 2^31 the division is one of doubles; below, of integers, which is several times faster.
  while (rest > 0x7fffffff) {
    const next = Math.floor(rest / 10);
    bytes[--pos] = zero + (rest - next * 10);
    rest = next;
  }
  let small = rest | 0;
  while (pos > start) {
    const next = (small / 10) | 0;
    bytes[--pos] = zero + (small - next * 10);
    small = next;
  }
  out.length = start + width;
}

function countDigits(value: number): number {
  if (value < 10) return 1;
  if (value < 100) return 2;
  let digits = 3;
  for (let bound = 1000; value >= bound; bound *= 10) digits++;
  return digits;
}
