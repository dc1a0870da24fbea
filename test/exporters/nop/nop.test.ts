import t from "tap";
import * as v from "valibot";
import { emptyContext } from "../../../src/component/consumer.ts";
import { nopExporter } from "../../../src/exporters/nop/factory.ts";
import { signals } from "../../../src/pdata/signal.ts";
import { componentContract } from "../../contracts/component-contract.ts";
import { testSettings } from "../../contracts/test-settings.ts";
import { numberedBatch } from "../../net/client/numbered-spans.ts";

t.test("nop keeps the contract of components", async (t) => {
  await componentContract(t, { create: () => nopExporter.create({}, testSettings()) });
});

t.test("nop takes everything of every signal", async (t) => {
  t.same(nopExporter.signals, signals);
  for (const signal of signals) {
    const settings = testSettings({ signal });
    await nopExporter.create({}, settings).consume(numberedBatch(3, { signal }), emptyContext);
    // Counted as sent around it, because it says nothing of its own.
    t.equal(settings.ledger.accountedCount, 0);
  }
});

t.test("nop has no keys", (t) => {
  t.same(v.parse(nopExporter.config, null), {});
  t.notOk(v.safeParse(nopExporter.config, { key: 1 }).success);
  t.end();
});
