import t from "tap";
import { ByteBuffer } from "../../../src/exporters/tanzuobservability/lines/byte-buffer.ts";
import { goPower } from "../../../src/exporters/tanzuobservability/lines/go-power.ts";
import {
  doubleOfInt64,
  int64Text,
  plainDigits,
  putInteger,
  shortestText,
  writeDouble,
  writeInt64,
} from "../../../src/exporters/tanzuobservability/lines/number-text.ts";
import { microsOf, millisOf, secondsOf } from "../../../src/exporters/tanzuobservability/lines/times.ts";
import { Random } from "../../random.ts";

const words = new DataView(new ArrayBuffer(8));

function written(write: (out: ByteBuffer) => void): string {
  const out = new ByteBuffer(8);
  write(out);
  return new TextDecoder().decode(out.take());
}

function randomDouble(random: Random): number {
  if (random.chance(40)) return (random.below(2_000_000) - 1_000_000) / 10 ** random.below(9);
  words.setUint32(0, random.below(2 ** 32));
  words.setUint32(4, random.below(2 ** 32));
  return words.getFloat64(0);
}

t.test("writeDouble() writes the shortest digits without exponent that read back as the same double", async (t) => {
  const table: readonly (readonly [number, string])[] = [
    [0, "0"],
    [-0, "-0"],
    [7.5, "7.5"],
    [0.1 + 0.2, "0.30000000000000004"],
    [1e-7, "0.0000001"],
    [5e-324, `0.${"0".repeat(323)}5`],
    [1e21, "1000000000000000000000"],
    [-1.5e300, `-15${"0".repeat(299)}`],
    [123456789.125, "123456789.125"],
    [2 ** 53, "9007199254740992"],
    [1e9, "1000000000"],
    [999999999.999999, "999999999.999999"],
    [NaN, "NaN"],
  ];
  for (const [value, text] of table)
    t.equal(
      written((out) => writeDouble(out, value)),
      text,
    );
  const random = new Random(3);
  for (let round = 0; round < 20_000; round++) {
    const value = randomDouble(random);
    const text = written((out) => writeDouble(out, value));
    if (
      !Object.is(Number(text), value) ||
      text !== plainDigits(value) ||
      (Number.isFinite(value) && text.includes("e"))
    ) {
      if (!Number.isNaN(value) && Number.isFinite(value)) t.fail(`${value}: ${text}`);
    }
  }
});

t.test("shortestText() has an exponent where JSON has one", async (t) => {
  t.same([1e21, 1e-7, 1.5e300, 1e20, -0].map(shortestText), [
    "1e+21",
    "1e-7",
    "1.5e+300",
    "100000000000000000000",
    "-0",
  ]);
});

t.test("64-bit numbers keep all digits", async (t) => {
  const random = new Random(5);
  const values = [0n, -1n, 1n, 1n << 52n, -(1n << 52n), (1n << 63n) - 1n, -(1n << 63n), 4294967296n, -4294967297n];
  for (let round = 0; round < 1000; round++)
    values.push(BigInt.asIntN(64, BigInt(Math.floor(random.below(2 ** 32))) ** 2n));
  for (const value of values) {
    const lo = Number(BigInt.asUintN(32, value));
    const hi = Number(BigInt.asUintN(32, value >> 32n));
    t.equal(int64Text(lo, hi), String(value));
    t.equal(
      written((out) => writeInt64(out, lo, hi)),
      String(value),
    );
    t.equal(doubleOfInt64(lo, hi), Number(value));
  }
});

t.test("putInteger() writes whole numbers up to 2^53", async (t) => {
  const bytes = new Uint8Array(20);
  for (const value of [0, 9, 10, 99, 12345678, 999999999, 1e9, 1e9 + 1, 1795176000123, 2 ** 53 - 1, 10 ** 15]) {
    t.equal(new TextDecoder().decode(bytes.subarray(0, putInteger(bytes, 0, value))), String(value));
  }
});

t.test("times are exact from both halves of their nanoseconds", async (t) => {
  const random = new Random(9);
  for (let round = 0; round < 5000; round++) {
    const nanos = (BigInt(random.below(2 ** 31)) << 32n) | BigInt(random.below(2 ** 32));
    const lo = Number(BigInt.asUintN(32, nanos));
    const hi = Number(nanos >> 32n);
    if (BigInt(millisOf(lo, hi)) !== nanos / 1_000_000n) t.fail(`ms of ${nanos}`);
    if (BigInt(secondsOf(lo, hi)) !== nanos / 1_000_000_000n) t.fail(`s of ${nanos}`);
    const micros = nanos / 1000n;
    const safe = BigInt(Number.MAX_SAFE_INTEGER);
    if (BigInt(microsOf(lo, hi)) !== (micros < safe ? micros : safe)) t.fail(`µs of ${nanos}`);
  }
  t.equal(millisOf(999_999, 0), 0);
  t.equal(millisOf(1_000_000, 0), 1);
});

t.test("goPower() rounds as Go's math.Pow", async (t) => {
  // Printed by a Go program: scale, offset, 2^(2^-scale) to the power of the offset.
  const table: readonly (readonly [number, number, number])[] = [
    [-2, -1, 0.0625],
    [0, -161, 3.4211388289180104e-49],
    [1, 3, 2.8284271247461907],
    [3, 100, 5792.618751480181],
    [20, 1_000_000, 1.9367991033058662],
    [0, -1074, 5e-324],
    [0, 1024, Infinity],
  ];
  for (const [scale, offset, expected] of table) t.equal(goPower(2 ** (2 ** -scale), offset), expected);
});
