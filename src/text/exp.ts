// ln 2 as a number of few bits, of which small multiples are exact, and the rest.
const ln2High = 0.693147180559663;
const ln2Low = 2.8235290563031577e-13;
const overflow = 7.09782712893384e2;
/** 1/8!, 1/7!, ... 1/2!, 1: the Taylor series of (e^x - 1) / x, highest power first. */
const coefficients = [1 / 40320, 1 / 5040, 1 / 720, 1 / 120, 1 / 24, 1 / 6, 1 / 2, 1];

/**
 * e^x, equal to the last bit to what Go computes on amd64 processors with fused multiply-add (all since about 2013).
 * Bucket bounds are printed with all their digits, so `Math.exp`, which differs in the last bit, would show.
 *
 * x = k ln 2 + 16 r; e^(16 r) - 1 comes from the Taylor series of r and four doublings (y + 2) y.
 */
export function exp(x: number): number {
  if (!(x <= overflow)) return x !== x ? x : Infinity;
  const k = nearestInt(x * Math.LOG2E);
  if (k < -1075) return 0;
  const r = fusedMultiplyAdd(-k, ln2Low, fusedMultiplyAdd(-k, ln2High, x)) * 0.0625;
  let sum = coefficients[0] as number;
  for (let index = 1; index < coefficients.length; index++) {
    sum = fusedMultiplyAdd(sum, r, coefficients[index] as number);
  }
  let y = r * sum;
  y *= y + 2;
  y *= y + 2;
  y *= y + 2;
  return scale(fusedMultiplyAdd(y + 2, y, 1), k);
}

/** Half to even, as the processor rounds. */
function nearestInt(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest === 0.5) return floor % 2 === 0 ? floor : floor + 1;
  return rest < 0.5 ? floor : floor + 1;
}

/** y 2^k; below the normal range in two steps, which round as upstream's do. */
function scale(y: number, k: number): number {
  const biased = k + 1023;
  if (biased >= 2047) return Infinity;
  if (biased > 0) return y * powerOfTwo(k);
  if (biased < -52) return 0;
  return y * powerOfTwo(k + 1022) * powerOfTwo(-1022);
}

const words = new Uint32Array(2);
const double = new Float64Array(words.buffer);

/** 2^k for normal results. */
function powerOfTwo(k: number): number {
  words[0] = 0;
  words[1] = (k + 1023) << 20;
  return double[0] as number;
}

/**
 * a b + c rounded once, for products and sums far from overflow. The product and the sum are kept exactly as pairs
 * (Dekker, Knuth); the two small parts are added with rounding to odd, so that the last addition rounds correctly
 * (Boldo and Melquiond, "Emulation of FMA and correctly rounded sums", 2008).
 */
export function fusedMultiplyAdd(a: number, b: number, c: number): number {
  const product = a * b;
  const aHigh = highPart(a);
  const aLow = a - aHigh;
  const bHigh = highPart(b);
  const bLow = b - bHigh;
  const productRest = aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow);
  const sum = product + c;
  const sumRest = restOfSum(product, c, sum);
  const small = productRest + sumRest;
  return sum + toOdd(small, restOfSum(productRest, sumRest, small));
}

/** What rounding took from `sum` = a + b. */
function restOfSum(a: number, b: number, sum: number): number {
  const bPart = sum - a;
  return a - (sum - bPart) + (b - bPart);
}

function highPart(value: number): number {
  const scaled = value * 134217729;
  return scaled - (scaled - value);
}

/** Of the two numbers around `value + rest`, the one whose last bit is set. */
function toOdd(value: number, rest: number): number {
  if (rest === 0) return value;
  double[0] = value;
  const lo = words[0] as number;
  if ((lo & 1) === 1) return value;
  // Even bits: the exact number lies between `value` and its odd neighbour in the direction of `rest`.
  if (rest > 0 === value > 0) words[0] = lo + 1;
  else if (lo !== 0) words[0] = lo - 1;
  else {
    words[0] = 0xffffffff;
    words[1] = (words[1] as number) - 1;
  }
  return double[0] as number;
}
