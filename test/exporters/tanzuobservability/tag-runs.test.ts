import t from "tap";
import { ByteBuffer } from "../../../src/exporters/tanzuobservability/lines/byte-buffer.ts";
import { TagRuns } from "../../../src/exporters/tanzuobservability/lines/tag-runs.ts";
import { WordHash } from "../../../src/exporters/tanzuobservability/lines/word-hash.ts";
import { Random } from "../../random.ts";

const runs = new TagRuns();
const out = new ByteBuffer(1024);

/** What is remembered for a run; otherwise it is noted as `text`. */
function textOf(run: string, keySet: number, text: string): string | undefined {
  const bytes = new TextEncoder().encode(`..${run}....`);
  const view = new DataView(bytes.buffer);
  const hash = new WordHash();
  hash.add(view, 2, 2 + run.length);
  out.length = 0;
  const slot = runs.find(view, 2, 2 + run.length, hash, keySet);
  if (slot >= 0) {
    runs.write(out, slot);
    return new TextDecoder().decode(out.take());
  }
  out.writeText(`before${text}`);
  const added = runs.add(bytes, 2, 2 + run.length, hash, keySet);
  if (added >= 0) runs.setText(added, out, "before".length, out.length, undefined);
  return undefined;
}

t.test("TagRuns gives back what a run was written as, beside the same keys, from its second time on", async (t) => {
  t.equal(textOf("run", 1, "text"), undefined);
  t.equal(textOf("run", 1, "text"), undefined);
  t.equal(textOf("run", 1, "?"), "text");
  t.equal(textOf("run", 2, "other"), undefined);
  t.equal(textOf("run", 2, "?"), "other");
  t.equal(textOf("run", 1, "?"), "text");
  t.equal(textOf("rum", 1, "?"), undefined);
});

t.test("TagRuns stays right and bounded under runs that never come again", async (t) => {
  const random = new Random(43);
  let found = 0;
  for (let round = 0; round < 100_000; round++) {
    const number = random.below(round < 50_000 ? 5000 : 1_000_000);
    const run = `${number}${"r".repeat(number % 100)}`;
    const text = textOf(run, 1, `<${run}>`);
    if (text === undefined) continue;
    found++;
    if (text !== `<${run}>`) t.fail(`${run}: ${text}`);
  }
  t.ok(found > 20_000);
});
