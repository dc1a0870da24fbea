import { appendPadded, appendUint } from "./append-integer.ts";
import type { TextBuffer } from "./text-buffer.ts";

const minus = 45;
const dot = 46;
const zero = 48;
/** 2^43 millionths: below, a product with 10^6 is off by less than 2^-11. */
const exactEnough = 8796093;
const nearTie = 2 ** -9;

/** Six decimals, correctly rounded from the exact binary value, ties to even: `%f` of Go and C. */
export function appendFixed6(out: TextBuffer, value: number): void {
  const size = appendSign(out, value);
  if (!(size < Infinity)) return;
  if (size < exactEnough) {
    const scaled = size * 1e6;
    const whole = Math.floor(scaled);
    const rest = scaled - whole - 0.5;
    if (rest > nearTie || rest < -nearTie) return appendMillionths(out, rest > 0 ? whole + 1 : whole);
  }
  if (size >= 1e21) out.appendAscii(`${BigInt(size)}.000000`);
  else if (isTie(size)) appendTie(out, size);
  // Exact below 10^21 but for ties, which JavaScript rounds up.
  else out.appendAscii(size.toFixed(6));
}

/** Shortest text that reads back as the same number, with an exponent below 10^-4 and from 10^6 on: Go's `%v`. */
export function appendShortest(out: TextBuffer, value: number): void {
  const size = appendSign(out, value);
  if (!(size < Infinity)) return;
  if (size === 0 || (size >= 1e-4 && size < 1e6)) return appendShort(out, size);
  const text = size.toExponential();
  const exponentAt = text.indexOf("e") + 2;
  // Go writes at least two digits of exponent.
  out.appendAscii(text.length - exponentAt > 1 ? text : `${text.slice(0, exponentAt)}0${text.slice(exponentAt)}`);
}

/** As JavaScript writes numbers, but `-0` keeps its sign: attribute values, and numbers in JSON. */
export function appendJavaScript(out: TextBuffer, value: number): void {
  if (Object.is(value, -0)) out.appendAscii("-0");
  else if (value >= 0 && value < 1e9) appendShort(out, value);
  else out.appendAscii(String(value));
}

/** Shortest text without an exponent, however long. */
export function appendPlain(out: TextBuffer, value: number): void {
  const size = appendSign(out, value);
  if (!(size < Infinity)) return;
  if (size === 0 || (size >= 1e-6 && size < 1e21)) return appendShort(out, size);
  const [digits = "", exponentText] = size.toExponential().split("e");
  const significant = digits.replace(".", "");
  const exponent = Number(exponentText);
  if (exponent < 0) out.appendAscii(`0.${"0".repeat(-exponent - 1)}${significant}`);
  else out.appendAscii(significant.padEnd(exponent + 1, "0"));
}

/** Writes the sign, or all of NaN and the infinities; the answer is what is left to write, if it is finite. */
function appendSign(out: TextBuffer, value: number): number {
  if (value !== value) {
    out.appendAscii("NaN");
    return value;
  }
  const size = Math.abs(value);
  if (size === Infinity) out.appendAscii(value > 0 ? "+Inf" : "-Inf");
  else if (value < 0 || Object.is(value, -0)) out.appendByte(minus);
  return size;
}

/** As JavaScript writes it, for sizes that need no exponent. */
function appendShort(out: TextBuffer, size: number): void {
  const millionths = Math.round(size * 1e6);
  // At most 15 digits that read back as the same number are the shortest such text: no two of that length are one number.
  if (millionths >= 1e15 || millionths / 1e6 !== size) return out.appendAscii(String(size));
  const whole = Math.floor(millionths / 1e6);
  appendUint(out, whole);
  if (whole === size) return;
  out.appendByte(dot);
  appendPadded(out, millionths - whole * 1e6, 6);
  while (out.bytes[out.length - 1] === zero) out.length--;
}

function appendMillionths(out: TextBuffer, millionths: number): void {
  const whole = Math.floor(millionths / 1e6);
  appendUint(out, whole);
  out.appendByte(dot);
  appendPadded(out, millionths - whole * 1e6, 6);
}

/** A tie at the sixth decimal is an odd number of 128ths: 10^6 times it is a whole number of halves only then. */
function isTie(size: number): boolean {
  const parts = size * 128;
  return Number.isInteger(parts) && parts % 2 === 1;
}

function appendTie(out: TextBuffer, size: number): void {
  const halves = BigInt(size * 128) * 15625n;
  const below = halves >> 1n;
  const digits = (below % 2n === 0n ? below : below + 1n).toString().padStart(7, "0");
  out.appendAscii(`${digits.slice(0, -6)}.${digits.slice(-6)}`);
}
