import t from "tap";
import { appendInt, appendInt64, appendPadded, appendUint, appendUint64 } from "../../src/text/append-integer.ts";
import { written } from "./written.ts";

// prettier-ignore
const interesting: readonly bigint[] = [
  0n, 1n, 9n, 10n, 99n, 100n, 10n ** 9n - 1n, 10n ** 9n, 2n ** 31n - 1n, 2n ** 31n, 2n ** 32n, 2n ** 53n - 1n,
  2n ** 53n, 2n ** 53n + 1n, 10n ** 18n, 10n ** 18n - 1n, 2n ** 63n - 1n, 2n ** 63n, 10n ** 19n, 2n ** 64n - 1n,
];

function* samples(): Generator<bigint> {
  yield* interesting;
  for (let round = 0; round < 20_000; round++) {
    const bits = BigInt(Math.floor(Math.random() * 65));
    yield (
      ((BigInt(Math.floor(Math.random() * 2 ** 32)) << 32n) | BigInt(Math.floor(Math.random() * 2 ** 32))) >>
      (64n - bits)
    );
  }
}

const halves = (value: bigint): [number, number] => [
  Number(value & 0xffffffffn),
  Number(BigInt.asUintN(64, value) >> 32n),
];

void t.test("64-bit numbers are printed exactly, with and without sign", (t) => {
  for (const value of samples()) {
    if (written(appendUint64, ...halves(value)) !== String(value)) t.fail(`${value} unsigned`);
    const signed = BigInt.asIntN(64, value);
    if (written(appendInt64, ...halves(signed)) !== String(signed)) t.fail(`${signed} signed`);
    if (written(appendInt64, ...halves(-signed)) !== String(BigInt.asIntN(64, -signed))) t.fail(`${-signed} signed`);
  }
  t.equal(written(appendInt64, 0, 0x80000000), "-9223372036854775808");
  t.end();
});

void t.test("safe integers are printed exactly", (t) => {
  for (const value of [0, 7, 10, 99, 100, 2147483647, 2147483648, 4294967295, 1e15, Number.MAX_SAFE_INTEGER]) {
    t.equal(written(appendUint, value), String(value));
    t.equal(written(appendInt, -value), value === 0 ? "0" : String(-value));
  }
  t.end();
});

void t.test("padding is zeros in front", (t) => {
  t.equal(written(appendPadded, 42, 9), "000000042");
  t.equal(written(appendPadded, 0, 3), "000");
  t.equal(written(appendPadded, 999_999_999, 9), "999999999");
  t.end();
});
