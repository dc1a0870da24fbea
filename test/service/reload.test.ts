import t, { type Test } from "tap";
import { emptyContext, type Consumer } from "../../src/component/consumer.ts";
import { ConsumeError } from "../../src/component/consume-error.ts";
import { until } from "../contracts/until.ts";
import { batchOf, Made, makeService, testConfig, type NotedStage, type TestConfig } from "./service-fixture.ts";

/** Factories that stay the same over a reload, as those of the distribution do. */
function kit(made: Made): Required<Pick<TestConfig, "receivers" | "processors" | "exporters" | "extensions">> {
  return {
    receivers: { r: made.receiver(), r2: made.receiver() },
    processors: { p: made.processor(), q: made.processor() },
    exporters: { e: made.exporter(), f: made.exporter() },
    extensions: { x: made.extension() },
  };
}

async function running(t: Test, made: Made, config: TestConfig) {
  const { service, file, log } = makeService(t, config);
  await service.start();
  made.notes.length = 0;
  return { service, log, reload: (next: TestConfig) => service.reload(testConfig(next, file)) };
}

t.test("reload() of the same configuration exchanges nothing", async (t) => {
  const made = new Made();
  const config: TestConfig = { ...kit(made), pipelines: { traces: "r > p > e", metrics: "r > > f" } };
  const { service, reload } = await running(t, made, config);
  const output = made.output("r", "traces");
  t.same(await reload(config), { started: [], stopped: [], kept: 5 });
  t.same(made.notes, []);
  await output.consume(batchOf(3), emptyContext);
  t.equal(made.sink("e/traces").itemCount, 3);
  t.match(service.ledger(), { received: 3, sent: 3 });
});

t.test("a changed exporter is exchanged; its receivers, processors and neighbours stay", async (t) => {
  const made = new Made();
  const config: TestConfig = { ...kit(made), pipelines: { traces: "r > p > e,f" }, configs: { e: { endpoint: "a" } } };
  const { service, reload } = await running(t, made, config);
  const old = made.sink("e/traces");
  const output = made.output("r", "traces");
  await output.consume(batchOf(1), emptyContext);
  const summary = await reload({ ...config, configs: { e: { endpoint: "b" } } });
  t.same(summary, { started: ["exporter e for traces"], stopped: ["exporter e for traces"], kept: 4 });
  await until(() => made.notes.includes("stop e/traces"), "the old one stops");
  t.same(made.notes, ["start e/traces", "stop e/traces"], "the new one first");
  await output.consume(batchOf(2), emptyContext);
  t.equal(old.itemCount, 1);
  t.equal(made.sink("e/traces").itemCount, 2);
  t.equal(made.sink("f/traces").itemCount, 3);
  t.match(service.ledger(), { received: 3, sent: 6, dropped: {} }, "the numbers go on");
});

t.test("a request that is under way ends in the old graph, the next one begins in the new", async (t) => {
  const made = new Made();
  const config: TestConfig = { ...kit(made), pipelines: { traces: "r > p > e" }, configs: { p: 1, e: 1 } };
  const { service, reload } = await running(t, made, config);
  const old = made.sink("e/traces");
  const output = made.output("r", "traces");
  old.pause();
  const underWay = output.consume(batchOf(1), emptyContext);
  await reload({ ...config, configs: { p: 2, e: 2 } });
  await output.consume(batchOf(2), emptyContext);
  t.equal(made.sink("e/traces").itemCount, 2);
  old.resume();
  await underWay;
  t.equal(old.itemCount, 1);
  t.match(service.ledger(), { received: 3, sent: 3 });
});

t.test("what a removed or changed processor still holds goes to the exporters of now", async (t) => {
  const made = new Made();
  const { stage, flush } = holdingStage();
  const config: TestConfig = {
    ...kit(made),
    processors: { p: made.processor(stage) },
    pipelines: { traces: "r > p > e", logs: "r > p > e" },
    configs: { e: 1 },
  };
  const { reload } = await running(t, made, config);
  await made.output("r", "traces").consume(batchOf(5), emptyContext);
  await made.output("r", "logs").consume(batchOf(6, "logs"), emptyContext);
  const old = made.sink("e/logs");
  await reload({ ...config, pipelines: { traces: "r > > e" }, configs: { e: 2 } });
  await flush();
  t.equal(made.sink("e/traces").itemCount, 5, "to the successor");
  t.equal(old.itemCount, 6, "to the old one where there is none");
});

t.test("a receiver that stays gets and loses signals", async (t) => {
  const made = new Made();
  const config: TestConfig = { ...kit(made), pipelines: { traces: "r > > e" } };
  const { reload } = await running(t, made, config);
  t.notOk(made.receivers.get("r")?.outputs.logs);
  await reload({ ...config, pipelines: { traces: "r > > e", logs: "r > > e" } });
  await made.output("r", "logs").consume(batchOf(2, "logs"), emptyContext);
  t.equal(made.sink("e/logs").itemCount, 2);
  await reload({ ...config, pipelines: { logs: "r > > e" } });
  t.notOk(made.receivers.get("r")?.outputs.traces);
  t.notOk(
    made.notes.some((note) => note.endsWith(" r")),
    "its sockets stayed open",
  );
});

t.test("a changed receiver closes its port before its successor opens it", async (t) => {
  const made = new Made();
  const config: TestConfig = { ...kit(made), pipelines: { traces: "r > > e" }, configs: { r: 1 } };
  const { reload } = await running(t, made, config);
  await reload({ ...config, configs: { r: 2 } });
  t.same(made.notes, ["stop r", "start r"]);
});

t.test("who uses an extension that changes is exchanged with it", async (t) => {
  const made = new Made();
  made.prepare = (component) => {
    const { start } = component;
    if (component.name !== "e/traces") return;
    component.start = (host) => {
      host.extension("x");
      return start.call(component, host);
    };
  };
  const config: TestConfig = { ...kit(made), pipelines: { traces: "r > p > e,f" }, configs: { x: 1 } };
  const { reload } = await running(t, made, config);
  const { started } = await reload({ ...config, configs: { x: 2 } });
  t.same(started, ["exporter e for traces", "extension x"]);
  await until(() => made.notes.includes("stop x"), "the old one stops");
  t.same(made.notes, ["start x", "start e/traces", "stop e/traces", "stop x"], "and outlives its user");
});

t.test("a queue on disk is closed before its successor opens it, and batches wait meanwhile", async (t) => {
  const made = new Made();
  const disks: DiskStage[] = [];
  const disk = (settings: { ledger: NotedStage["settings"]["ledger"] }): Consumer => {
    const stage = new DiskStage(settings.ledger);
    disks.push(stage);
    return stage;
  };
  made.prepare = (component) => {
    if (component.name !== "e/traces") return;
    Object.defineProperty(component, "acknowledgesDurably", { value: true });
    const { start } = component;
    component.start = async (host) => {
      // The successor finds what the old one left.
      if (disks.length > 1) disks.at(-1)?.recover(disks.at(-2)?.items ?? 0);
      await new Promise((resolve) => setTimeout(resolve, 30));
      await start.call(component, host);
    };
  };
  const config: TestConfig = {
    ...kit(made),
    exporters: { e: made.exporter(disk) },
    pipelines: { traces: "r > p > e" },
    configs: { e: 1 },
  };
  const { service, reload } = await running(t, made, config);
  const output = made.output("r", "traces");
  await output.consume(batchOf(4), emptyContext);
  const reloaded = reload({ ...config, configs: { e: 2 } });
  await until(() => made.notes.includes("stop e/traces"), "the old one stops");
  const waiting = output.consume(batchOf(3), emptyContext);
  await reloaded;
  await waiting;
  t.same(made.notes, ["stop e/traces", "start e/traces"]);
  t.same(
    disks.map(({ items }) => items),
    [4, 7],
  );
  t.match(service.ledger(), { received: 7, recovered: 0, queued: 7, sent: 0 }, "nothing is counted twice");

  // The queue goes to a successor, and back when the receiver cannot start.
  const prepare = made.prepare;
  let failures = 0;
  made.prepare = (component) => {
    prepare(component);
    if (component.name === "r" && failures++ === 0) component.startError = new Error("address already in use");
  };
  await t.rejects(reload({ ...config, configs: { r: 2, e: 3 } }), { message: /address already in use/ });
  t.equal(disks.at(-1)?.items, 7);
  t.match(service.ledger(), { received: 7, recovered: 0, queued: 7, sent: 0 }, "nor after a reload that failed");
});

t.test(
  "a storage that changes is closed before its successor opens it, also under an exporter that goes",
  async (t) => {
    const made = new Made();
    made.prepare = (component) => {
      if (component.name !== "e/traces") return;
      Object.defineProperty(component, "acknowledgesDurably", { value: true });
      const { start } = component;
      component.start = (host) => {
        host.extension("x");
        return start.call(component, host);
      };
    };
    const config: TestConfig = { ...kit(made), pipelines: { traces: "r > p > e,f" }, configs: { x: 1 } };
    const { reload } = await running(t, made, config);
    await reload({ ...config, pipelines: { traces: "r > p > f" }, configs: { x: 2 } });
    t.same(made.notes.slice(0, 3), ["stop e/traces", "stop x", "start x"]);
    await made.output("r", "traces").consume(batchOf(2), emptyContext);
    t.equal(made.sink("f/traces").itemCount, 2);
  },
);

t.test("a part that cannot start leaves everything as it was", async (t) => {
  const made = new Made();
  const config: TestConfig = { ...kit(made), pipelines: { traces: "r,r2 > p > e" }, configs: { r: 1, e: 1 } };
  const { service, reload } = await running(t, made, config);
  const exporter = made.sink("e/traces");
  const stays = made.output("r2", "traces");
  made.prepare = (component) => {
    made.prepare = (next) => {
      if (next.name === "r") next.startError = new Error("address already in use");
      made.prepare = () => {};
    };
    if (component.name === "r") component.startError = new Error("address already in use");
  };
  await t.rejects(reload({ ...config, configs: { r: 2, e: 2 } }), {
    message: 'cannot start pipelines: failed to start "r" receiver: address already in use',
  });
  t.same(made.notes, ["stop r", "start e/traces", "start r", "stop r", "stop e/traces", "start r"]);
  await stays.consume(batchOf(1), emptyContext);
  await made.output("r", "traces").consume(batchOf(2), emptyContext);
  t.equal(exporter.itemCount, 3, "the old exporter goes on");
  t.match(service.ledger(), { received: 3, sent: 3 });
  await reload({ ...config, configs: { r: 3, e: 3 } });
  await made.output("r", "traces").consume(batchOf(2), emptyContext);
  t.equal(made.sink("e/traces").itemCount, 2, "a later reload succeeds");
});

t.test("a part that cannot be made changes nothing at all", async (t) => {
  const made = new Made();
  const config: TestConfig = { ...kit(made), pipelines: { traces: "r > p > e" } };
  const { reload } = await running(t, made, config);
  made.prepare = () => {
    throw new Error("bad value");
  };
  await t.rejects(reload({ ...config, configs: { e: 2 } }), { message: /failed to create "e" exporter: bad value/ });
  t.same(made.notes, []);
});

t.test("a batch that one exporter has is not offered to it again after a reload", async (t) => {
  const made = new Made();
  const config: TestConfig = { ...kit(made), pipelines: { traces: "r > p > e,f" }, configs: { e: 1, f: 1 } };
  const { reload } = await running(t, made, config);
  made.sink("f/traces").failWith(new ConsumeError("retryable", "no"), 1);
  const batch = batchOf(4);
  const next = made.processors.get("traces/p")?.next;
  await t.rejects(next?.consume(batch, emptyContext) ?? Promise.resolve(), { message: "no" });
  await reload({ ...config, configs: { e: 2, f: 2 } });
  await next?.consume(batch, emptyContext);
  t.equal(made.sink("e/traces").itemCount, 0, "its predecessor has it");
  t.equal(made.sink("f/traces").itemCount, 4);
});

t.test("a shutdown waits for what a reload has taken out", async (t) => {
  const made = new Made();
  const config: TestConfig = { ...kit(made), pipelines: { traces: "r > p > e" }, configs: { e: 1 } };
  const { service, reload } = await running(t, made, config);
  const old = made.exporters.get("e/traces");
  if (old === undefined) throw new Error("no exporter");
  const drained = Promise.withResolvers<void>();
  old.shutdown = () => drained.promise;
  await reload({ ...config, configs: { e: 2 } });
  let isDown = false;
  const down = service.shutdown(AbortSignal.timeout(5000)).then(() => (isDown = true));
  await until(() => made.notes.includes("stop e/traces"), "the new one stops");
  t.notOk(isDown);
  drained.resolve();
  await down;
});

t.test("changes of service::telemetry are told to wait, and reload() needs a running service", async (t) => {
  const made = new Made();
  const config: TestConfig = { ...kit(made), pipelines: { traces: "r > p > e" } };
  const { service, log, reload } = await running(t, made, config);
  const telemetry = { logs: { level: "debug" } };
  await reload({ ...config, telemetry, notices: ["old spelling"] });
  await service.shutdown(AbortSignal.timeout(1000));
  t.match(log(), "service::telemetry has changed");
  t.match(log(), "old spelling");
  await t.rejects(reload(config), { message: "Cannot reload: the service is not running" });
});

/** Keeps what it takes until it is told to hand it on. */
function holdingStage(): { stage: (settings: unknown, next: Consumer) => Consumer; flush: () => Promise<void> } {
  const held: (() => Promise<void>)[] = [];
  return {
    stage: (_settings, next) => ({
      consume: (batch, context) => {
        held.push(() => next.consume(batch, context));
        return Promise.resolve();
      },
    }),
    flush: async () => {
      for (const hand of held) await hand();
    },
  };
}

/** An exporter whose queue survives it. */
class DiskStage implements Consumer {
  items = 0;
  readonly #ledger: NotedStage["settings"]["ledger"];

  constructor(ledger: NotedStage["settings"]["ledger"]) {
    this.#ledger = ledger;
  }

  recover(items: number): void {
    this.items += items;
    this.#ledger.recovered(items);
  }

  consume(batch: ReturnType<typeof batchOf>): Promise<void> {
    this.items += batch.itemCount;
    this.#ledger.hold(batch.itemCount);
    return Promise.resolve();
  }
}
