import t from "tap";
import { countItems, countsOf } from "../../src/pdata/count-items.ts";
import { signals, type Signal } from "../../src/pdata/signal.ts";
import { validate } from "../../src/pdata/validate.ts";
import { captureComment, loadCaptures } from "../captures.ts";
import { Random } from "../random.ts";
import { decode, flatten, type Plain } from "./oracle.ts";
import { randomRequest } from "./random-request.ts";
import { shuffleFields } from "./shuffle-fields.ts";

const random = new Random();
t.comment(`TEST_SEED=${random.seed} repeats this run`);

const lists = (object: Plain): Plain[][] => Object.values(object).filter((value) => Array.isArray(value));

/** Resource groups and records as protobufjs sees them. */
function countByOracle(signal: Signal, bytes: Uint8Array): { resources: number; records: number; items: number } {
  const request = decode(signal, bytes);
  const groups = lists(request).flat();
  const scopeGroups = groups.flatMap((group) => lists(group).flat());
  const records = scopeGroups.flatMap((group) => lists(group).flat());
  return { resources: groups.length, records: records.length, items: flatten(request).length };
}

t.test("countsOf() and countItems() agree with protobufjs, in whatever order the fields came", (t) => {
  for (let round = 0; round < 60; round++) {
    const signal = random.pick(signals);
    const bytes = shuffleFields(signal, randomRequest(signal, random), random);
    const expected = countByOracle(signal, bytes);
    t.same(countsOf(validate(signal, bytes)), expected, signal);
    t.equal(countItems(signal, bytes), expected.items);
  }
  t.end();
});

t.test("countsOf() agrees with how the recorded requests were counted", (t) => {
  t.comment(captureComment);
  for (const { meta, body, name } of loadCaptures()) {
    if (meta.signal === "other" || meta.bodyIs === "json" || meta.counts === undefined) continue;
    const { resources, spans, metrics, points, records } = meta.counts;
    const expected = { resources, records: spans ?? metrics ?? records, items: spans ?? points ?? records };
    t.same(countsOf(validate(meta.signal, body)), expected, name);
  }
  t.end();
});
