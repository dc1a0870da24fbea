import t from "tap";
import * as v from "valibot";
import { ConsumeError } from "../../../src/component/consume-error.ts";
import { emptyContext, type RequestContext } from "../../../src/component/consumer.ts";
import { Batch } from "../../../src/pdata/batch.ts";
import { roomBytes } from "../../../src/processors/batch/batcher.ts";
import { batch as factory } from "../../../src/processors/batch/factory.ts";
import { maxCallers, waitMs } from "../../../src/processors/batch/waiting-callers.ts";
import { componentContract } from "../../contracts/component-contract.ts";
import { RecordingConsumer } from "../../contracts/recording-consumer.ts";
import { TestHost } from "../../contracts/test-host.ts";
import { testSettings } from "../../contracts/test-settings.ts";
import { range, spanBatch, spansOf } from "./span-batch.ts";

const never = new AbortController().signal;
const full = new ConsumeError("refused", "sending queue is full", { retryAfterMs: 2500 });
const slow = { kind: "refused", message: "batch is full: the next stage is slow" };
const bad = new ConsumeError("permanent", "400 Bad Request");

function contextOf(metadata: Readonly<Record<string, readonly string[]>>): RequestContext {
  return { peer: "127.0.0.1:1234", metadata: new Map(Object.entries(metadata)) };
}

async function setUp(written: Record<string, unknown> = {}) {
  const settings = testSettings({ id: "batch" });
  const next = new RecordingConsumer<"traces">();
  const processor = factory.create(v.parse(factory.config, written), settings, next);
  await processor.start(new TestHost());
  const consume = (batch: Batch<"traces">, context: RequestContext = emptyContext) => processor.consume(batch, context);
  const sizes = (): number[] => next.batches.map(({ itemCount }) => itemCount);
  return { ...settings, next, processor, consume, sizes };
}

t.test("batch is a component", async (t) => {
  await componentContract(t, {
    create: () =>
      factory.create(v.parse(factory.config, null), testSettings({ id: "batch" }), new RecordingConsumer<"traces">()),
  });
});

t.test("an input of 20000 items leaves in batches of send_batch_max_size; the rest stays", async (t) => {
  const cases: readonly (readonly [Record<string, number>, readonly number[], number])[] = [
    [{ send_batch_max_size: 8192 }, [8192, 8192], 3616],
    [{ send_batch_max_size: 10_000 }, [10_000, 10_000], 0],
    [{}, [20_000], 0],
    [{ send_batch_size: 30_000 }, [], 20_000],
    [{ send_batch_size: 100, send_batch_max_size: 7000 }, [7000, 7000, 6000], 0],
  ];
  const input = spanBatch(20_000);
  for (const [written, expected, kept] of cases) {
    const { consume, clock, sizes, ledger, next } = await setUp({ timeout: "1h", ...written });
    await consume(input);
    await clock.advance(0);
    t.same(sizes(), expected, JSON.stringify(written));
    t.equal(ledger.held, kept);
    t.same(next.batches.flatMap(spansOf), range(0, 20_000 - kept), "in order");
  }
});

t.test("inputs join in order until send_batch_size is reached", async (t) => {
  const { consume, clock, sizes, next } = await setUp({ send_batch_size: 10, timeout: "1h" });
  for (let i = 0; i < 9; i++) await consume(spanBatch(4, i * 4));
  await clock.advance(0);
  t.same(sizes(), [12, 12, 12], "a batch ends with the input that makes it due");
  t.same(next.batches.flatMap(spansOf), range(0, 36));
});

t.test("a batch ends where it would if inputs came one by one, also when the next stage is slow", async (t) => {
  const { consume, clock, sizes, next } = await setUp({ send_batch_size: 10, send_batch_max_size: 15, timeout: "1h" });
  next.pause();
  for (const [itemCount, first] of [
    [12, 0],
    [4, 12],
    [20, 16],
    [3, 36],
    [40, 39],
  ] as const) {
    await consume(spanBatch(itemCount, first));
  }
  next.resume();
  await clock.advance(0);
  // 12 | 4+20 = 24: 15, 9 stay | 9+3 = 12 | 40: 15, 15, 10
  t.same(sizes(), [12, 15, 12, 15, 15, 10]);
  t.same(next.batches.flatMap(spansOf), range(0, 79));
});

t.test("the timer sends what is there, every timeout since the last send", async (t) => {
  const { consume, clock, sizes, processor } = await setUp({ send_batch_size: 10 });
  t.equal(clock.timerCount, 0, "nothing is held: no timer runs");
  await clock.advance(150);
  await consume(spanBatch(3));
  t.equal(clock.timerCount, 1);
  await consume(spanBatch(3));
  t.equal(clock.timerCount, 1, "one timer for all");
  await clock.advance(49);
  t.same(sizes(), []);
  await clock.advance(1);
  t.same(sizes(), [6]);
  t.equal(clock.timerCount, 0);
  await clock.advance(1000);
  await consume(spanBatch(10));
  await clock.advance(30);
  t.same(sizes(), [6, 10]);
  await consume(spanBatch(1));
  await clock.advance(169);
  t.same(sizes(), [6, 10], "the timer starts again with a send");
  await clock.advance(1);
  t.same(sizes(), [6, 10, 1]);
  await processor.shutdown(never);
});

t.test("with timeout 0 or send_batch_size 0 every input is sent at once, only the maximum applies", async (t) => {
  for (const written of [
    { timeout: 0, send_batch_size: 6 },
    { send_batch_size: 0 },
    { timeout: "0s", send_batch_size: 5 },
  ]) {
    const { consume, clock, sizes, next } = await setUp({ ...written, send_batch_max_size: 6 });
    next.pause();
    for (const itemCount of [1, 8, 2, 20]) await consume(spanBatch(itemCount));
    next.resume();
    await clock.advance(0);
    t.same(sizes(), [1, 6, 2, 2, 6, 6, 6, 2], JSON.stringify(written));
    t.equal(clock.timerCount, 0);
  }
});

t.test("an input without items is dropped", async (t) => {
  const { consume, clock, next, ledger } = await setUp();
  await consume(spanBatch(0));
  await clock.advance(1000);
  t.equal(next.callCount, 0);
  t.equal(ledger.accountedCount, 0);
});

t.test("the request's context ends here", async (t) => {
  const { consume, clock, next } = await setUp();
  await consume(spanBatch(1), { peer: "127.0.0.1:1234", metadata: new Map([["tenant", ["a"]]]) });
  await clock.advance(200);
  t.same(next.contexts[0], emptyContext);
});

t.test("triggers, sizes and bytes are counted when the next stage has taken the batch", async (t) => {
  const { consume, clock, next, meter } = await setUp({ send_batch_size: 10 });
  next.failWith(bad, 1);
  await consume(spanBatch(10));
  await consume(spanBatch(11));
  await consume(spanBatch(5));
  await clock.advance(200);
  t.equal(meter.value("otelcol_processor_batch_batch_size_trigger_send"), 1);
  t.equal(meter.value("otelcol_processor_batch_timeout_trigger_send"), 1);
  t.same(meter.records("otelcol_processor_batch_batch_send_size"), [11, 5]);
  t.same(
    meter.records("otelcol_processor_batch_batch_send_size_bytes"),
    next.batches.map(({ bytes }) => bytes.length),
  );
  t.equal(meter.value("otelcol_processor_batch_metadata_cardinality"), 1);
  t.equal(meter.levelOf("otelcol_processor_batch_batch_send_size"), "normal");
  t.equal(meter.levelOf("otelcol_processor_batch_batch_send_size_bytes"), "detailed");
});

t.test("a batch that the next stage refuses is kept and offered again, in its place", async (t) => {
  for (const error of [full, new ConsumeError("retryable", "backend is away"), new TypeError("fetch failed")]) {
    const { consume, clock, next, ledger, logger } = await setUp({ send_batch_size: 10 });
    next.failWith(error, 4);
    await consume(spanBatch(10));
    await consume(spanBatch(10, 10));
    await clock.advance(0);
    t.equal(ledger.held, 20);
    t.equal(ledger.failedCount, 1);
    await clock.advance(50 + 100 + 200 + 400);
    t.equal(next.callCount, 6);
    t.same(next.batches.flatMap(spansOf), range(0, 20));
    t.same([ledger.held, ledger.sentCount, ledger.droppedCount], [0, 20, 0]);
    t.equal(logger.messages("warn").length, 1, "said once");
    t.equal(clock.timerCount, 0);
  }
});

t.test("the next stage may ask for a longer wait, but a full stage in this process is asked soon", async (t) => {
  const cases: readonly (readonly [ConsumeError, number])[] = [
    [new ConsumeError("retryable", "429", { retryAfterMs: 10_000 }), 10_000],
    [new ConsumeError("retryable", "429", { retryAfterMs: 86_400_000 }), 30_000],
    [new ConsumeError("retryable", "429", { retryAfterMs: Number.NaN }), 50],
    [full, 50],
  ];
  for (const [error, expected] of cases) {
    const { consume, clock, next } = await setUp({ send_batch_size: 10 });
    next.failWith(error, 1);
    await consume(spanBatch(10));
    await clock.advance(expected - 1);
    t.equal(next.batches.length, 0);
    await clock.advance(1);
    t.equal(next.batches.length, 1, `${error.kind} ${error.retryAfterMs} is offered again after ${expected} ms`);
  }
});

t.test("a batch that will never be taken is dropped, counted and said", async (t) => {
  const { consume, clock, next, ledger, logger, processor } = await setUp({ send_batch_size: 10 });
  next.failWith(bad, 3);
  for (let i = 0; i < 4; i++) await consume(spanBatch(10, 10 * i));
  await clock.advance(0);
  t.same(ledger.droppedBy, { permanent_error: 30 });
  t.equal(ledger.sentCount, 10);
  t.same(next.batches.flatMap(spansOf), range(30, 40));
  t.match(logger.entries, [
    { level: "warn", message: "Sender failed", fields: { error: "400 Bad Request", dropped_items: 10 } },
  ]);
  await processor.shutdown(never);
  t.match(logger.entries[1], { message: "Sender failed", fields: { dropped_items: 20 } });
});

t.test("while a batch is on its way there is room for a bounded number of items; then callers wait", async (t) => {
  const { consume, clock, next, ledger, sizes } = await setUp({ send_batch_size: 1000, timeout: "1h" });
  next.pause();
  await consume(spanBatch(1000));
  for (let i = 0; i < 4; i++) await consume(spanBatch(300, i));
  t.equal(ledger.held, 1000 + 1200, "the one that crosses the line is still taken");
  let answers = 0;
  const waiting = [consume(spanBatch(5)), consume(spanBatch(6))].map((answer) => answer.then(() => answers++));
  await clock.advance(waitMs - 1);
  t.equal(answers, 0);
  next.resume();
  await clock.advance(0);
  await Promise.all(waiting);
  t.same(sizes(), [1000, 1200]);
  t.equal(ledger.held, 11);
  t.equal(clock.timerCount, 1, "only the one that sends");
});

t.test("callers that wait too long are refused, retryably, the first one first", async (t) => {
  const { consume, clock, next, ledger, processor } = await setUp({ send_batch_size: 1000 });
  next.failWith(full);
  await consume(spanBatch(1000));
  await consume(spanBatch(1000));
  const refusals: string[] = [];
  const note =
    (name: string) =>
    (error: ConsumeError): void => {
      t.equal(error.kind, "refused");
      t.equal(error.message, "batch is full: sending queue is full");
      t.ok(Number(error.retryAfterMs) >= 1000 && Number(error.retryAfterMs) <= 3000);
      refusals.push(name);
    };
  consume(spanBatch(1)).catch(note("first"));
  await clock.advance(500);
  consume(spanBatch(1)).catch(note("second"));
  await clock.advance(waitMs - 500);
  t.same(refusals, ["first"]);
  await clock.advance(500);
  t.same(refusals, ["first", "second"]);
  t.equal(ledger.held, 2000, "refused items are their sender's");
  next.succeed();
  await clock.advance(1000);
  t.equal(ledger.sentCount, 2000);
  await processor.shutdown(never);
});

t.test("no more than a bounded number of callers wait", async (t) => {
  const { consume, clock, next, ledger } = await setUp({ send_batch_size: 1000 });
  next.pause();
  await consume(spanBatch(1000));
  await consume(spanBatch(1000));
  const one = spanBatch(1);
  const waiting = Array.from({ length: maxCallers }, () => consume(one));
  await t.rejects(consume(one), slow);
  next.resume();
  await Promise.all(waiting);
  await clock.advance(200);
  t.equal(ledger.sentCount, 2000 + maxCallers);
});

t.test("room is bounded in bytes too, and so are callers that wait", async (t) => {
  const { consume, clock, next, ledger } = await setUp({ send_batch_size: 1000 });
  next.pause();
  await consume(spanBatch(1000));
  // Never looked into: the next stage answers only at the end.
  const large = new Batch<"traces">("traces", new Uint8Array(roomBytes), 1);
  await consume(large);
  const waiting = consume(large);
  await t.rejects(consume(large), slow);
  t.equal(ledger.held, 1001);
  next.resume();
  await waiting;
  await clock.advance(200);
  t.equal(ledger.sentCount, 1002);
});

t.test("shutdown() sends full batches, then the rest, and counts it as timeout", async (t) => {
  const { consume, next, processor, sizes, meter, clock, ledger } = await setUp({ send_batch_size: 10 });
  next.pause();
  for (let i = 0; i < 5; i++) await consume(spanBatch(7, 7 * i));
  next.resume();
  await processor.shutdown(never);
  t.same(sizes(), [14, 14, 7]);
  t.same(next.batches.flatMap(spansOf), range(0, 35));
  t.equal(meter.value("otelcol_processor_batch_batch_size_trigger_send"), 2);
  t.equal(meter.value("otelcol_processor_batch_timeout_trigger_send"), 1);
  t.equal(meter.value("otelcol_processor_batch_metadata_cardinality"), 0);
  t.equal(clock.timerCount, 0);
  t.equal(ledger.held, 0);
  await t.rejects(consume(spanBatch(1)), { kind: "refused", message: "batch is not running" });
});

t.test("shutdown() offers a refused batch at once, and goes on offering", async (t) => {
  const { consume, next, processor, clock, ledger } = await setUp({ send_batch_size: 10 });
  next.failWith(new ConsumeError("retryable", "busy", { retryAfterMs: 30_000 }), 1);
  await consume(spanBatch(10));
  await consume(spanBatch(3, 10));
  await clock.advance(0);
  const stopped = processor.shutdown(never);
  await clock.advance(0);
  await stopped;
  t.equal(ledger.sentCount, 13);

  const again = await setUp({ send_batch_size: 10 });
  again.next.failWith(full, 3);
  await again.consume(spanBatch(10));
  const stoppedAgain = again.processor.shutdown(never);
  await again.clock.advance(1000);
  await stoppedAgain;
  t.equal(again.ledger.sentCount, 10);
  t.equal(again.next.callCount, 4, "no busy loop");
});

t.test("shutdown() does not wait beyond its signal, and counts what is left", async (t) => {
  for (const isStuck of [true, false]) {
    const { consume, next, processor, clock, ledger, logger } = await setUp({ send_batch_size: 1000 });
    if (isStuck) next.pause();
    else next.failWith(full);
    await consume(spanBatch(1000));
    await consume(spanBatch(1100));
    const waiting = t.rejects(
      consume(spanBatch(1)),
      isStuck ? slow : { kind: "refused", message: "batch is full: sending queue is full" },
    );
    const stop = new AbortController();
    const stopped = processor.shutdown(stop.signal);
    await clock.advance(100);
    t.equal(ledger.held, 2100);
    stop.abort();
    await stopped;
    await waiting;
    t.same([ledger.held, ledger.droppedBy], [0, { shutdown: 2100 }]);
    t.match(logger.entries.at(-1), { message: "Sender failed", fields: { dropped_items: 2100 } });
    next.resume();
    await clock.advance(5000);
    t.equal(ledger.sentCount, 0, "an answer that comes too late changes nothing");
    t.equal(clock.timerCount, 0);
  }
});

t.test("with metadata_keys each combination of values has its own batches and context", async (t) => {
  const { consume, clock, next, meter } = await setUp({ metadata_keys: ["Tenant", "zone"] });
  await consume(spanBatch(1, 0), contextOf({ tenant: ["a"], other: ["x"] }));
  await consume(spanBatch(1, 10), contextOf({ tenant: ["b"] }));
  await consume(spanBatch(1, 1), contextOf({ tenant: ["a"] }));
  await consume(spanBatch(1, 20), contextOf({ tenant: ["a", "b"] }));
  await consume(spanBatch(1, 30), contextOf({ zone: ["a"] }));
  await consume(spanBatch(1, 40), contextOf({ tenant: [] }));
  await consume(spanBatch(1, 50), contextOf({}));
  t.equal(meter.value("otelcol_processor_batch_metadata_cardinality"), 6);
  t.equal(clock.timerCount, 6);
  await clock.advance(200);
  t.same(next.batches.map(spansOf), [[0, 1], [10], [20], [30], [40], [50]]);
  t.same(
    next.contexts.map(({ peer, metadata }) => [peer, ...metadata]),
    [
      ["", ["tenant", ["a"]]],
      ["", ["tenant", ["b"]]],
      ["", ["tenant", ["a", "b"]]],
      ["", ["zone", ["a"]]],
      ["", ["tenant", []]],
      [""],
    ],
  );
});

t.test("metadata_cardinality_limit refuses new combinations for good", async (t) => {
  const { consume, clock, ledger } = await setUp({ metadata_keys: ["tenant"], metadata_cardinality_limit: 2 });
  await consume(spanBatch(1), contextOf({ tenant: ["a"] }));
  await consume(spanBatch(1), contextOf({ tenant: ["b"] }));
  const refusal = { kind: "permanent", message: "too many batcher metadata-value combinations" };
  await t.rejects(consume(spanBatch(1), contextOf({ tenant: ["c"] })), refusal);
  await clock.advance(1000);
  await t.rejects(consume(spanBatch(1), contextOf({ tenant: ["c"] })), refusal);
  await consume(spanBatch(1), contextOf({ tenant: ["a"] }));
  t.equal(ledger.accountedCount, 3);
});

t.test("without metadata_cardinality_limit only combinations that hold something are kept", async (t) => {
  const { consume, clock, meter, next } = await setUp({ metadata_keys: ["tenant"], metadata_cardinality_limit: 0 });
  for (let i = 0; i < 3000; i++) {
    await consume(spanBatch(1), contextOf({ tenant: [`t${i}`] }));
    if (i % 100 === 99) await clock.advance(200);
  }
  t.equal(meter.value("otelcol_processor_batch_metadata_cardinality"), 0);
  t.equal(next.itemCount, 3000);
});
