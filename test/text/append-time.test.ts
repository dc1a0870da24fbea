import t from "tap";
import { appendTime } from "../../src/text/append-time.ts";
import { written } from "./written.ts";

function timeText(nanos: bigint): string {
  return written(appendTime, Number(nanos & 0xffffffffn), Number(nanos >> 32n));
}

void t.test("times are printed to the nanosecond, without zeros at the end of the fraction", (t) => {
  const second = 1_795_176_000_000_000_000n;
  const table: readonly (readonly [bigint, string])[] = [
    [0n, "1970-01-01 00:00:00 +0000 UTC"],
    [1n, "1970-01-01 00:00:00.000000001 +0000 UTC"],
    [second, "2026-11-20 12:00:00 +0000 UTC"],
    [second + 123_456_789n, "2026-11-20 12:00:00.123456789 +0000 UTC"],
    [second + 123_400_000n, "2026-11-20 12:00:00.1234 +0000 UTC"],
    [second + 500_000_000n, "2026-11-20 12:00:00.5 +0000 UTC"],
    [second - 1n, "2026-11-20 11:59:59.999999999 +0000 UTC"],
    [951_782_400_000_000_000n, "2000-02-29 00:00:00 +0000 UTC"],
  ];
  for (const [nanos, text] of table) t.equal(timeText(nanos), text);
  t.end();
});

void t.test("from 2^63 on a time is before 1970, as upstream reads it", (t) => {
  const table: readonly (readonly [bigint, string])[] = [
    [2n ** 63n - 1n, "2262-04-11 23:47:16.854775807 +0000 UTC"],
    [2n ** 63n, "1677-09-21 00:12:43.145224192 +0000 UTC"],
    [2n ** 64n - 1n, "1969-12-31 23:59:59.999999999 +0000 UTC"],
    [2n ** 64n - 1_000_000_000n, "1969-12-31 23:59:59 +0000 UTC"],
  ];
  for (const [nanos, text] of table) t.equal(timeText(nanos), text);
  t.end();
});

void t.test("any second of any day, in any order, is as Date has it", (t) => {
  const day = 86_400n;
  // Neighbours of midnight, of an hour and of a minute, in days far apart: what is kept of the one before must not show.
  const offsets = [0n, 1n, 59n, 60n, 3599n, 3600n, 43_199n, day - 1n];
  const days = [0n, 1n, 59n, 11_016n, 20_777n, 20_778n, 106_750n, -1n, -106_750n];
  for (const offset of offsets) {
    for (const each of days) {
      const seconds = each * day + offset;
      const expected = `${new Date(Number(seconds) * 1000).toISOString().slice(0, 19).replace("T", " ")} +0000 UTC`;
      t.equal(timeText(BigInt.asUintN(64, seconds * 1_000_000_000n)), expected);
    }
  }
  t.end();
});
