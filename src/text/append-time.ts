import { divideByBillion, quotient, remainder } from "./append-integer.ts";
import { putDigits } from "./put-digits.ts";
import type { TextBuffer } from "./text-buffer.ts";

/** 2^64 nanoseconds. */
const wrapSeconds = 18446744073;
const wrapNanos = 709551616;
const dot = 46;
const zero = 48;
const longest = 39;

// Times of one batch mostly share their day, and many their second, so its 19 characters are kept. Only a day needs a `Date`:
// with one for each second a fifth of the time of a detailed span went there.
const cached = Buffer.from("0000-00-00 00:00:00");
let cachedDay = Number.NaN;
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
  bytes[start] = dot;
  let end = putDigits(bytes, start + 1, nanos, 9);
  while (bytes[end - 1] === zero) end--;
  return end;
}

function fillCache(seconds: number): void {
  const day = Math.floor(seconds / 86_400);
  if (day !== cachedDay) {
    cached.write(new Date(day * 86_400_000).toISOString().slice(0, 10), "latin1");
    cachedDay = day;
  }
  const ofDay = seconds - day * 86_400;
  const minutes = (ofDay / 60) | 0;
  const hours = (minutes / 60) | 0;
  putDigits(cached, 11, hours, 2);
  putDigits(cached, 14, minutes - hours * 60, 2);
  putDigits(cached, 17, ofDay - minutes * 60, 2);
  cachedSeconds = seconds;
}
