import t from "tap";
import { boundFactor, boundOf } from "../../src/text/bucket-bounds.ts";
import { exp, fusedMultiplyAdd } from "../../src/text/exp.ts";

// As Go computes it on amd64, to the last bit.
const table: readonly (readonly [number, number])[] = [
  [0, 1],
  [1, Math.E],
  [-1, 0.36787944117144233],
  [0.5, 1.6487212707001282],
  [Math.LN2, 2],
  [3 * Math.LN2, 7.999999999999998],
  [0.8664339756999316, 2.378414230005442],
  // The next three are where Math.exp ends in another digit.
  [1.8195113489698564, 6.168843301631763],
  [2.3393717343898155, 10.374716437208077],
  [2.599301927099795, 13.454342644059432],
  [0.12346684153724027, 1.131412488021237],
  [2.0657395737169542e-8, 1.000000020657396],
  [1e-9, 1.000000001],
  [-1e-320, 1],
  [298.09489699999995, 2.8904725583813116e129],
  [700, 1.0142320547350045e304],
  [709.4, 1.2260423226426727e308],
  [709.5, Infinity],
  [709.782712893384, Infinity],
  [-700, 9.85967654375977e-305],
  [-708.5, 2.006132305331306e-308],
  [-740, 4.2e-322],
  [-745, 5e-324],
  [-745.2, 0],
  [-1e300, 0],
  [Infinity, Infinity],
  [-Infinity, 0],
  [Number.NaN, Number.NaN],
];

void t.test("exp() equals Go's to the last bit", (t) => {
  for (const [x, expected] of table) t.ok(Object.is(exp(x), expected), `e^${x} is ${expected}`);
  t.end();
});

void t.test("fusedMultiplyAdd() rounds once", (t) => {
  for (let round = 0; round < 20_000; round++) {
    const a = randomPart();
    const b = randomPart();
    // Near cancellation and far from it.
    const c = round % 2 === 0 ? Math.round((Math.random() * 8 - a * b) * 2 ** 60) / 2 ** 60 : randomPart();
    if (fusedMultiplyAdd(a, b, c) !== exactlyRounded(a, b, c)) t.fail(`${a} * ${b} + ${c}`);
  }
  t.end();
});

function randomPart(): number {
  return Math.round((Math.random() - 0.5) * 2 ** 53) / 2 ** 53;
}

/** a b + c for whole numbers of 2^-60, of which bigints hold the exact result. */
function exactlyRounded(a: number, b: number, c: number): number {
  return roundedQuotient(scaled(a) * scaled(b) + scaled(c) * 2n ** 60n, 120);
}

function scaled(value: number): bigint {
  return BigInt(value * 2 ** 60);
}

/** `value` / 2^bits as the nearest double, ties to even. */
function roundedQuotient(value: bigint, bits: number): number {
  const size = value < 0n ? -value : value;
  const length = size.toString(2).length;
  const cut = BigInt(Math.max(0, length - 53));
  const rest = size - ((size >> cut) << cut);
  const half = cut === 0n ? 0n : 1n << (cut - 1n);
  let kept = size >> cut;
  if (cut > 0n && (rest > half || (rest === half && kept % 2n === 1n))) kept++;
  return Number(kept) * 2 ** (Number(cut) - bits) * (value < 0n ? -1 : 1);
}

void t.test("bucket bounds hold for every scale that a message can have", (t) => {
  t.equal(boundOf(1, boundFactor(0)), 2);
  t.equal(boundOf(2, boundFactor(1)), 2);
  t.equal(boundOf(4, boundFactor(0)), boundOf(1, boundFactor(-2)));
  t.equal(boundFactor(-2147483648), Infinity);
  t.equal(boundFactor(2147483647), 0);
  t.equal(boundOf(1000, boundFactor(2147483647)), 1);
  t.equal(boundFactor(1074), 5e-324, "rounded once");
  t.equal(boundFactor(1023), Math.LN2 * 2 ** -1000 * 2 ** -23);
  t.ok(Number.isNaN(boundOf(0, boundFactor(-2000))), "0 times infinity, as upstream");
  t.end();
});
