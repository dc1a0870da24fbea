import t from "tap";
import { ConsumeError } from "../../src/component/consume-error.ts";
import { emptyContext } from "../../src/component/consumer.ts";
import { assembleExporter } from "../../src/sending/assemble-exporter.ts";
import { temporaryDirectory } from "../extensions/file-storage/storage-fixture.ts";
import { TestHost } from "../contracts/test-host.ts";
import { testSettings } from "../contracts/test-settings.ts";
import { until } from "../contracts/until.ts";
import { range } from "../processors/batch/span-batch.ts";
import { diskExporter } from "./disk-exporter.ts";
import { batchOf, RecordingSender, sendingConfig, takeAll, type Answer } from "./recording-sender.ts";

const away: Answer = () => Promise.reject(new ConsumeError("retryable", "backend is away"));
const queueSize = 1000;

/** The clock is the test's: 10 min pass in moments, with every wait and every retry in them. */
t.test("a backend that is away for 10 min at full rate: bounded, refused, then drained in order", async (t) => {
  const settings = testSettings();
  const sender = new RecordingSender();
  sender.answer = away;
  const exporter = assembleExporter({
    config: sendingConfig({
      sending_queue: { queue_size: queueSize, num_consumers: 1 },
      retry_on_failure: { max_elapsed_time: 0 },
    }),
    settings,
    sender,
    random: () => 0.5,
  });
  await exporter.start(new TestHost());
  const { clock, ledger } = settings;
  const accepted: number[] = [];
  let refused = 0;
  let next = 0;
  const offer = async (): Promise<void> => {
    const item = next++;
    // One byte an item: the number does not fit, so the sender keeps count by order.
    await exporter.consume(batchOf(1, item % 256), emptyContext).then(
      () => accepted.push(item % 256),
      (error: unknown) => {
        if (!(error instanceof ConsumeError) || error.kind !== "refused") throw error;
        refused++;
      },
    );
  };
  for (let step = 0; step < 6000; step++) {
    await offer();
    await clock.advance(100);
    if (ledger.held > queueSize) t.fail(`${ledger.held} batches are held`);
  }
  t.equal(accepted.length, queueSize, "the queue is full, and no fuller");
  t.equal(refused, 5000);
  t.ok(sender.attempts.length < 60, `${sender.attempts.length} attempts in 10 min: no storm`);
  t.ok(settings.logger.entries.length < 30, `${settings.logger.entries.length} log lines`);

  sender.answer = takeAll;
  const taken = (): number => ledger.sentCount;
  const beganAt = sender.attempts.length;
  for (let step = 0; step < 600 && taken() < accepted.length; step++) {
    await offer();
    await clock.advance(100);
  }
  await until(() => taken() === accepted.length, "the backlog and what came meanwhile is sent");
  const sent = sender.attempts.slice(beganAt).flatMap(({ items }) => items);
  t.same(sent, accepted, "once each, in the order in which they came");
  t.equal(ledger.droppedCount, 0);
  await exporter.shutdown(new AbortController().signal);
});

t.test("the same on disk: what was accepted is there after a restart in the middle", async (t) => {
  const directory = temporaryDirectory(t);
  const options = {
    queue: { queue_size: 200, num_consumers: 1 },
    retry: { max_elapsed_time: 0 },
  };
  const first = await diskExporter(directory, { ...options, answer: away });
  let accepted = 0;
  for (let step = 0; step < 600; step++) {
    await first.consume(1, accepted).then(
      () => accepted++,
      () => {},
    );
    await first.clock.advance(1000);
  }
  t.equal(accepted, 200);
  await first.end();
  const second = await diskExporter(directory, { ...options, answer: takeAll });
  await until(() => second.ledger.held === 0, "all is sent");
  t.same(second.attempted(), range(0, 200), "in order");
  t.equal(second.ledger.droppedCount, 0);
  await second.end();
});
