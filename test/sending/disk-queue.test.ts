import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, rmdirSync, writeSync } from "node:fs";
import path from "node:path";
import t from "tap";
import { ConsumeError } from "../../src/component/consume-error.ts";
import { emptyContext } from "../../src/component/consumer.ts";
import { assembleExporter } from "../../src/sending/assemble-exporter.ts";
import { maxCachedBytes } from "../../src/sending/disk-store.ts";
import { TestHost } from "../contracts/test-host.ts";
import { testSettings } from "../contracts/test-settings.ts";
import { until } from "../contracts/until.ts";
import { temporaryDirectory } from "../extensions/file-storage/storage-fixture.ts";
import { range, spanBatch } from "../processors/batch/span-batch.ts";
import { diskExporter } from "./disk-exporter.ts";
import { hang, RecordingSender, sendingConfig, takeAll, type Answer } from "./recording-sender.ts";

const away: Answer = () => Promise.reject(new ConsumeError("retryable", "backend is away"));
const folderOf = (directory: string): string => path.join(directory, "exporter_otlp_a_traces");

t.test("what was queued is sent by the next process: what was being sent first, then in order", async (t) => {
  const directory = temporaryDirectory(t);
  const first = await diskExporter(directory, { answer: hang, queue: { num_consumers: 2 } });
  t.equal(first.exporter.acknowledgesDurably, true);
  for (let index = 0; index < 5; index++) await first.consume(2, 2 * index);
  await until(() => first.sender.underway === 2, "two batches are being sent");
  t.equal(first.ledger.held, 10);
  await first.end(AbortSignal.abort());
  t.equal(first.ledger.held, 10, "kept, not dropped");
  t.equal(first.ledger.droppedCount, 0);
  t.same(first.lines(), ["info Initializing new persistent queue", "info Queue stays on disk for the next start"]);
  const second = await diskExporter(directory, { queue: { num_consumers: 1 } });
  t.equal(second.ledger.recoveredCount, 10);
  await until(() => second.ledger.sentCount === 10, "all is sent");
  t.same(second.attempted(), range(0, 10));
  t.same(second.lines(), [
    "info Loaded queue metadata",
    "info Fetching items left for dispatch by consumers",
    "info Moved items for dispatching back to queue",
  ]);
  t.same(
    second.logger.entries.map(({ fields }) => fields),
    [{ batches: 5, items: 10 }, { numberOfItems: 2 }, { numberOfItems: 2 }],
  );
  t.equal(second.ledger.held, 0);
  await second.end();
  const third = await diskExporter(directory);
  t.equal(third.ledger.recoveredCount, 0);
  await third.end();
});

t.test("a shutdown interrupts waits between attempts and leaves the rest on disk", async (t) => {
  const directory = temporaryDirectory(t);
  const first = await diskExporter(directory, { answer: away, queue: { num_consumers: 1 } });
  await first.consume(1, 0);
  await first.consume(1, 1);
  await until(() => first.sender.attempts.length === 1, "an attempt was made");
  await first.end();
  t.equal(first.sender.attempts.length, 1, "no further attempt");
  t.equal(first.ledger.held, 2);
  const second = await diskExporter(directory);
  await until(() => second.ledger.sentCount === 2, "both are sent");
  await second.end();
});

t.test("what has an end is gone from disk: sent, refused for good, given up", async (t) => {
  const directory = temporaryDirectory(t);
  const ends: readonly Answer[] = [
    takeAll,
    () => Promise.reject(new ConsumeError("permanent", "never")),
    away,
    (payload) => ({ sent: payload.itemCount - 1, dropped: [{ reason: "permanent_error", count: 1 }] }),
  ];
  for (const answer of ends) {
    const { consume, ledger, end } = await diskExporter(directory, { answer, retry: { enabled: false } });
    await consume(3);
    await until(() => ledger.held === 0, "nothing is held");
    t.equal(ledger.sentCount + ledger.droppedCount, 3);
    await end();
  }
  const last = await diskExporter(directory);
  t.equal(last.ledger.recoveredCount, 0);
  await last.end();
});

t.test("the queue is bounded in its own units, and takes what it finds at a start whatever the bound", async (t) => {
  const directory = temporaryDirectory(t);
  const first = await diskExporter(directory, { answer: hang, queue: { queue_size: 4, sizer: "items" } });
  await first.consume(3);
  await t.rejects(first.consume(2, 3), { kind: "refused", message: "sending queue is full" });
  await t.rejects(first.consume(5, 3), { kind: "permanent", message: "element size too large" });
  await first.consume(1, 3);
  t.equal(first.meter.value("otelcol_exporter_queue_size", { data_type: "traces" }), 4);
  await first.end(AbortSignal.abort());
  const second = await diskExporter(directory, { answer: hang, queue: { queue_size: 2, sizer: "items" } });
  t.equal(second.meter.value("otelcol_exporter_queue_size", { data_type: "traces" }), 4);
  await t.rejects(second.consume(1, 4), { message: "sending queue is full" });
  await second.end(AbortSignal.abort());
});

t.test(
  "a full disk budget refuses, retryably; with drop_oldest the oldest waiting batch is counted as lost",
  async (t) => {
    const queue = { num_consumers: 1, queue_size: 1000 };
    const fill = async (whenFull: string) => {
      const life = await diskExporter(temporaryDirectory(t), {
        answer: hang,
        queue,
        storage: { max_size_mib: 1, when_full: whenFull },
      });
      const outcomes: PromiseSettledResult<void>[] = [];
      for (let index = 0; index < 100 && outcomes.at(-1)?.status !== "rejected"; index++) {
        outcomes.push(...(await Promise.allSettled([life.consume(1000, 1000 * index)])));
      }
      const taken = outcomes.filter(({ status }) => status === "fulfilled").length;
      const refused = outcomes.flatMap((outcome): unknown[] =>
        outcome.status === "rejected" ? [outcome.reason] : [],
      )[0];
      return { ...life, taken, refused };
    };
    const refusing = await fill("refuse");
    t.match(refusing.refused, { kind: "refused", message: "storage is full: max_size_mib is 1", retryAfterMs: Number });
    t.equal(refusing.ledger.held, 1000 * refusing.taken);
    refusing.sender.answer = takeAll;
    await refusing.clock.advance(20_000);
    await until(() => refusing.ledger.held === 0, "the queue is empty");
    await refusing.consume(1000);
    await refusing.end();
    const dropping = await fill("drop_oldest");
    t.equal(dropping.refused, undefined);
    t.ok((dropping.ledger.droppedBy.queue_full ?? 0) > 0);
    t.equal(dropping.ledger.held + dropping.ledger.droppedCount, 100_000);
    t.ok(dropping.lines().includes("error Exporting failed. Dropping data."));
    await dropping.end(AbortSignal.abort());
  },
);

t.test("with drop_oldest a full queue takes the newest", async (t) => {
  const { consume, ledger, end } = await diskExporter(temporaryDirectory(t), {
    answer: hang,
    queue: { num_consumers: 1, queue_size: 3 },
    storage: { when_full: "drop_oldest" },
  });
  for (let index = 0; index < 6; index++) await consume(1, index);
  t.same(ledger.droppedBy, { queue_full: 3 });
  t.equal(ledger.held, 3);
  await end(AbortSignal.abort());
});

t.test("a backlog is read from disk when memory has no room for it", async (t) => {
  const { exporter, sender, ledger, clock, attempted, end } = await diskExporter(temporaryDirectory(t), {
    answer: away,
    queue: { num_consumers: 1 },
  });
  const spans = 100;
  let next = 0;
  for (let bytes = 0; bytes < 2 * maxCachedBytes; next += spans) {
    const batch = spanBatch(spans, next, 10_000);
    bytes += batch.bytes.length;
    await exporter.consume(batch, emptyContext);
  }
  sender.answer = takeAll;
  await clock.advance(10_000);
  await until(() => ledger.sentCount === next, "all is sent", 20_000);
  t.same(new Set(attempted()).size, next);
  await end();
});

t.test("a record that is damaged while it waits is set aside and counted; the others are sent", async (t) => {
  const directory = temporaryDirectory(t);
  const first = await diskExporter(directory, { answer: hang });
  for (let index = 0; index < 3; index++) await first.consume(1, index);
  await first.end(AbortSignal.abort());
  let isReady = false;
  const second = await diskExporter(directory, {
    answer: (payload, signal) => (isReady ? takeAll(payload, signal) : away(payload, signal)),
    queue: { num_consumers: 1 },
  });
  const [file = ""] = readdirSync(folderOf(directory));
  const bytes = readFileSync(path.join(folderOf(directory), file));
  const last = bytes.length - 2;
  // In place: a file that is written anew is empty for a moment, and may be read just then.
  const descriptor = openSync(path.join(folderOf(directory), file), "r+");
  writeSync(descriptor, Buffer.of((bytes[last] ?? 0) ^ 1), 0, 1, last);
  closeSync(descriptor);
  isReady = true;
  await second.clock.advance(10_000);
  await until(() => second.ledger.held === 0, "all is decided");
  t.equal(second.ledger.sentCount, 2);
  t.same(second.ledger.droppedBy, { permanent_error: 1 });
  await until(() => readdirSync(path.join(directory, "set-aside")).length === 1, "the file is set aside");
  t.equal(second.storageSettings.meter.value("otelcol_file_storage_damaged_records"), 1);
  await second.end();
});

t.test("metadata comes back after a restart, credentials do not", async (t) => {
  const directory = temporaryDirectory(t);
  const first = await diskExporter(directory, { answer: hang });
  const metadata = new Map([
    ["tenant", ["a", "b"]],
    ["authorization", ["Bearer secret-canary"]],
  ]);
  await first.consume(1, 0, { peer: "127.0.0.1:1", metadata });
  await first.end(AbortSignal.abort());
  const [file = ""] = readdirSync(folderOf(directory));
  const text = readFileSync(path.join(folderOf(directory), file), "latin1");
  t.match(text, '["tenant",["a","b"]]');
  t.notMatch(text, "secret-canary");
});

t.test("a disk that takes nothing refuses, and works again without a restart", async (t) => {
  const directory = temporaryDirectory(t);
  const { consume, ledger, end } = await diskExporter(directory);
  rmdirSync(folderOf(directory));
  for (let index = 0; index < 3; index++) {
    await t.rejects(consume(1), { kind: "refused", message: /^Cannot write to the storage: ENOENT/ });
  }
  t.equal(ledger.accountedCount, 0);
  mkdirSync(folderOf(directory));
  await consume(1);
  await until(() => ledger.sentCount === 1, "it is sent");
  await end();
});

t.test("the age of the oldest batch is a metric, also across a restart", async (t) => {
  const directory = temporaryDirectory(t);
  const first = await diskExporter(directory, { answer: away, retry: { max_elapsed_time: 0 } });
  const name = "otelcol_exporter_queue_oldest_age_seconds";
  t.equal(first.meter.value(name, { data_type: "traces" }), 0);
  await first.consume(1);
  await first.clock.advance(90_000);
  t.equal(first.meter.value(name, { data_type: "traces" }), 90);
  await first.end(AbortSignal.abort());
});

t.test("start() says in upstream's words that the storage is not there", async (t) => {
  const exporter = assembleExporter({
    config: sendingConfig({ sending_queue: { storage: "file_storage" } }),
    settings: testSettings(),
    sender: new RecordingSender(),
  });
  await t.rejects(exporter.start(new TestHost()), { message: "no storage client extension found" });
  await exporter.shutdown(AbortSignal.abort());
});
