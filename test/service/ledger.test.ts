import t from "tap";
import { ConsumeError } from "../../src/component/consume-error.ts";
import { emptyContext, type Consumer } from "../../src/component/consumer.ts";
import type { SignalSettings } from "../../src/component/factory.ts";
import type { ComponentReport } from "../../src/component/host.ts";
import type { Batch } from "../../src/pdata/batch.ts";
import { ComponentLedger } from "../../src/service/component-ledger.ts";
import { ManualClock } from "../contracts/manual-clock.ts";
import { RecordingConsumer } from "../contracts/recording-consumer.ts";
import { batchOf, Made, makeService } from "./service-fixture.ts";

/** Takes everything and delivers when told to: what `batch` and a sending queue do, as the ledger sees it. */
class HoldingStage implements Consumer {
  readonly #settings: SignalSettings;
  readonly #next: Consumer;
  readonly #held: Batch[] = [];
  capacity = Infinity;

  constructor(settings: SignalSettings, next: Consumer) {
    this.#settings = settings;
    this.#next = next;
  }

  consume(batch: Batch): Promise<void> {
    if (this.#held.length >= this.capacity) return Promise.reject(new ConsumeError("refused", "queue is full"));
    this.#settings.ledger.hold(batch.itemCount);
    this.#held.push(batch);
    return Promise.resolve();
  }

  /** Hands the oldest batch on; what fails for good is dropped, all else is kept. */
  async deliver(): Promise<void> {
    const { ledger } = this.#settings;
    const [batch] = this.#held;
    if (batch === undefined) return;
    try {
      await this.#next.consume(batch, emptyContext);
    } catch (cause) {
      const error = ConsumeError.from(cause);
      ledger.failed(error);
      if (error.kind !== "permanent") return;
      this.#held.shift();
      ledger.hold(-batch.itemCount);
      ledger.dropped(batch.itemCount, "permanent_error", error);
      return;
    }
    this.#held.shift();
    ledger.hold(-batch.itemCount);
    ledger.sent(batch.itemCount);
  }
}

function isBalanced(report: ComponentReport): boolean {
  let dropped = 0;
  for (const itemCount of Object.values(report.dropped)) dropped += itemCount;
  return report.accepted === report.sent + report.held + dropped;
}

t.test("what was received is sent, held or dropped in each branch, at every rest", async (t) => {
  const made = new Made();
  const stages = new Map<string, HoldingStage>();
  const backend = new RecordingConsumer();
  const holding = (settings: SignalSettings, next: Consumer): Consumer => {
    const stage = new HoldingStage(settings, next);
    stages.set(settings.id.text, stage);
    return stage;
  };
  const { service } = makeService(t, {
    receivers: { r1: made.receiver(), r2: made.receiver() },
    processors: { limiter: made.processor(), batch: made.processor(holding) },
    exporters: { plain: made.exporter(), queued: made.exporter((settings) => holding(settings, backend)) },
    pipelines: { traces: "r1,r2 > limiter,batch > plain,queued" },
  });
  await service.start();
  const receivers = [made.output("r1", "traces"), made.output("r2", "traces")];
  const [batch, queued] = [stages.get("batch"), stages.get("queued")];
  let state = 7;
  const random = (below: number): number => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
  const queuedStage = queued as HoldingStage;
  for (let step = 0; step < 400; step++) {
    const items = batchOf(1 + random(9));
    queuedStage.capacity = random(4) === 0 ? 0 : Infinity;
    if (random(8) === 0) backend.failWith(new ConsumeError(random(2) === 0 ? "permanent" : "retryable", "no"), 1);
    if (random(10) === 0 && batch !== undefined) batch.capacity = random(2) === 0 ? 0 : Infinity;
    await receivers[random(2)]?.consume(items, emptyContext).catch(() => {});
    if (random(2) === 0) await batch?.deliver();
    if (random(2) === 0) await queued?.deliver();

    const reports = made.receivers.get("r1")?.host?.components() ?? [];
    const unbalanced = reports.filter((report) => !isBalanced(report)).map((report) => report.id.text);
    if (unbalanced.length > 0) t.fail(`${unbalanced.join()} not balanced at step ${step}`);
    const { received, queued: held, dropped, exporters } = service.ledger();
    const inBatch = reports.find((report) => report.id.text === "batch");
    const beforeExporters = (inBatch?.held ?? 0) + (inBatch?.dropped.permanent_error ?? 0);
    const lastQueued = exporters.find((exporter) => exporter.id === "queued");
    const reached = (lastQueued?.sent ?? 0) + (lastQueued?.queued ?? 0) + (lastQueued?.dropped.permanent_error ?? 0);
    if (received !== beforeExporters + reached) t.fail(`received ${received} is not ${beforeExporters} + ${reached}`);
    const sumOfHeld = reports.reduce((sum, report) => sum + report.held, 0);
    if (held !== sumOfHeld) t.fail(`queued ${held} is not ${sumOfHeld}`);
    if ((dropped.permanent_error ?? 0) !== (lastQueued?.dropped.permanent_error ?? 0)) t.fail("drops are not summed");
  }
  const { received, refused, sent, exporters } = service.ledger();
  t.ok(received > 500 && refused > 50 && sent > 500, JSON.stringify(service.ledger()));
  t.ok((exporters.find((exporter) => exporter.id === "queued")?.dropped.permanent_error ?? 0) > 0);
  t.equal(made.sink("plain/traces").itemCount, exporters.find((exporter) => exporter.id === "plain")?.sent);
  t.equal(backend.itemCount, exporters.find((exporter) => exporter.id === "queued")?.sent);
});

t.test("a component that calls nothing has sent what it took, but for what it dropped meanwhile", (t) => {
  const counted: string[] = [];
  const ledger = new ComponentLedger(new ManualClock(), {
    sent: (itemCount) => counted.push(`sent ${itemCount}`),
    sendFailed: (itemCount) => counted.push(`send failed ${itemCount}`),
    enqueueFailed: (itemCount) => counted.push(`enqueue failed ${itemCount}`),
  });
  ledger.took(5);
  ledger.dropped(2, "invalid_item", new Error("NaN"));
  ledger.took(5);
  t.same(counted, ["sent 5", "send failed 2", "sent 3"]);
  t.same([ledger.accepted, ledger.sentCount, ledger.droppedCount, ledger.held], [10, 8, 2, 0]);
  t.match(ledger.lastError, { message: "NaN", unixMs: Date.UTC(2026, 0, 1) });
  t.end();
});

t.test("a component that holds keeps its own numbers", (t) => {
  const ledger = new ComponentLedger(new ManualClock());
  ledger.hold(5);
  ledger.took(5);
  t.same([ledger.accepted, ledger.sentCount, ledger.held], [5, 0, 5]);
  ledger.hold(-5);
  ledger.sent(4);
  ledger.dropped(1, "shutdown");
  t.same([ledger.accepted, ledger.sentCount, ledger.held, ledger.droppedCount], [5, 4, 0, 1]);
  t.end();
});

t.test("refusals are sorted by what they mean: no room, or sending failed", (t) => {
  const counted: string[] = [];
  const ledger = new ComponentLedger(new ManualClock(), {
    sent: () => {},
    sendFailed: (itemCount) => counted.push(`send failed ${itemCount}`),
    enqueueFailed: (itemCount) => counted.push(`enqueue failed ${itemCount}`),
  });
  ledger.refused(3, new ConsumeError("refused", "full"), true);
  ledger.refused(4, new ConsumeError("retryable", "down"), false);
  ledger.dropped(5, "queue_full");
  t.same(counted, ["enqueue failed 3", "send failed 4", "enqueue failed 5"]);
  t.equal(ledger.refusedCount, 7);
  t.equal(ledger.lastError?.message, "down");
  t.end();
});

t.test("what stages throw reaches the receiver as a ConsumeError", async (t) => {
  const made = new Made();
  const { service } = makeService(t, {
    receivers: { r: made.receiver() },
    processors: { p: made.processor() },
    exporters: { e: made.exporter() },
    pipelines: { traces: "r > p > e" },
  });
  await service.start();
  made.sink("e/traces").failWith(new TypeError("a bug"), 1);
  await t.rejects(made.output("r", "traces").consume(batchOf(1), emptyContext), {
    name: "ConsumeError",
    kind: "retryable",
    message: "a bug",
  });
});

t.test("a processor without an opinion passes on the admission of the stages behind it", async (t) => {
  const made = new Made();
  const { service } = makeService(t, {
    receivers: { r: made.receiver() },
    processors: { p: made.processor() },
    exporters: { e: made.exporter() },
    pipelines: { traces: "r > p > e" },
  });
  await service.start();
  const output = made.output("r", "traces");
  t.equal(output.admission, undefined);
  const admission = { reserve: () => undefined, release: () => {} };
  const exporter = made.exporters.get("e/traces");
  t.ok(exporter);
  Object.assign(exporter as object, { admission });
  t.equal(output.admission, admission);
});
