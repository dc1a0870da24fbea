/**
 * The last 64-bit integer that was parsed, as two unsigned halves (two's complement). One holder for all, because an
 * object or a bigint for each time stamp would cost more than parsing it.
 */
export const int64 = { lo: 0, hi: 0 };

const two32 = 4294967296;

/**
 * Parses decimal digits with an optional minus into `int64`; false if the text is something else or the number does not
 * fit a signed or unsigned 64-bit integer.
 */
export function parseInt64(text: string, signed: boolean): boolean {
  const negative = text.charCodeAt(0) === 0x2d;
  const start = negative ? 1 : 0;
  const { length } = text;
  if (length === start) return false;
  // The digits make two numbers that doubles hold exactly: text = upper * 10^9 + lower.
  let upper = 0;
  let lower = 0;
  for (let index = start; index < length; index++) {
    const digit = text.charCodeAt(index) - 0x30;
    if (digit < 0 || digit > 9) return false;
    if (index < length - 9) {
      upper = upper * 10 + digit;
      if (upper > 18_446_744_073) return false;
    } else lower = lower * 10 + digit;
  }
  // upper * 10^9 exceeds a double's 53 bits, so it is multiplied in two halves of upper.
  const high = Math.floor(upper / 65536) * 1e9;
  const low = (upper % 65536) * 1e9 + lower + (high % 65536) * 65536;
  return set(low % two32, Math.floor(high / 65536) + Math.floor(low / two32), negative, signed);
}

/** Takes an integer that a double holds exactly; false if it is none or does not fit. */
export function setInt64(value: number, signed: boolean): boolean {
  if (!Number.isSafeInteger(value) || (value < 0 && !signed)) return false;
  int64.lo = value >>> 0;
  int64.hi = Math.floor(value / two32) >>> 0;
  return true;
}

function set(lo: number, hi: number, negative: boolean, signed: boolean): boolean {
  if (hi >= two32) return false;
  if (signed && hi >= 0x8000_0000 && !(negative && hi === 0x8000_0000 && lo === 0)) return false;
  if (!negative) {
    int64.lo = lo;
    int64.hi = hi;
    return true;
  }
  if (!signed && (lo | hi) !== 0) return false;
  int64.lo = -lo >>> 0;
  int64.hi = (lo === 0 ? -hi : ~hi) >>> 0;
  return true;
}

/** The other way: decimal digits of two halves. */
export function formatInt64(lo: number, hi: number, signed: boolean): string {
  const value = (BigInt(hi) << 32n) | BigInt(lo);
  return String(signed ? BigInt.asIntN(64, value) : value);
}
