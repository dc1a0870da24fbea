import t from "tap";
import { formatInt64, int64, parseInt64, setInt64 } from "../../../src/pdata/json/int64.ts";
import { Random } from "../../random.ts";

function parsed(text: string, signed: boolean): bigint | undefined {
  if (!parseInt64(text, signed)) return undefined;
  const value = (BigInt(int64.hi) << 32n) | BigInt(int64.lo);
  return signed ? BigInt.asIntN(64, value) : value;
}

t.test("parseInt64() reads what fits and nothing else", (t) => {
  const unsigned = [
    "0",
    "7",
    "007",
    "999999999",
    "1000000000",
    "4294967296",
    "18446744073709551615",
    "0".repeat(40),
    "-0",
  ];
  for (const text of unsigned) t.equal(parsed(text, false), BigInt(text), text);
  const signed = ["-1", "-4294967296", "9223372036854775807", "-9223372036854775808", "1791836001234567890", "-0"];
  for (const text of signed) t.equal(parsed(text, true), BigInt(text), text);
  const neither = ["", "-", "+1", " 1", "1 ", "1.0", "1e3", "0x10", "1_000", "--1", "١", "9".repeat(5000)];
  for (const text of neither) t.equal(parsed(text, true), undefined, text.slice(0, 20));
  for (const text of ["18446744073709551616", "18446744074000000000", "99999999999999999999", "-1"]) {
    t.equal(parsed(text, false), undefined, text);
  }
  for (const text of ["9223372036854775808", "-9223372036854775809", "18446744073709551615"]) {
    t.equal(parsed(text, true), undefined, text);
  }
  t.end();
});

t.test("parseInt64(), setInt64() and formatInt64() agree with bigints on random numbers", (t) => {
  const random = new Random();
  t.comment(`TEST_SEED=${random.seed} repeats this run`);
  for (let round = 0; round < 5000; round++) {
    const value = BigInt.asUintN(
      random.below(65),
      (BigInt(random.below(2 ** 32)) << 32n) | BigInt(random.below(2 ** 32)),
    );
    const signed = BigInt.asIntN(64, value);
    if (parsed(String(value), false) !== value) t.fail(`${value}`);
    if (parsed(String(signed), true) !== signed) t.fail(`${signed}`);
    if (formatInt64(Number(value & 0xffffffffn), Number(value >> 32n), true) !== String(signed))
      t.fail(`${signed} formatted`);
    const safe = BigInt.asIntN(53, value);
    if (!setInt64(Number(safe), true) || formatInt64(int64.lo, int64.hi, true) !== String(safe)) t.fail(`${safe} set`);
  }
  t.equal(setInt64(2 ** 53, true), false);
  t.equal(setInt64(1.5, true), false);
  t.equal(setInt64(-1, false), false);
  t.end();
});
