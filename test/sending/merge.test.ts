import t from "tap";
import { ConsumeError } from "../../src/component/consume-error.ts";
import type { RequestContext } from "../../src/component/consumer.ts";
import { until } from "../contracts/until.ts";
import { temporaryDirectory } from "../extensions/file-storage/storage-fixture.ts";
import { range } from "../processors/batch/span-batch.ts";
import { diskExporter } from "./disk-exporter.ts";
import { hang, payloadOf, takeAll, type Answer } from "./recording-sender.ts";
import { seededRandom } from "./seeded-random.ts";

/** A memory queue that merges, without a storage that is used. */
async function merging(
  t: { teardown(end: () => void): void },
  batch: unknown,
  queue: Record<string, unknown> = {},
  answer: Answer = takeAll,
) {
  const life = await diskExporter(temporaryDirectory(t), { queue: { storage: null, batch, ...queue }, answer });
  const sizes = (): number[] => life.sender.attempts.map(({ itemCount }) => itemCount);
  return { ...life, sizes };
}

t.test("batches are merged until min_size", async (t) => {
  const { consume, clock, sizes, attempted, ledger, meter, end } = await merging(t, { min_size: 10 });
  for (let index = 0; index < 4; index++) await consume(3, 3 * index);
  await clock.advance(0);
  t.same(sizes(), [12]);
  t.same(attempted(), range(0, 12));
  t.equal(ledger.sentCount, 12);
  t.same(meter.records("otelcol_exporter_queue_batch_send_size", { data_type: "traces" }), [12]);
  await end();
});

t.test("flush_timeout after the first item sends what is there", async (t) => {
  const { consume, clock, sizes, meter, end } = await merging(t, { min_size: 10, flush_timeout: "1s" });
  await consume(3, 0);
  await clock.advance(600);
  await consume(3, 3);
  await clock.advance(399);
  t.same(sizes(), []);
  t.equal(meter.value("otelcol_exporter_queue_size", { data_type: "traces" }), 2, "they keep their room");
  await clock.advance(1);
  t.same(sizes(), [6]);
  await end();
});

t.test("max_size cuts; a last piece below min_size waits for more", async (t) => {
  const { consume, clock, sizes, attempted, ledger, end } = await merging(t, { min_size: 4, max_size: 5 });
  await consume(12, 0);
  await clock.advance(0);
  t.same(sizes(), [5, 5]);
  t.equal(ledger.held, 2);
  await consume(3, 12);
  await clock.advance(0);
  t.same(sizes(), [5, 5, 5]);
  t.same(attempted(), range(0, 15));
  t.equal(ledger.sentCount, 15);
  await end();
});

t.test("in bytes no batch of more than one item is larger than max_size", async (t) => {
  const { consume, clock, sender, attempted, meter, end } = await merging(t, {
    min_size: 100,
    max_size: 200,
    sizer: "bytes",
  });
  for (let index = 0; index < 5; index++) await consume(40, 40 * index);
  await clock.advance(1000);
  t.same(attempted(), range(0, 200));
  t.ok(sender.attempts.length > 5);
  const sizes = meter.records("otelcol_exporter_queue_batch_send_size_bytes", { data_type: "traces" });
  t.ok(Math.max(...sizes) <= 200, String(sizes));
  await end();
});

const of = (tenant: string): RequestContext => ({ peer: "", metadata: new Map([["tenant", [tenant]]]) });

t.test("partitions are not mixed", async (t) => {
  const { consume, clock, sender, end } = await merging(t, { min_size: 4, partition: { metadata_keys: ["Tenant"] } });
  for (let index = 0; index < 8; index++) await consume(1, index, of(index % 2 === 0 ? "even" : "odd"));
  await clock.advance(0);
  t.same(
    sender.attempts.map(({ items }) => items),
    [
      [0, 2, 4, 6],
      [1, 3, 5, 7],
    ],
  );
  await end();
});

t.test("at most num_consumers merged batches are sent at a time; more wait in the queue", async (t) => {
  const { consume, clock, sender, ledger, end } = await merging(t, { min_size: 2 }, { num_consumers: 2 }, hang);
  for (let index = 0; index < 20; index++) await consume(1, index);
  await clock.advance(0);
  t.equal(sender.mostUnderway, 2);
  sender.answer = takeAll;
  await clock.advance(20_000);
  t.equal(sender.mostUnderway, 2);
  t.equal(ledger.sentCount, 20);
  await end();
});

t.test("a failed batch fails all whose items are in it", async (t) => {
  const { consume, clock, ledger, end } = await merging(t, { min_size: 4 }, {}, () =>
    Promise.reject(new ConsumeError("permanent", "never")),
  );
  await consume(2, 0);
  await consume(2, 2);
  await clock.advance(0);
  t.same(ledger.droppedBy, { permanent_error: 4 });
  await end();
});

t.test("wait_for_result answers each caller with the outcome of its batch", async (t) => {
  const { consume, clock, sender, end } = await merging(t, { min_size: 4 }, { wait_for_result: true });
  const first = Promise.all([consume(2, 0), consume(2, 2)]);
  await clock.advance(0);
  await first;
  sender.answer = () => Promise.reject(new ConsumeError("permanent", "never"));
  const second = Promise.allSettled([consume(2, 4), consume(2, 6)]);
  await clock.advance(0);
  t.same(
    (await second).map(({ status }) => status),
    ["rejected", "rejected"],
  );
  await end();
});

t.test("a shutdown sends what is gathered", async (t) => {
  const { consume, sender, ledger, end } = await merging(t, { min_size: 100 }, { num_consumers: 1 });
  for (let index = 0; index < 5; index++) await consume(1, index);
  await end();
  t.equal(ledger.sentCount, 5);
  t.equal(sender.attempts.length, 1);
});

t.test("on disk a shutdown leaves what is gathered, and the next process sends it", async (t) => {
  const directory = temporaryDirectory(t);
  const queue = { batch: { min_size: 100 } };
  const first = await diskExporter(directory, { queue });
  for (let index = 0; index < 5; index++) await first.consume(1, index);
  await first.end();
  t.equal(first.ledger.held, 5);
  const second = await diskExporter(directory, { queue });
  t.equal(second.ledger.recoveredCount, 5);
  await until(() => second.meter.value("otelcol_exporter_queue_size", { data_type: "traces" }) === 5, "all are loaded");
  for (let turns = 0; turns < 50 && second.ledger.sentCount < 5; turns++) await second.clock.advance(200);
  t.same(second.attempted(), range(0, 5));
  await second.end();
  t.equal(second.ledger.held, 0);
});

t.test("taken = sent + held + dropped in any life of a queue that merges, and nothing is sent twice", async (t) => {
  for (let seed = 1; seed <= 30; seed++) {
    const random = seededRandom(seed);
    const below = (limit: number): number => Math.floor(random() * limit);
    const delivered = new Map<number, number>();
    const answer: Answer = async (payload) => {
      const kind = below(10);
      if (kind === 0) throw new ConsumeError("permanent", "never");
      if (kind <= 2) throw new ConsumeError("retryable", "later");
      const sent = kind <= 6 ? payload.itemCount : below(payload.itemCount + 1);
      for (const item of payload.items.slice(0, sent)) delivered.set(item, (delivered.get(item) ?? 0) + 1);
      const rest = payload.items.slice(sent);
      if (rest.length === 0) return { sent, dropped: [] };
      return {
        sent,
        dropped: [],
        retry: { payload: payloadOf(rest), error: new ConsumeError("retryable", "the rest") },
      };
    };
    const minSize = 1 + below(20);
    const { consume, clock, ledger, exporter } = await merging(
      t,
      { min_size: minSize, max_size: below(2) === 0 ? 0 : minSize + below(10), flush_timeout: "1s" },
      { num_consumers: 1 + below(3), queue_size: 50 },
      answer,
    );
    let taken = 0;
    for (let step = 0; step < 60; step++) {
      const itemCount = 1 + below(8);
      await consume(itemCount, 1000 * step).then(
        () => (taken += itemCount),
        () => {},
      );
      if (below(3) === 0) await clock.advance(below(3000));
      t.equal(ledger.accountedCount, taken, `seed ${seed}, step ${step}`);
    }
    const stop = new AbortController();
    const stopped = exporter.shutdown(stop.signal);
    await clock.advance(below(5000));
    if (below(2) === 0) stop.abort();
    await clock.advance(60_000);
    stop.abort();
    await stopped;
    t.equal(ledger.held, 0, `seed ${seed}: nothing is held after the end`);
    t.equal(ledger.accountedCount, taken, `seed ${seed}: at the end`);
    t.same(
      [...delivered].filter(([, times]) => times > 1),
      [],
      `seed ${seed}: nothing twice`,
    );
  }
});
