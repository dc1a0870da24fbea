import t from "tap";
import * as v from "valibot";
import { emptyContext } from "../../../src/component/consumer.ts";
import { Batch } from "../../../src/pdata/batch.ts";
import { memoryLimiterConfig } from "../../../src/processors/memory-limiter/config.ts";
import { memoryLimiter as factory } from "../../../src/processors/memory-limiter/factory.ts";
import { MemoryLimiterProcessor } from "../../../src/processors/memory-limiter/memory-limiter-processor.ts";
import { processMemory } from "../../../src/processors/memory-limiter/process-memory.ts";
import { componentContract } from "../../contracts/component-contract.ts";
import { RecordingConsumer } from "../../contracts/recording-consumer.ts";
import { TestHost } from "../../contracts/test-host.ts";
import { testSettings, type TestSettings } from "../../contracts/test-settings.ts";
import { TestMemory } from "./test-memory.ts";

const mib = 1024 * 1024;
const refusal = { kind: "refused", message: "data refused due to high memory usage" };

/** Limit 100 MiB, soft limit 80 MiB, a check every second. */
async function setUp(written: Record<string, unknown> = {}, memory = new TestMemory(), sharedWith?: TestSettings) {
  const settings = testSettings({ id: "memory_limiter", ...(sharedWith && { sharedWith, clock: sharedWith.clock }) });
  const config = v.parse(memoryLimiterConfig, { check_interval: "1s", limit_mib: 100, ...written });
  const next = new RecordingConsumer<"traces">();
  const host = new TestHost();
  const processor = new MemoryLimiterProcessor({ config, settings, next, memory });
  await processor.start(host);
  const consume = (byteCount = 10) =>
    processor.consume(new Batch("traces", new Uint8Array(byteCount), 3), emptyContext);
  const lines = (): string[] =>
    settings.logger.entries
      .filter(({ level }) => level !== "debug")
      .map(({ level, message, fields }) => `${level} ${message} ${JSON.stringify(fields)}`);
  return { ...settings, settings, next, host, processor, memory, consume, lines };
}

t.test("memory_limiter is a component", async (t) => {
  const config = v.parse(factory.config, { check_interval: "1s", limit_mib: 100 });
  await componentContract(t, {
    create: () => factory.create(config, testSettings({ id: "memory_limiter" }), new RecordingConsumer<"traces">()),
  });
});

t.test("the limits are said at the start", async (t) => {
  const cases: readonly (readonly [Record<string, unknown>, readonly string[]])[] = [
    [
      { check_interval: "5s", limit_mib: 1536, spike_limit_mib: 512 },
      ['info Memory limiter configured {"limit_mib":1536,"spike_limit_mib":512,"check_interval":5}'],
    ],
    [{}, ['info Memory limiter configured {"limit_mib":100,"spike_limit_mib":20,"check_interval":1}']],
    [
      { limit_mib: 0, limit_percentage: 75, spike_limit_percentage: 25 },
      [
        'info Using percentage memory limiter {"total_memory_mib":1000,"limit_percentage":75,"spike_limit_percentage":25}',
        'info Memory limiter configured {"limit_mib":750,"spike_limit_mib":250,"check_interval":1}',
      ],
    ],
    [
      { limit_mib: 0, limit_percentage: 50 },
      [
        'info Using percentage memory limiter {"total_memory_mib":1000,"limit_percentage":50,"spike_limit_percentage":0}',
        'info Memory limiter configured {"limit_mib":500,"spike_limit_mib":100,"check_interval":1}',
      ],
    ],
  ];
  for (const [written, expected] of cases) t.same((await setUp(written)).lines(), expected);
});

t.test("above the soft limit data is refused, retryably, and taken again when memory is free", async (t) => {
  const { consume, memory, clock, next, meter, lines, host, logger, ledger } = await setUp();
  await consume();
  memory.usedMib = 80;
  await clock.advance(999);
  await consume();
  await clock.advance(1);
  const error = await consume().catch((error: unknown) => error);
  t.match(error, refusal);
  t.ok((error as { retryAfterMs: number }).retryAfterMs >= 1000);
  t.ok((error as { retryAfterMs: number }).retryAfterMs <= 3000);
  t.equal(next.callCount, 2, "nothing is held");
  t.equal(ledger.accountedCount, 0);
  memory.usedMib = 79;
  await clock.advance(1000);
  await consume();
  t.same(lines().slice(1), [
    'warn Memory usage is above soft limit. Refusing data. {"cur_mem_mib":80}',
    'info Memory usage back within limits. Resuming normal operation. {"cur_mem_mib":79}',
  ]);
  t.same(logger.messages("debug"), ["Currently used memory.", "Currently used memory."]);
  t.equal(meter.value("otelcol_processor_memory_limiter_accepted_spans"), 9);
  t.equal(meter.value("otelcol_processor_memory_limiter_refused_spans"), 3);
  t.same(
    host.statuses.map(({ status }) => status),
    ["recoverable_error", "ok"],
  );
});

t.test("the program itself counts as used, up to a sixth of the limit", async (t) => {
  for (const [programMib, usedMib] of [
    [10, 70],
    [300, 63.4],
  ] as const) {
    const memory = new TestMemory();
    memory.programMib = programMib;
    const { consume, clock } = await setUp({}, memory);
    memory.usedMib = usedMib - 1;
    await clock.advance(1000);
    await consume();
    memory.usedMib = usedMib;
    await clock.advance(1000);
    await t.rejects(consume(), refusal);
  }
});

t.test("above the soft limit garbage is collected, at most every min_gc_interval_when_soft_limited", async (t) => {
  const { consume, memory, clock, lines } = await setUp();
  memory.usedMib = 90;
  memory.liveMib = 40;
  await clock.advance(10_000);
  t.equal(memory.collectCount, 0, "counted from the start");
  await t.rejects(consume(), refusal);
  await clock.advance(1000);
  t.equal(memory.collectCount, 1);
  await consume();
  memory.usedMib = 90;
  await clock.advance(10_000);
  t.equal(memory.collectCount, 1);
  await clock.advance(1000);
  t.equal(memory.collectCount, 2);
  t.same(lines().slice(1), [
    'warn Memory usage is above soft limit. Refusing data. {"cur_mem_mib":90}',
    'info Memory usage is above soft limit. Forcing a GC. {"cur_mem_mib":90}',
    'info Memory usage after GC. {"cur_mem_mib":40}',
    'info Memory usage back within limits. Resuming normal operation. {"cur_mem_mib":40}',
    'warn Memory usage is above soft limit. Refusing data. {"cur_mem_mib":90}',
    'info Memory usage is above soft limit. Forcing a GC. {"cur_mem_mib":90}',
    'info Memory usage after GC. {"cur_mem_mib":40}',
    'info Memory usage back within limits. Resuming normal operation. {"cur_mem_mib":40}',
  ]);
});

t.test("above the hard limit garbage is collected at the next check", async (t) => {
  const { consume, memory, clock, lines } = await setUp();
  memory.usedMib = 100;
  memory.liveMib = 40;
  await clock.advance(1000);
  t.equal(memory.collectCount, 1);
  await consume();
  t.same(lines().slice(1), [
    'warn Memory usage is above hard limit. Forcing a GC. {"cur_mem_mib":100}',
    'info Memory usage after GC. {"cur_mem_mib":40}',
  ]);
});

t.test("collections in vain become rarer, and no loop", async (t) => {
  const { memory, clock, logger } = await setUp();
  memory.usedMib = 120;
  const times: number[] = [];
  for (let second = 1; second <= 150; second++) {
    const before = memory.collectCount;
    await clock.advance(1000);
    if (memory.collectCount > before) times.push(second);
  }
  // After the first the wait is 2 × 0.95 s, then it doubles up to 30 s; checks come each second.
  t.same(times, [1, 3, 7, 15, 31, 62, 93, 124]);
  const backOffs = logger.entries.filter(({ message }) => message.startsWith("Forced GC did not reclaim"));
  t.equal(backOffs.length, times.length);
  t.same(backOffs[0], {
    level: "warn",
    message: "Forced GC did not reclaim enough memory. Will back off GC frequency to preserve CPU for recovery.",
    fields: { next_soft_gc_interval: 20, next_hard_gc_interval: 1.9, cur_mem_mib: 120 },
    isBlock: false,
  });
  t.same(backOffs[1]?.fields, { next_soft_gc_interval: 30, next_hard_gc_interval: 3.8, cur_mem_mib: 120 });
  // Memory falls by more than 5 %, but not below the hard limit: the next one comes at once.
  memory.usedMib = 110;
  await clock.advance(1000);
  t.equal(memory.collectCount, times.length + 1);
});

t.test("without a maximum there is no back-off", async (t) => {
  const { memory, clock } = await setUp({
    max_gc_interval_when_soft_limited: 0,
    max_gc_interval_when_hard_limited: 0,
    min_gc_interval_when_hard_limited: "2s",
  });
  memory.usedMib = 120;
  await clock.advance(31_000);
  t.equal(memory.collectCount, 10, "every third second: longer ago than 2 s");
});

t.test("a collection that helps a little does not back off", async (t) => {
  const { memory, clock } = await setUp();
  for (let second = 0; second < 10; second++) {
    memory.usedMib = 120;
    memory.liveMib = 113;
    await clock.advance(1000);
  }
  t.equal(memory.collectCount, 10);
});

t.test("a JavaScript heap that is nearly full counts as above the limits", async (t) => {
  const { consume, memory, clock } = await setUp();
  memory.heapLimitMib = 50;
  const small = await setUp({}, memory);
  memory.usedMib = 45;
  memory.heapMib = 40;
  await small.clock.advance(1000);
  await t.rejects(small.consume(), refusal);
  t.equal(memory.collectCount, 0);
  memory.heapMib = 45;
  await small.clock.advance(1000);
  t.equal(memory.collectCount, 1, "above the hard limit");
  await clock.advance(1000);
  await consume();
});

t.test("admission refuses by bytes in flight, before a body is read", async (t) => {
  const { processor, memory, clock } = await setUp();
  const { admission } = processor;
  memory.usedMib = 50;
  await clock.advance(1000);
  t.equal(admission.reserve(20 * mib), undefined);
  t.equal(admission.reserve(9 * mib), undefined);
  t.match(admission.reserve(2 * mib), refusal);
  t.equal(admission.reserve(mib / 2), undefined);
  admission.release(20 * mib);
  t.equal(admission.reserve(2 * mib), undefined);
  memory.usedMib = 85;
  await clock.advance(1000);
  t.match(admission.reserve(1), refusal, "while refusing nothing is read");
});

t.test("admission measures again before it refuses because of an old measurement", async (t) => {
  const { processor, memory, clock } = await setUp();
  const { admission } = processor;
  memory.usedMib = 78;
  await clock.advance(1000);
  memory.usedMib = 20;
  t.match(admission.reserve(3 * mib), refusal, "measured just now");
  await clock.advance(100);
  t.equal(admission.reserve(3 * mib), undefined);
});

t.test("a burst between two checks is measured on the way", async (t) => {
  const { processor, consume, memory, clock, lines } = await setUp({ check_interval: "1h" });
  const { admission } = processor;
  memory.usedMib = 10;
  let admitted = 0;
  while (admission.reserve(mib) === undefined && admitted < 200) {
    // Each body leaves its bytes in a queue.
    admission.release(mib);
    memory.usedMib += 1;
    admitted++;
  }
  t.ok(admitted >= 65 && admitted < 75, `stops near the soft limit: ${admitted} MiB`);
  const { readCount } = memory;
  for (let i = 0; i < 100; i++) admission.reserve(mib);
  t.ok(memory.readCount - readCount <= 1, "what is refused is not measured");
  t.equal(memory.collectCount, 0);

  const other = await setUp({ check_interval: "1h" });
  other.memory.usedMib = 90;
  let taken = 0;
  while (taken < 100) {
    try {
      await other.consume(mib);
    } catch {
      break;
    }
    taken++;
  }
  t.equal(taken, 4, "batches that come without a reservation are measured too, every quarter of the spike limit");
  await t.rejects(other.consume(), refusal);
  await consume();
  await clock.advance(0);
  t.match(lines().at(-1), "configured");
});

t.test("early checks do not end the refusal, and do not collect more often", async (t) => {
  const { processor, memory, clock } = await setUp();
  memory.usedMib = 110;
  await clock.advance(1000);
  t.equal(memory.collectCount, 1);
  memory.usedMib = 10;
  t.match(processor.admission.reserve(mib), refusal);
  await clock.advance(1000);
  memory.liveMib = 60;
  for (const expected of [2, 2]) {
    memory.usedMib = 110;
    for (let i = 0; i < 5; i++) processor.admission.reserve(mib);
    t.equal(memory.collectCount, expected);
  }
  t.match(processor.admission.reserve(mib), refusal);
});

t.test("pipelines that name one id share one limiter", async (t) => {
  const memory = new TestMemory();
  const first = await setUp({}, memory);
  const second = await setUp({}, memory, first.settings);
  t.equal(first.processor.admission, second.processor.admission);
  t.equal(first.clock.timerCount, 1);
  memory.usedMib = 90;
  await first.clock.advance(1000);
  await t.rejects(second.consume(), refusal);
  t.same(second.host.statuses.length, 1);
  await first.processor.shutdown();
  await first.processor.shutdown();
  t.equal(first.clock.timerCount, 1, "the other one still needs it");
  memory.usedMib = 10;
  await first.clock.advance(1000);
  await second.consume();
  await second.processor.shutdown();
  t.equal(first.clock.timerCount, 0);
  t.equal(second.lines().length, 0, "the limiter speaks once, not once a pipeline");
});

t.test("processMemory sees buffers come and go", async (t) => {
  processMemory.collect();
  const before = processMemory.read().usedBytes;
  let buffers: Buffer[] = [];
  for (let i = 0; i < 64; i++) buffers.push(Buffer.alloc(mib, 1));
  const full = processMemory.read().usedBytes;
  t.ok(full - before > 60 * mib, `${buffers.length} MiB are seen`);
  buffers = [];
  processMemory.collect();
  const after = processMemory.read();
  t.ok(after.usedBytes - before < 10 * mib, "and are gone right after a collection");
  t.ok(after.heapBytes < after.usedBytes);
  t.ok(processMemory.programBytes() > mib && processMemory.programBytes() < process.memoryUsage.rss());
  t.ok(processMemory.totalBytes() > 0 && processMemory.totalBytes() < 2 ** 50);
  t.ok(processMemory.heapLimitBytes() > mib);
  t.notOk("gc" in globalThis, "nothing is left behind");
});
