import t from "tap";
import { BytesCache } from "../../../src/exporters/tanzuobservability/lines/bytes-cache.ts";
import { RangeList } from "../../../src/pdata/views/index.ts";
import { Random } from "../../random.ts";

/** Texts put end to end, as ranges. */
function rangesOf(texts: readonly string[]): { bytes: Uint8Array; ranges: RangeList } {
  const ranges = new RangeList();
  let at = 0;
  for (const text of texts) ranges.push(at, (at += text.length));
  return { bytes: new TextEncoder().encode(texts.join("")), ranges };
}

t.test("BytesCache finds what was made of the same ranges, and of no others", async (t) => {
  const cache = new BytesCache<string>();
  const put = (texts: string[]): void => {
    const { bytes, ranges } = rangesOf(texts);
    cache.put(bytes, ranges, texts.join("|"));
  };
  const find = (texts: string[]): string | undefined => {
    const { bytes, ranges } = rangesOf(texts);
    return cache.find(bytes, ranges);
  };
  t.equal(find(["a", "b"]), undefined);
  put(["a", "b"]);
  put(["ab"]);
  put([]);
  t.equal(find(["a", "b"]), "a|b");
  t.equal(find(["ab"]), "ab");
  t.equal(find([]), "");
  t.equal(find(["a", "c"]), undefined);
  for (let index = 0; index < 128; index++) put([`resource ${index}`]);
  t.equal(find(["a", "b"]), undefined, "the oldest goes first");
  t.equal(find(["resource 0"]), "resource 0");
  put(["x".repeat(1024 * 1024)]);
  t.equal(find(["resource 127"]), undefined, "all bytes together are bounded");
  const random = new Random(31);
  for (let round = 0; round < 5000; round++) {
    const texts = [`r${random.below(300)}`, "y".repeat(random.below(20_000))];
    if (random.chance(50)) put(texts);
    else if ((find(texts) ?? texts.join("|")) !== texts.join("|")) t.fail(String(texts[0]));
  }
});
