import t from "tap";
import * as v from "valibot";
import { ConsumeError } from "../../../src/component/consume-error.ts";
import { emptyContext } from "../../../src/component/consumer.ts";
import { maxLingerMs } from "../../../src/processors/batch/batcher.ts";
import { batch as factory } from "../../../src/processors/batch/factory.ts";
import { waitMs } from "../../../src/processors/batch/waiting-callers.ts";
import { RecordingConsumer } from "../../contracts/recording-consumer.ts";
import { TestHost } from "../../contracts/test-host.ts";
import { testSettings } from "../../contracts/test-settings.ts";
import { range, spanBatch, spansOf } from "./span-batch.ts";

const full = new ConsumeError("refused", "sending queue is full", { retryAfterMs: 2500 });

class DurableConsumer extends RecordingConsumer<"traces"> {
  readonly acknowledgesDurably = true;
}

async function setUp(written: Record<string, unknown> = {}) {
  const settings = testSettings({ id: "batch" });
  const next = new DurableConsumer();
  const processor = factory.create(v.parse(factory.config, written), settings, next);
  await processor.start(new TestHost());
  const answers: string[] = [];
  /** Sends spans; its answer is noted. */
  const send = (itemCount: number, first: number): void => {
    processor.consume(spanBatch(itemCount, first), emptyContext).then(
      () => answers.push(`${first} taken`),
      (error: unknown) => answers.push(`${first} ${error instanceof ConsumeError ? error.kind : "?"}`),
    );
  };
  const sizes = (): number[] => next.batches.map(({ itemCount }) => itemCount);
  return { ...settings, next, processor, send, sizes, answers };
}

t.test("senders are answered when the next stage has their items, and nothing is held before", async (t) => {
  const { next, send, sizes, answers, clock, ledger, processor } = await setUp();
  t.equal(processor.acknowledgesDurably, true);
  send(3, 0);
  send(4, 3);
  await clock.advance(maxLingerMs - 1);
  t.same(answers, []);
  t.equal(ledger.held, 0, "the senders have the items");
  next.pause();
  await clock.advance(1);
  t.same(answers, [], "on their way");
  next.resume();
  await clock.advance(0);
  t.same(answers, ["0 taken", "3 taken"]);
  t.same(sizes(), [7], "joined");
  t.equal(ledger.sentCount, 7);
});

t.test("the wait is never longer than timeout", async (t) => {
  const { send, answers, clock } = await setUp({ timeout: "5ms" });
  send(1, 0);
  await clock.advance(5);
  t.same(answers, ["0 taken"]);
});

t.test("an input that is cut is answered when its last item is taken", async (t) => {
  const { next, send, sizes, answers, clock } = await setUp({ send_batch_size: 4, send_batch_max_size: 4 });
  next.pause();
  send(3, 0);
  send(3, 3);
  await clock.advance(0);
  next.resume();
  await clock.advance(0);
  t.same(sizes(), [4]);
  t.same(answers, ["0 taken"]);
  await clock.advance(maxLingerMs);
  t.same(answers, ["0 taken", "3 taken"]);
  t.same(next.batches.flatMap(spansOf), range(0, 6));
});

t.test("a refusal that lasts goes back to the senders; who comes later is served", async (t) => {
  const { next, send, answers, clock, ledger } = await setUp();
  next.failWith(full);
  send(3, 0);
  await clock.advance(maxLingerMs + 200);
  t.ok(next.callCount > 1, "offered again first");
  t.same(answers, []);
  await clock.advance(waitMs);
  t.same(answers, ["0 refused"]);
  t.equal(ledger.accountedCount, 0, "nothing is lost and nothing is held");
  next.succeed();
  send(2, 3);
  await clock.advance(maxLingerMs);
  t.same(answers, ["0 refused", "3 taken"]);
  t.equal(ledger.sentCount, 2);
});

t.test("what the next stage will never take goes back to all whose items are in it", async (t) => {
  const { next, send, answers, clock, ledger } = await setUp({ send_batch_size: 4, send_batch_max_size: 4 });
  next.failWith(new ConsumeError("permanent", "never"), 1);
  send(3, 0);
  send(3, 3);
  await clock.advance(maxLingerMs);
  t.same(answers, ["0 permanent", "3 permanent"]);
  send(1, 6);
  await clock.advance(maxLingerMs);
  t.same(answers.slice(2), ["6 taken"]);
  t.same(ledger.droppedBy, {});
});

t.test("shutdown answers everybody", async (t) => {
  const healthy = await setUp();
  healthy.send(1, 0);
  await healthy.processor.shutdown(new AbortController().signal);
  await healthy.clock.advance(0);
  t.same(healthy.answers, ["0 taken"]);
  const stuck = await setUp();
  stuck.next.pause();
  stuck.send(1, 0);
  await stuck.clock.advance(maxLingerMs);
  stuck.send(1, 1);
  await stuck.processor.shutdown(AbortSignal.abort());
  await stuck.clock.advance(0);
  t.same(stuck.answers, ["0 refused", "1 refused"]);
  t.equal(stuck.ledger.droppedCount, 0);
});

t.test("every sender is answered once, whatever happens behind", async (t) => {
  for (let round = 0; round < 50; round++) {
    const { next, send, answers, clock, ledger } = await setUp({ send_batch_size: 10, send_batch_max_size: 15 });
    for (let index = 0; index < 40; index++) {
      const dice = Math.random();
      if (dice < 0.2) next.failWith(full, 1);
      else if (dice < 0.3) next.failWith(new ConsumeError("permanent", "never"), 1);
      send(1 + Math.floor(Math.random() * 20), 100 * index);
      if (Math.random() < 0.3) await clock.advance(Math.random() * 30);
    }
    await clock.advance(10_000);
    const unique = new Set(answers.map((answer) => answer.split(" ")[0]));
    if (answers.length !== 40 || unique.size !== 40) t.fail(`round ${round}: ${answers.length} answers`);
    const taken = new Set(next.batches.flatMap(spansOf));
    const missing = answers.filter((answer) => answer.endsWith("taken") && !taken.has(Number(answer.split(" ")[0])));
    if (missing.length > 0 || ledger.held !== 0) t.fail(`round ${round}: ${missing.join(", ")} not there`);
  }
  t.pass("50 rounds of 40 senders");
});
