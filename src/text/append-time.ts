import { divideByBillion, quotient, remainder } from "./append-integer.ts";
import type { TextBuffer } from "./text-buffer.ts";

/** 2^64 nanoseconds. */
const wrapSeconds = 18446744073;
const wrapNanos = 709551616;
const dot = 46;
const zero = 48;
const longest = 39;

// Times of one batch mostly share their second, so its 19 characters are kept.
const cached = new Uint8Array(19);
let cachedSeconds = Number.NaN;
const suffix = Buffer.from(" +0000 UTC");

/**
 * Unix nanoseconds as `2026-11-20 12:00:00.123456789 +0000 UTC`; zeros at the end of the fraction, and an empty
 * fraction, are left out. The halves are those of an unsigned number, which upstream reads as a signed one: from 2^63 on
 * the time is before 1970.
 */
export function appendTime(out: TextBuffer, lo: number, hi: number): void {
  divideByBillion(lo, hi);
  let seconds = quotient;
  let nanos = remainder;
  if (hi >= 0x80000000) {
    seconds -= wrapSeconds;
    nanos -= wrapNanos;
    if (nanos < 0) {
      nanos += 1e9;
      seconds--;
    }
  }
  if (seconds !== cachedSeconds) fillCache(seconds);
  out.reserve(longest);
  const { bytes } = out;
  let pos = out.length;
  for (let index = 0; index < 19; index++) bytes[pos++] = cached[index] as number;
  if (nanos !== 0) pos = writeFraction(bytes, pos, nanos);
  for (let index = 0; index < suffix.length; index++) bytes[pos++] = suffix[index] as number;
  out.length = pos;
}

function writeFraction(bytes: Uint8Array, start: number, nanos: number): number {
  let rest = nanos;
  let end = start + 10;
  bytes[start] = dot;
  for (let pos = end - 1; pos > start; pos--) {
    const next = (rest / 10) | 0;
    bytes[pos] = zero + (rest - next * 10);
    rest = next;
  }
  while (bytes[end - 1] === zero) end--;
  return end;
}

function fillCache(seconds: number): void {
  const text = new Date(seconds * 1000).toISOString();
  for (let index = 0; index < 19; index++) cached[index] = text.charCodeAt(index);
  cached[10] = 32;
  cachedSeconds = seconds;
}
