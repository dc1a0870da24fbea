import t from "tap";
import { appendFixed6, appendJavaScript, appendPlain, appendShortest } from "../../src/text/append-double.ts";
import { TextBuffer } from "../../src/text/text-buffer.ts";
import { written } from "./written.ts";

// Value; six decimals; shortest; shortest without exponent; in JSON. As Go prints them.
const table: readonly (readonly [number, string, string, string, string])[] = [
  [0, "0.000000", "0", "0", "0"],
  [-0, "-0.000000", "-0", "-0", "-0"],
  [-1, "-1.000000", "-1", "-1", "-1"],
  [0.1, "0.100000", "0.1", "0.1", "0.1"],
  [-2.5e-7, "-0.000000", "-2.5e-07", "-0.00000025", "-2.5e-7"],
  [5e-7, "0.000000", "5e-07", "0.0000005", "5e-7"],
  [5e-324, "0.000000", "5e-324", `0.${"0".repeat(323)}5`, "5e-324"],
  [0.00001, "0.000010", "1e-05", "0.00001", "0.00001"],
  [0.0001234, "0.000123", "0.0001234", "0.0001234", "0.0001234"],
  [123456, "123456.000000", "123456", "123456", "123456"],
  [999999.5, "999999.500000", "999999.5", "999999.5", "999999.5"],
  [1000000, "1000000.000000", "1e+06", "1000000", "1000000"],
  [1234567, "1234567.000000", "1.234567e+06", "1234567", "1234567"],
  [1e20, "100000000000000000000.000000", "1e+20", "100000000000000000000", "100000000000000000000"],
  [1e21, "1000000000000000000000.000000", "1e+21", "1000000000000000000000", "1e+21"],
  [1e23, "99999999999999991611392.000000", "1e+23", "100000000000000000000000", "1e+23"],
  [2 ** 53 + 2, "9007199254740994.000000", "9.007199254740994e+15", "9007199254740994", "9007199254740994"],
  [1.1099999999999999, "1.110000", "1.1099999999999999", "1.1099999999999999", "1.1099999999999999"],
  [0.30000000000000004, "0.300000", "0.30000000000000004", "0.30000000000000004", "0.30000000000000004"],
  [99999.9999999, "100000.000000", "99999.9999999", "99999.9999999", "99999.9999999"],
];

void t.test("finite numbers are printed as Go prints them", (t) => {
  for (const [value, fixed, shortest, plain, json] of table) {
    t.equal(written(appendFixed6, value), fixed);
    t.equal(written(appendShortest, value), shortest);
    t.equal(written(appendPlain, value), plain);
    t.equal(written(appendJavaScript, value), json);
  }
  t.end();
});

void t.test("a tie at the sixth decimal goes to the even digit", (t) => {
  const ties: readonly (readonly [number, string])[] = [
    [1 / 128, "0.007812"],
    [3 / 128, "0.023438"],
    [-3 / 128, "-0.023438"],
    [129 / 128, "1.007812"],
    [8796092 + 1 / 128, "8796092.007812"],
    [12345678 + 1 / 128, "12345678.007812"],
    [12345678 + 3 / 128, "12345678.023438"],
  ];
  for (const [value, text] of ties) t.equal(written(appendFixed6, value), text);
  t.equal((1 / 128).toFixed(6), "0.007813", "where JavaScript goes up");
  t.end();
});

void t.test("the largest number is printed with all its digits", (t) => {
  t.equal(written(appendFixed6, Number.MAX_VALUE), `${BigInt(Number.MAX_VALUE)}.000000`);
  t.equal(written(appendPlain, Number.MAX_VALUE), `17976931348623157${"0".repeat(292)}`);
  t.end();
});

void t.test("NaN and the infinities have names, other ones in attribute values", (t) => {
  for (const append of [appendFixed6, appendShortest, appendPlain]) {
    t.same(
      [Number.NaN, Infinity, -Infinity].map((value) => written(append, value)),
      ["NaN", "+Inf", "-Inf"],
    );
  }
  t.same(
    [Number.NaN, Infinity, -Infinity].map((value) => written(appendJavaScript, value)),
    ["NaN", "Infinity", "-Infinity"],
  );
  t.end();
});

void t.test("short text reads back as the same number", (t) => {
  const out = new TextBuffer(1024);
  const words = new Uint32Array(2);
  const double = new Float64Array(words.buffer);
  for (let round = 0; round < 50_000; round++) {
    words[0] = Math.random() * 2 ** 32;
    words[1] = Math.random() * 2 ** 32;
    const value = round % 2 === 0 ? (double[0] as number) : Math.round(Math.random() * 1e9) / 1e4;
    if (!Number.isFinite(value)) continue;
    for (const append of [appendShortest, appendPlain, appendJavaScript]) {
      append(out, value);
      const text = Buffer.from(out.view()).toString();
      if (Number(text) !== value) t.fail(`${value} became ${text}`);
      out.clear();
    }
  }
  t.end();
});
