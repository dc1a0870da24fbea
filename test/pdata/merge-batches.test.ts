import t from "tap";
import { mergeBatches } from "../../src/pdata/merge-batches.ts";
import { signals } from "../../src/pdata/signal.ts";
import { validate } from "../../src/pdata/validate.ts";
import { Random } from "../random.ts";
import { decode, flatten } from "./oracle.ts";
import { randomRequest } from "./random-request.ts";

const random = new Random();
t.comment(`TEST_SEED=${random.seed} repeats this run`);

t.test("mergeBatches() keeps every item with its resource and scope, in order", (t) => {
  for (const signal of signals) {
    const batches = Array.from({ length: 20 }, () => validate(signal, randomRequest(signal, random)));
    const merged = mergeBatches(signal, batches);
    t.equal(merged.itemCount, validate(signal, merged.bytes).itemCount);
    t.same(
      flatten(decode(signal, merged.bytes)),
      batches.flatMap((batch) => flatten(decode(signal, batch.bytes))),
      signal,
    );
    t.equal(merged.bytes.buffer.byteLength, merged.bytes.length, "the bytes share memory with nothing");
  }
  t.end();
});

t.test("one batch is returned as it is, and none make an empty one", (t) => {
  const batch = validate("logs", new Uint8Array(0));
  t.equal(mergeBatches("logs", [batch]), batch);
  const empty = mergeBatches("traces", []);
  t.same([empty.signal, empty.itemCount, empty.bytes.length], ["traces", 0, 0]);
  t.end();
});
