const zero = 0x30;

/** Digits of the numbers below 100, so that one division gives two. */
const tens = Uint8Array.from({ length: 100 }, (_, value) => zero + Math.floor(value / 10));
const ones = Uint8Array.from({ length: 100 }, (_, value) => zero + (value % 10));

/** Exactly `length` digits of a number below 10^9, with leading zeros; answers the position behind them. */
export function putDigits(bytes: Uint8Array, at: number, value: number, length: number): number {
  let rest = value | 0;
  let pos = at + length;
  while (pos >= at + 2) {
    const hundredth = (rest / 100) | 0;
    const two = rest - hundredth * 100;
    bytes[--pos] = ones[two] as number;
    bytes[--pos] = tens[two] as number;
    rest = hundredth;
  }
  if (pos > at) bytes[at] = zero + rest;
  return at + length;
}
