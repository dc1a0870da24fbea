import { int64, parseInt64 } from "./int64.ts";

/** Thrown where a document is not as plain as this reader wants it. One for all: it carries nothing. */
export const notPlain = new Error("not plain JSON");

export const quote = 0x22;

const jsonNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** Value of a hex digit by byte; 255 for all others. */
export const hexDigits = new Uint8Array(256).fill(255);
for (const [value, digit] of [..."0123456789abcdef"].entries()) {
  hexDigits[digit.charCodeAt(0)] = value;
  hexDigits[digit.toUpperCase().charCodeAt(0)] = value;
}

/** The bytes of a document and a place in them. Everything throws `notPlain` about what is not as expected there. */
export class QuickText {
  readonly bytes: Uint8Array;
  at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** Steps over the rest of a word. */
  rest(letters: string): void {
    for (let index = 0; index < letters.length; index++) {
      if (this.bytes[this.at + index] !== letters.charCodeAt(index)) throw notPlain;
    }
    this.at += letters.length;
  }

  /** An integer from 0 to 2^31-1 that is written as a number. */
  smallNumber(token: number): number {
    const start = this.at - 1;
    const end = this.#digitsEnd(start);
    if (end === start || end - start > 9 || (token === 0x30 && end - start > 1)) throw notPlain;
    this.at = end;
    return this.#digits(start, end);
  }

  /** A 64-bit integer, as a number or in quotes, into `int64`. */
  integer(token: number, signed: boolean): void {
    const isQuoted = token === quote;
    const start = isQuoted ? this.at : this.at - 1;
    const isNegative = this.bytes[start] === 0x2d;
    const first = isNegative ? start + 1 : start;
    const end = this.#digitsEnd(first);
    const count = end - first;
    if (count === 0 || count > 19) throw notPlain;
    if (isQuoted ? this.bytes[end] !== quote : isNumberByte(this.bytes[end])) throw notPlain;
    if (!isQuoted && count > 1 && this.bytes[first] === 0x30) throw notPlain;
    this.at = isQuoted ? end + 1 : end;
    if (isNegative) {
      if (!parseInt64(this.slice(start, end), signed)) throw notPlain;
      return;
    }
    if (count <= 9) {
      int64.lo = this.#digits(first, end);
      int64.hi = 0;
      return;
    }
    // upper * 10^9 + lower, with upper below 10^10: exact in two steps of 32 bits.
    const upper = this.#digits(first, end - 9);
    const lower = this.#digits(end - 9, end);
    const high = Math.floor(upper / 65_536) * 1e9;
    const low = (upper % 65_536) * 1e9 + lower + (high % 65_536) * 65_536;
    int64.lo = low >>> 0;
    int64.hi = Math.floor(high / 65_536) + Math.floor(low / 4_294_967_296);
    if (signed && int64.hi >= 0x8000_0000) throw notPlain;
  }

  double(token: number): number {
    if (token === quote) throw notPlain;
    const start = this.at - 1;
    let end = start;
    while (isNumberByte(this.bytes[end])) end++;
    const text = this.slice(start, end);
    const value = Number(text);
    if (!jsonNumber.test(text) || !Number.isFinite(value)) throw notPlain;
    this.at = end;
    return value;
  }

  hex4(start: number): number {
    if (start + 4 > this.bytes.length) throw notPlain;
    let code = 0;
    for (let at = start; at < start + 4; at++) {
      const digit = hexDigits[this.bytes[at] as number] as number;
      if (digit > 15) throw notPlain;
      code = code * 16 + digit;
    }
    return code;
  }

  #digitsEnd(start: number): number {
    let end = start;
    while (end < this.bytes.length && isDigit(this.bytes[end] as number)) end++;
    return end;
  }

  #digits(start: number, end: number): number {
    let value = 0;
    for (let at = start; at < end; at++) value = value * 10 + (this.bytes[at] as number) - 0x30;
    return value;
  }

  slice(start: number, end: number): string {
    const { buffer, byteOffset } = this.bytes;
    return Buffer.from(buffer, byteOffset + start, end - start).toString("latin1");
  }

  /** The next byte that is not white space, which is read then; -1 at the end. */
  token(): number {
    const text = this.bytes;
    let at = this.at;
    while (at < text.length) {
      const byte = text[at++] as number;
      if (byte > 0x20 || (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09)) {
        this.at = at;
        return byte;
      }
    }
    this.at = at;
    return -1;
  }

  expect(token: number, wanted: number): void {
    if (token !== wanted) throw notPlain;
  }
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

/** Whether a byte can be part of a number. */
function isNumberByte(byte: number | undefined): boolean {
  if (byte === undefined) return false;
  return isDigit(byte) || byte === 0x2b || byte === 0x2d || byte === 0x2e || (byte | 0x20) === 0x65;
}
