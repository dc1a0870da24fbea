import { int64, parseInt64 } from "./int64.ts";
import { isDigit, isNumberByte, notPlain, quote, type QuickText } from "./quick-text.ts";
import { writer } from "./quick-writer.ts";

const jsonNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** The powers of ten that a double holds exactly. */
const powersOf10 = Float64Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));
const maxExact = 2 ** 53;
const two32 = 4_294_967_296;

/** A 64-bit integer, as a number or in quotes, into `int64`; answers where it ends. */
export function readInteger(text: QuickText, from: number, signed: boolean): number {
  const isQuoted = text.byteAt(from) === quote;
  const start = isQuoted ? from + 1 : from;
  const isNegative = text.byteAt(start) === 0x2d;
  const first = isNegative ? start + 1 : start;
  // Two numbers that doubles hold exactly: eight digits and eleven.
  let upper = eightDigits(text, first);
  let lower = upper < 0 ? -1 : eightDigits(text, first + 8);
  let middle = first + 8;
  let at = lower < 0 ? first : middle + 8;
  if (lower < 0) {
    upper = lower = 0;
    for (; at < middle && isDigit(text.byteAt(at)); at++) upper = upper * 10 + text.byteAt(at) - 0x30;
    middle = at;
  }
  for (; at - middle < 11 && isDigit(text.byteAt(at)); at++) lower = lower * 10 + text.byteAt(at) - 0x30;
  const byte = text.byteAt(at);
  if (at === first || (isQuoted ? byte !== quote : isNumberByte(byte))) throw notPlain;
  if (!isQuoted && at - first > 1 && text.byteAt(first) === 0x30) throw notPlain;
  if (isNegative) {
    if (!parseInt64(text.slice(start, at), signed)) throw notPlain;
  } else if (at === middle) {
    int64.lo = upper;
    int64.hi = 0;
  } else join(upper, lower, at - middle, signed);
  return isQuoted ? at + 1 : at;
}

/** The number that eight digits make; below 0 if they are not all there. */
function eightDigits({ view, length }: QuickText, at: number): number {
  if (at + 8 > length) return -1;
  const high = fourDigits(view.getInt32(at, true));
  return high < 0 ? -1 : high * 10_000 + fourDigits(view.getInt32(at + 4, true));
}

/** The number that four digits make, all at once; a large negative one if they are none. */
function fourDigits(word: number): number {
  if ((word & 0xf0f0f0f0) !== (0x30303030 | 0) || ((word + 0x06060606) & 0xf0f0f0f0) !== (0x30303030 | 0)) return -1e8;
  const digits = word & 0x0f0f0f0f;
  const pairs = digits * 10 + (digits >> 8);
  return (pairs & 0xff) * 100 + ((pairs >> 16) & 0xff);
}

/** upper * 10^digits + lower: exact in two steps, with the lower 16 bits of upper first. */
function join(upper: number, lower: number, digits: number, signed: boolean): void {
  const power = powersOf10[digits] as number;
  const high = (upper >>> 16) * power;
  const low = (upper & 0xffff) * power + lower + (high % 65_536) * 65_536;
  int64.lo = low >>> 0;
  int64.hi = Math.floor(high / 65_536) + Math.floor(low / two32);
  if (signed && int64.hi >= 0x8000_0000) throw notPlain;
}

/** An integer from 0 to 10^9-1 that is written as a number. */
export function writeSmallNumber(text: QuickText, start: number): number {
  let value = 0;
  let at = start;
  for (let byte = text.byteAt(at); isDigit(byte); byte = text.byteAt(++at)) value = value * 10 + byte - 0x30;
  if (at === start || at - start > 9 || (at - start > 1 && text.byteAt(start) === 0x30)) throw notPlain;
  writer.varint32(value);
  return at;
}

/** A decimal number. Up to 2^53 over a power of ten is one exact division, many times as fast as by way of a string. */
export function writeDouble(text: QuickText, start: number): number {
  const isNegative = text.byteAt(start) === 0x2d;
  const first = isNegative ? start + 1 : start;
  let at = first;
  let digits = 0;
  let byte = text.byteAt(at);
  for (; isDigit(byte); byte = text.byteAt(++at)) digits = digits * 10 + byte - 0x30;
  const wholeCount = at - first;
  let fractionCount = 0;
  if (byte === 0x2e) {
    for (byte = text.byteAt(++at); isDigit(byte); byte = text.byteAt(++at)) digits = digits * 10 + byte - 0x30;
    fractionCount = at - first - wholeCount - 1;
    if (fractionCount === 0) throw notPlain;
  }
  if (wholeCount === 0 || (wholeCount > 1 && text.byteAt(first) === 0x30)) throw notPlain;
  if (digits >= maxExact || fractionCount > 22 || isNumberByte(byte)) return writeAnyDouble(text, start);
  const value = digits / (powersOf10[fractionCount] as number);
  writer.double(isNegative ? -value : value);
  return at;
}

function writeAnyDouble(text: QuickText, start: number): number {
  let end = start;
  while (isNumberByte(text.byteAt(end))) end++;
  const number = text.slice(start, end);
  const value = Number(number);
  if (!jsonNumber.test(number) || !Number.isFinite(value)) throw notPlain;
  writer.double(value);
  return end;
}

export function writeBoolean(text: QuickText, at: number): number {
  const isTrue = text.byteAt(at) === 0x74;
  writer.varint32(isTrue ? 1 : 0);
  return text.word(at, isTrue ? "true" : "false");
}
