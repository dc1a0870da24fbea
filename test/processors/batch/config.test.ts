import t from "tap";
import * as v from "valibot";
import { batchConfig } from "../../../src/processors/batch/config.ts";

t.test("batchConfig has upstream's defaults", async (t) => {
  const defaults = {
    timeout: 200,
    sendBatchSize: 8192,
    sendBatchMaxSize: 0,
    metadataKeys: [],
    metadataCardinalityLimit: 1000,
  };
  t.same(v.parse(batchConfig, null), defaults);
  t.same(v.parse(batchConfig, {}), defaults);
  t.same(v.parse(batchConfig, { timeout: null, send_batch_size: null, metadata_keys: "a,b" }), {
    ...defaults,
    timeout: 0,
    sendBatchSize: 0,
    metadataKeys: ["a", "b"],
  });
});

t.test("batchConfig says what is wrong in upstream's words", async (t) => {
  const cases: readonly (readonly [Record<string, unknown>, readonly string[]])[] = [
    [{ send_batch_max_size: 100 }, ["send_batch_max_size must be greater or equal to send_batch_size"]],
    [{ send_batch_size: 100, send_batch_max_size: 100 }, []],
    [{ timeout: "-1s" }, ["timeout must be greater or equal to 0"]],
    [{ metadata_keys: ["Tenant", "tenant"] }, ['duplicate entry in metadata_keys: "tenant" (case-insensitive)']],
  ];
  for (const [written, expected] of cases) {
    const result = v.safeParse(batchConfig, written);
    t.same(
      (result.issues ?? []).map(({ message }) => message),
      expected,
    );
  }
  t.notOk(v.safeParse(batchConfig, { send_batch_sizes: 1 }).success, "unknown keys");
  t.notOk(v.safeParse(batchConfig, { send_batch_size: -1 }).success);
});
