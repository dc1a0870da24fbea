import t from "tap";
import * as v from "valibot";
import { nopReceiver } from "../../../src/receivers/nop/factory.ts";
import { signals } from "../../../src/pdata/signal.ts";
import { componentContract } from "../../contracts/component-contract.ts";
import { RecordingConsumer } from "../../contracts/recording-consumer.ts";
import { testSettings } from "../../contracts/test-settings.ts";

t.test("nop keeps the contract of components, and brings nothing", async (t) => {
  const traces = new RecordingConsumer<"traces">();
  await componentContract(t, { create: () => nopReceiver.create({}, testSettings(), { traces }) });
  t.equal(traces.callCount, 0);
  t.same(nopReceiver.signals, signals);
});

t.test("nop has no keys", (t) => {
  t.same(v.parse(nopReceiver.config, null), {});
  t.notOk(v.safeParse(nopReceiver.config, { key: 1 }).success);
  t.end();
});
