import t from "tap";
import { sleep } from "../../src/component/clock.ts";
import { emptyContext } from "../../src/component/consumer.ts";
import { Batch } from "../../src/pdata/batch.ts";
import { componentContract } from "./component-contract.ts";
import { ManualClock } from "./manual-clock.ts";
import { RecordingConsumer } from "./recording-consumer.ts";
import { testSettings } from "./test-settings.ts";

t.test("ManualClock fires timers in order of time, also those set by earlier ones", async (t) => {
  const clock = new ManualClock();
  const seen: string[] = [];
  const startMs = clock.now();
  clock.setTimer(() => seen.push(`b at ${clock.now() - startMs}`), 20);
  clock.setTimer(() => seen.push(`cancelled`), 15).cancel();
  const loop = (async () => {
    for (let round = 1; round <= 3; round++) {
      await sleep(clock, 10);
      seen.push(`round ${round} at ${clock.monotonic()}`);
    }
  })();
  await clock.advance(25);
  t.same(seen, ["round 1 at 10", "b at 20", "round 2 at 20"]);
  await clock.advance(5);
  await loop;
  t.equal(seen.at(-1), "round 3 at 30");
  t.equal(clock.timerCount, 0);
});

t.test("RecordingConsumer keeps batches, waits and fails as it is told", async (t) => {
  const consumer = new RecordingConsumer<"logs">();
  const batch = new Batch("logs", new Uint8Array(0), 3);
  consumer.failWith(new Error("no"), 1);
  await t.rejects(consumer.consume(batch, emptyContext), { message: "no" });
  consumer.pause();
  const waiting = consumer.consume(batch, emptyContext);
  t.equal(consumer.waitingCount, 1);
  t.equal(consumer.itemCount, 0);
  consumer.resume();
  await waiting;
  await consumer.waitForItems(3);
  t.equal(consumer.callCount, 2);
});

t.test("testSettings() shares one value per component id", (t) => {
  const first = testSettings({ id: "memory_limiter" });
  const second = testSettings({ id: "memory_limiter", signal: "metrics", sharedWith: first });
  t.equal(
    first.shared(() => ({})),
    second.shared(() => ({})),
  );
  first.meter.counter({ name: "n", description: "d", labels: { b: "2", a: "1" } }).add(2);
  t.equal(first.meter.value("n", { a: "1", b: "2" }), 2);
  t.end();
});

t.test("componentContract() passes for a component that does nothing", async (t) => {
  await componentContract(t, {
    create: () => ({ start: () => Promise.resolve(), shutdown: () => Promise.resolve() }),
  });
});
