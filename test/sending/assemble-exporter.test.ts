import t from "tap";
import { ConsumeError } from "../../src/component/consume-error.ts";
import { emptyContext } from "../../src/component/consumer.ts";
import { assembleExporter } from "../../src/sending/assemble-exporter.ts";
import { Batch } from "../../src/pdata/batch.ts";
import { maxOverdraftBytes } from "../../src/sending/overdraft.ts";
import { componentContract } from "../contracts/component-contract.ts";
import { TestHost } from "../contracts/test-host.ts";
import { testSettings } from "../contracts/test-settings.ts";
import { until } from "../contracts/until.ts";
import { batchOf, hang, payloadOf, RecordingSender, sendingConfig, takeAll, type Answer } from "./recording-sender.ts";

const away: Answer = () => Promise.reject(new ConsumeError("retryable", "backend is away"));
const never = new AbortController().signal;

async function setUp(written: Record<string, unknown> = {}, answer: Answer = takeAll) {
  const settings = testSettings();
  const sender = new RecordingSender();
  sender.answer = answer;
  const exporter = assembleExporter({ config: sendingConfig(written), settings, sender, random: () => 0.5 });
  await exporter.start(new TestHost());
  const consume = (itemCount: number, first = 0) => exporter.consume(batchOf(itemCount, first), emptyContext);
  const lines = (): string[] => settings.logger.entries.map(({ level, message }) => `${level} ${message}`);
  return { ...settings, sender, exporter, consume, lines };
}

t.test("an assembled exporter is a component", async (t) => {
  await componentContract(t, {
    create: () =>
      assembleExporter({ config: sendingConfig(), settings: testSettings(), sender: new RecordingSender() }),
  });
});

t.test("consume() resolves when the batch is queued; the ledger holds it until it is sent", async (t) => {
  const { sender, consume, ledger, meter, clock } = await setUp({}, hang);
  await consume(3);
  t.equal(ledger.held, 3);
  t.equal(meter.value("otelcol_exporter_queue_size", { data_type: "traces" }), 1);
  t.equal(meter.value("otelcol_exporter_queue_capacity", { data_type: "traces" }), 1000);
  await until(() => sender.underway === 1, "the batch is being sent");
  t.equal(meter.value("otelcol_exporter_in_flight_requests", { data_type: "traces" }), 1);
  sender.answer = takeAll;
  await clock.advance(5000 + 5000);
  t.equal(ledger.held, 0);
  t.equal(ledger.sentCount, 3);
  t.equal(meter.value("otelcol_exporter_queue_size", { data_type: "traces" }), 0);
  t.equal(meter.value("otelcol_exporter_in_flight_requests", { data_type: "traces" }), 0);
  t.same(meter.records("otelcol_exporter_enqueue_size", { data_type: "traces" }), [3]);
  t.same(meter.records("otelcol_exporter_enqueue_size_bytes", { data_type: "traces" }), [3]);
  t.equal(meter.levelOf("otelcol_exporter_enqueue_size"), "detailed");
});

t.test("at most num_consumers batches are sent at a time", async (t) => {
  const { sender, consume, exporter } = await setUp({ sending_queue: { num_consumers: 3 } }, hang);
  for (let i = 0; i < 8; i++) await consume(1);
  await until(() => sender.underway === 3, "three are being sent");
  await exporter.shutdown(AbortSignal.abort());
  t.equal(sender.mostUnderway, 3);
});

t.test("a full queue refuses, retryably, and takes again when there is room", async (t) => {
  const { consume, sender, clock, ledger, lines } = await setUp({ sending_queue: { queue_size: 2 } }, away);
  await consume(1);
  await consume(1);
  const refused = { kind: "refused", message: "sending queue is full", retryAfterMs: 2000 };
  await t.rejects(consume(5), refused);
  await t.rejects(consume(5), refused);
  t.equal(ledger.accountedCount, 2, "refused items are their sender's");
  t.same(
    lines().filter((line) => line.includes("Rejecting")),
    ["error Exporting failed. Rejecting data."],
    "said once",
  );
  sender.answer = takeAll;
  await clock.advance(5000);
  await consume(5);
  await clock.advance(0);
  t.equal(ledger.sentCount, 7);
});

t.test("a full queue goes beyond its room for a fan-out, until that is used up", async (t) => {
  const { consume, exporter, sender, clock, ledger } = await setUp({ sending_queue: { queue_size: 1 } }, away);
  const full = { kind: "refused", message: "sending queue is full" };
  const large = new Batch("traces", new Uint8Array(maxOverdraftBytes / 2), 10);
  const overdraw = async (): Promise<string> => (await exporter.overdraw?.(large, emptyContext)) ?? "";
  await consume(1);
  await t.rejects(consume(1), full);
  t.same([await overdraw(), await overdraw(), await overdraw()], ["taken", "taken", "stalled"]);
  t.equal(ledger.held, 21);
  await t.rejects(consume(1), full, "others are still refused");

  // One batch leaves; the queue is still beyond its room.
  let isFirst = true;
  sender.answer = (payload, signal) => {
    if (!isFirst) return hang(payload, signal);
    isFirst = false;
    return takeAll(payload, signal);
  };
  await clock.advance(5000);
  t.equal(await overdraw(), "slow", "something moves: the caller may as well wait");

  sender.answer = takeAll;
  await clock.advance(60_000);
  t.equal(ledger.held, 0);
  await consume(1);
  await clock.advance(0);
  sender.answer = away;
  await consume(1);
  t.same([await overdraw(), await overdraw(), await overdraw()], ["taken", "taken", "stalled"], "and it begins anew");
});

t.test("only a queue has something beyond its room", async (t) => {
  for (const queue of [{ enabled: false }, { queue_size: 1, wait_for_result: true }]) {
    const { exporter } = await setUp({ sending_queue: queue }, away);
    t.equal(await exporter.overdraw?.(batchOf(1), emptyContext), "slow");
    await exporter.shutdown(AbortSignal.abort());
    t.equal(await exporter.overdraw?.(batchOf(1), emptyContext), "slow");
  }
});

t.test("a batch that is larger than the whole queue is refused for good", async (t) => {
  const { consume } = await setUp({ sending_queue: { queue_size: 10, sizer: "items" } });
  await t.rejects(consume(11), { kind: "permanent", message: "element size too large" });
  await consume(10);
});

t.test("the queue counts in requests, items or bytes", async (t) => {
  for (const [sizer, size] of [
    ["requests", 1],
    ["items", 4],
    ["bytes", 4],
  ] as const) {
    const { consume, meter } = await setUp({ sending_queue: { sizer } }, hang);
    await consume(4);
    t.equal(meter.value("otelcol_exporter_queue_size", { data_type: "traces" }), size, sizer);
    await consume(0);
    t.equal(meter.value("otelcol_exporter_queue_size", { data_type: "traces" }), size, "nothing needs no room");
  }
});

t.test("with block_on_overflow a caller waits for room", async (t) => {
  const written = { sending_queue: { queue_size: 1, block_on_overflow: true } };
  const { consume, sender, clock, exporter, ledger } = await setUp(written, away);
  await consume(1);
  let isTaken = false;
  const waiting = consume(2).then(() => (isTaken = true));
  await clock.advance(1000);
  t.equal(isTaken, false);
  t.equal(ledger.held, 1);
  sender.answer = takeAll;
  await clock.advance(4000);
  await waiting;
  await exporter.shutdown(never);
  t.equal(ledger.sentCount, 3);
});

t.test("with wait_for_result the caller gets the outcome", async (t) => {
  const written = { sending_queue: { wait_for_result: true }, retry_on_failure: { max_elapsed_time: "30s" } };
  const { consume, sender, clock, ledger, lines } = await setUp(written, away);
  const failed = t.rejects(consume(3), { kind: "retryable", message: "no more retries left: backend is away" });
  await clock.advance(31_000);
  await failed;
  t.equal(ledger.accountedCount, 0, "a batch that goes back was never taken");
  t.match(lines().at(-1), "error Exporting failed. Rejecting data.");
  sender.answer = ({ items }) => ({ sent: items.length - 1, dropped: [{ reason: "permanent_error", count: 1 }] });
  await consume(3);
  t.same(ledger.droppedBy, { permanent_error: 1 });
  t.equal(ledger.sentCount, 0, "what consume() took without dropping it is counted around it");
});

t.test("without a queue the caller waits for the backend", async (t) => {
  const written = { sending_queue: { enabled: false }, retry_on_failure: { max_elapsed_time: "30s" } };
  const { consume, sender, clock, ledger, lines, meter } = await setUp(written, away);
  const failed = t.rejects(consume(3), { kind: "retryable", message: "no more retries left: backend is away" });
  await clock.advance(31_000);
  await failed;
  t.equal(
    lines().at(-1),
    "error Exporting failed. Rejecting data. Try enabling sending_queue to survive temporary failures.",
  );
  sender.answer = takeAll;
  await consume(3);
  t.equal(ledger.accountedCount, 0);
  t.equal(meter.value("otelcol_exporter_queue_size", { data_type: "traces" }), undefined);
  t.equal(meter.value("otelcol_exporter_in_flight_requests", { data_type: "traces" }), 0);
});

t.test("without retries a failure drops the batch, and says what would help", async (t) => {
  const { consume, clock, ledger, logger } = await setUp({ retry_on_failure: { enabled: false } }, away);
  await consume(3);
  await clock.advance(0);
  t.same(ledger.droppedBy, { retries_exhausted: 3 });
  t.same(logger.entries, [
    {
      level: "error",
      message:
        "Exporting failed. Dropping data. Try enabling retry_on_failure config option to retry on retryable errors.",
      fields: { error: "backend is away", dropped_items: 3, kept_items: 0, queue_size: 1, queue_capacity: 1000 },
      isBlock: false,
    },
  ]);
});

t.test("a permanent error drops the batch at once", async (t) => {
  const { consume, clock, ledger, logger } = await setUp({}, () =>
    Promise.reject(new ConsumeError("permanent", "400 Bad Request")),
  );
  await consume(3);
  await clock.advance(0);
  t.same(ledger.droppedBy, { permanent_error: 3 });
  t.match(logger.entries[0], {
    level: "error",
    message: "Exporting failed. Dropping data.",
    fields: { error: "not retryable error: 400 Bad Request", dropped_items: 3 },
  });
});

t.test("items that cannot be encoded are dropped, the others are sent", async (t) => {
  const { consume, sender, clock, ledger, logger } = await setUp();
  sender.invalid = [{ reason: "invalid_item", count: 2, cause: "metric has no name" }];
  await consume(5);
  await clock.advance(0);
  t.same(ledger.droppedBy, { invalid_item: 2 });
  t.equal(ledger.sentCount, 3);
  t.match(logger.entries[0]?.fields, { error: "metric has no name", dropped_items: 2 });
  sender.invalid = [{ reason: "invalid_item", count: 2 }];
  await consume(2);
  await clock.advance(0);
  t.equal(sender.attempts.length, 1, "nothing is left to send");
  t.same(ledger.droppedBy, { invalid_item: 4 });
  t.equal(logger.entries.length, 1, "without a cause the sender has said it itself");
});

t.test("only the part that failed is sent again, and the ledger moves part by part", async (t) => {
  const { consume, sender, clock, ledger } = await setUp({}, ({ items }) => ({
    sent: 2,
    dropped: [],
    retry: { payload: payloadOf(items.slice(2)), error: new ConsumeError("retryable", "half of it") },
  }));
  await consume(5);
  await clock.advance(0);
  t.equal(ledger.sentCount, 2);
  t.equal(ledger.held, 3);
  t.equal(ledger.failedCount, 1, "the failure is shown although nothing is lost");
  sender.answer = takeAll;
  await clock.advance(5000);
  t.same(
    sender.attempts.map(({ items }) => items),
    [
      [0, 1, 2, 3, 4],
      [2, 3, 4],
    ],
  );
  t.equal(ledger.sentCount, 5);
});

t.test("a sender that fails to account for items does not falsify the ledger", async (t) => {
  const { consume, sender, clock, ledger } = await setUp({}, () => ({ sent: 1, dropped: [] }));
  await consume(3);
  await clock.advance(0);
  t.same([ledger.sentCount, ledger.droppedBy, ledger.held], [1, { permanent_error: 2 }, 0]);
  sender.answer = () => ({ sent: 100, dropped: [{ reason: "permanent_error", count: 5 }] });
  await consume(3);
  await clock.advance(0);
  t.same([ledger.sentCount, ledger.droppedBy, ledger.held], [4, { permanent_error: 2 }, 0]);
});

t.test("a defect in encode() drops its batch and nothing else", async (t) => {
  const { exporter, sender, clock, ledger, consume } = await setUp();
  const encode = sender.encode.bind(sender);
  sender.encode = () => {
    throw new TypeError("defect");
  };
  await consume(3);
  await clock.advance(0);
  sender.encode = encode;
  await consume(4);
  await exporter.shutdown(never);
  t.same([ledger.sentCount, ledger.droppedBy], [4, { permanent_error: 3 }]);
});

t.test("shutdown() drains the queue with one attempt each, then closes the sender", async (t) => {
  const { exporter, consume, sender, clock, ledger } = await setUp({ sending_queue: { num_consumers: 2 } }, away);
  for (let i = 0; i < 5; i++) await consume(1, i);
  await clock.advance(0);
  t.equal(sender.attempts.length, 2, "two wait for their next attempt, three in the queue");
  sender.answer = takeAll;
  await exporter.shutdown(never);
  t.equal(ledger.sentCount, 5);
  t.same(sender.events, ["start", "shutdown"]);
  t.equal(clock.timerCount, 0);
  await t.rejects(consume(1), { kind: "refused", message: "exporter is not running" });
});

t.test("shutdown() counts what it could not deliver, in one or two lines", async (t) => {
  const { exporter, consume, sender, clock, ledger, logger } = await setUp({}, away);
  for (let i = 0; i < 50; i++) await consume(2);
  await clock.advance(0);
  await exporter.shutdown(never);
  t.equal(sender.attempts.length, 10 + 50, "one attempt each, beside the ten that were waiting");
  t.same(ledger.droppedBy, { shutdown: 100 });
  const lines = logger.entries.filter(({ level }) => level === "error");
  t.ok(lines.length <= 2);
  t.equal(
    lines.reduce((sum, { fields }) => sum + Number(fields["dropped_items"]), 0),
    100,
  );
  t.match(lines[0]?.fields["error"], "interrupted due to shutdown: backend is away");
});

t.test("shutdown() does not wait beyond its signal", async (t) => {
  // The second sender is deaf to its signal.
  for (const answer of [hang, (): Promise<never> => new Promise(() => {})]) {
    const written = { timeout: "20s", sending_queue: { num_consumers: 1 } };
    const { exporter, consume, sender, clock, ledger, logger } = await setUp(written, answer);
    for (let i = 0; i < 5; i++) await consume(2);
    await clock.advance(0);
    const stop = new AbortController();
    const stopped = exporter.shutdown(stop.signal);
    await clock.advance(0);
    t.equal(ledger.held, 10);
    stop.abort();
    await stopped;
    await clock.advance(60_000);
    t.same([ledger.held, ledger.droppedBy], [0, { shutdown: 10 }]);
    t.equal(sender.attempts.length, 1);
    t.same(
      logger.entries.map(({ fields }) => fields["dropped_items"]),
      [10],
      "said once",
    );
  }
});

t.test("shutdown() turns away callers that wait", async (t) => {
  const blocked = await setUp({ sending_queue: { queue_size: 1, block_on_overflow: true } }, hang);
  await blocked.consume(1);
  const turnedAway = t.rejects(blocked.consume(1), { kind: "refused", message: "exporter is not running" });
  await blocked.exporter.shutdown(AbortSignal.abort());
  await turnedAway;

  for (const sending_queue of [{ enabled: false }, { wait_for_result: true }]) {
    const waiting = await setUp({ sending_queue }, away);
    const failed = t.rejects(waiting.consume(1), { message: "interrupted due to shutdown: backend is away" });
    await waiting.clock.advance(0);
    await waiting.exporter.shutdown(never);
    await failed;
    t.equal(waiting.ledger.accountedCount, 0);
  }
});
