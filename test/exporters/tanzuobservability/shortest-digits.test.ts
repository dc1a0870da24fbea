import t from "tap";
import { maxShortestLength, putShortest } from "../../../src/exporters/tanzuobservability/lines/shortest-digits.ts";
import { Random } from "../../random.ts";

const bytes = new Uint8Array(maxShortestLength + 1);
const double = new Float64Array(1);
const words = new Uint32Array(double.buffer);

function written(value: number): string | undefined {
  const end = putShortest(bytes, 1, value);
  return end < 0 ? undefined : new TextDecoder().decode(bytes.subarray(1, end));
}

/** A double near another one: `steps` units in the last place above it. */
function near(value: number, steps: number): number {
  double[0] = value;
  words[0] = ((words[0] as number) + steps) >>> 0;
  return double[0];
}

/** Any mantissa with an exponent that putShortest() takes. */
function anyDouble(random: Random): number {
  words[0] = random.below(2 ** 32);
  words[1] = ((1003 + random.below(73)) << 20) | random.below(2 ** 20);
  return double[0] as number;
}

t.test("putShortest() writes what String() does", async (t) => {
  for (const value of [0.1 + 0.2, 999.9999999999999, 1e-6 + 1e-22, 123456789.12345679, 1 / 3, 123.456]) {
    t.equal(written(value), String(value));
  }
  const random = new Random(41);
  let leftCount = 0;
  const rounds = 40_000;
  for (let round = 0; round < rounds; round++) {
    const digits = random.below(10 ** (1 + random.below(9))) / 10 ** random.below(14);
    const values = [
      anyDouble(random),
      near(digits, random.below(5) - 2),
      near(2 ** (random.below(73) - 20), random.below(5)),
      near(10 ** (random.below(22) - 6), random.below(9) - 4),
    ];
    for (const value of values) {
      if (!(value >= 1e-6 && value < 2 ** 53) || Number.isInteger(value)) continue;
      const text = written(value);
      if (text === undefined) leftCount++;
      else if (text !== String(value)) t.fail(`${value}: ${text}`);
    }
  }
  t.ok(leftCount < rounds / 4, `${leftCount} were left to String()`);
});

t.test("putShortest() leaves other numbers to String()", async (t) => {
  for (const value of [0, -1.5, 9e-7, 2 ** 53, 1e300, NaN, Infinity, 2 ** -7]) t.equal(written(value), undefined);
});
