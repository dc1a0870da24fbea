import t from "tap";
import { TextSampler } from "../../src/text/text-sampler.ts";

const text = Buffer.from("one");
const other = Buffer.from("another");

void t.test("the first texts of a second pass, then every n-th", (t) => {
  const sampler = new TextSampler({ initial: 2, thereafter: 3, slotCount: 4096 });
  const passed = (): boolean[] => Array.from({ length: 9 }, () => sampler.passes(text, 10));
  t.same(passed(), [true, true, false, false, true, false, false, true, false]);
  t.equal(sampler.passes(other, 10), true, "another text is counted on its own");
  t.equal(sampler.passes(text, 1009), false, "the second has not ended");
  t.equal(sampler.passes(text, 1010), true);
  t.end();
});

void t.test("0 lets none pass after the first, 1 all", (t) => {
  const none = new TextSampler({ initial: 1, thereafter: 0, slotCount: 4096 });
  const all = new TextSampler({ initial: 0, thereafter: 1, slotCount: 4096 });
  t.same(
    Array.from({ length: 3 }, () => none.passes(text, 0)),
    [true, false, false],
  );
  t.same(
    Array.from({ length: 3 }, () => all.passes(text, 0)),
    [true, true, true],
  );
  t.end();
});
