import t from "tap";
import { ConsumeError } from "../../src/component/consume-error.ts";
import { emptyContext, type Consumer } from "../../src/component/consumer.ts";
import type { SignalSettings } from "../../src/component/factory.ts";
import type { ComponentReport } from "../../src/component/host.ts";
import type { Batch } from "../../src/pdata/batch.ts";
import { ComponentLedger } from "../../src/service/component-ledger.ts";
import { ManualClock } from "../contracts/manual-clock.ts";
import { RecordingConsumer } from "../contracts/recording-consumer.ts";
import { until } from "../contracts/until.ts";
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

t.test("a dead exporter with a full queue costs its own data after a while, not that of its neighbours", async (t) => {
  const made = new Made();
  const { service, clock, log } = makeService(t, {
    receivers: { r: made.receiver() },
    exporters: { dead: made.exporter(), alive: made.exporter() },
    pipelines: { traces: "r > > dead,alive" },
  });
  await service.start();
  const output = made.output("r", "traces");
  const dead = made.sink("dead/traces");
  dead.failWith(new ConsumeError("refused", "sending queue is full"));
  const batch = batchOf(7);
  for (let second = 0; second < 5; second++) {
    await t.rejects(output.consume(batch, emptyContext), { message: "sending queue is full" });
    await clock.advance(1000);
  }
  await output.consume(batch, emptyContext);
  for (let index = 0; index < 20; index++) await output.consume(batchOf(1), emptyContext);
  t.equal(made.sink("alive/traces").itemCount, 27, "the neighbour has everything, once");
  const exporters = new Map(service.ledger().exporters.map((exporter) => [exporter.id, exporter]));
  t.match(exporters.get("dead"), { sent: 0, queued: 0, dropped: { queue_full: 27 } });
  t.same(service.ledger().received, 27);
  const lost = "Exporter takes nothing. Dropping its data so that the other exporters go on.";
  await until(() => /"error": "sending queue is full", "dropped_items": 7}/.test(log()), "the loss is told");
  t.equal(log().split(lost).length - 1, 1, "told once, not once a batch");
  await clock.advance(60_000);
  await output.consume(batchOf(1), emptyContext);
  await until(() => log().includes('"dropped_items": 28}'), "the loss is told again after a while");

  dead.succeed();
  await output.consume(batchOf(2), emptyContext);
  dead.failWith(new ConsumeError("refused", "sending queue is full"), 1);
  await output.consume(batchOf(3), emptyContext);
  t.equal(dead.itemCount, 2, "one success does not make it a running exporter");
  for (let second = 0; second < 6; second++) {
    await output.consume(batchOf(1), emptyContext);
    await clock.advance(1000);
  }
  const again = /\tinfo\tExporter takes data again\.\t.*"dropped_items": 31}/;
  await until(() => again.test(log()), "it is told that the exporter runs again");
  dead.failWith(new ConsumeError("refused", "sending queue is full"), 1);
  await t.rejects(output.consume(batchOf(1), emptyContext), { message: "sending queue is full" });
  const reports = made.receivers.get("r")?.host?.components() ?? [];
  t.same(
    reports.filter((report) => !isBalanced(report)),
    [],
  );
});

t.test("the only exporter of a pipeline is always waited for: nothing is lost", async (t) => {
  const made = new Made();
  const { service, clock } = makeService(t, {
    receivers: { r: made.receiver() },
    exporters: { dead: made.exporter() },
    pipelines: { traces: "r > > dead" },
  });
  await service.start();
  made.sink("dead/traces").failWith(new ConsumeError("refused", "sending queue is full"));
  const batch = batchOf(2);
  for (let second = 0; second < 20; second++) {
    await t.rejects(made.output("r", "traces").consume(batch, emptyContext));
    await clock.advance(1000);
  }
  t.match(service.ledger(), { received: 0, dropped: {} });
  const exporter = made.receivers
    .get("r")
    ?.host?.components()
    .find((report) => report.kind === "exporter");
  t.equal(exporter?.refused, 2, "a batch that is offered again counts once");
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
