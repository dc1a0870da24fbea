import t from "tap";
import { CollectorProcess, freePort, until } from "../../e2e/collector-process.ts";
import { SpanLoad } from "../../e2e/span-load.ts";
import { TraceSink } from "../../e2e/trace-sink.ts";

interface Account {
  readonly id: string;
  readonly received: number;
  readonly refused: number;
  readonly sent: number;
  readonly queued: number;
  readonly inFlight: number;
  readonly dropped: Readonly<Record<string, number>>;
  readonly unaccounted: number;
}

interface Ledger {
  readonly receivers: readonly { id: string; received: number; refused: number }[];
  readonly pipelines: readonly {
    id: string;
    received?: number;
    processors: readonly Account[];
    exporters: readonly Account[];
  }[];
}

t.test(
  "the ledger of a running collector says where every item is, before and after the backend answers",
  async (t) => {
    const [port, pages] = [await freePort(), await freePort()];
    const sink = await TraceSink.start();
    sink.mood = "refuse";
    const collector = await CollectorProcess.start(`
extensions: { zpages: { endpoint: "127.0.0.1:${pages}" } }
receivers: { otlp: { protocols: { http: { endpoint: "127.0.0.1:${port}" } } } }
processors: { batch: { timeout: 50ms } }
exporters:
  tanzuobservability:
    traces: { endpoint: "http://127.0.0.1:${sink.port}" }
    retry_on_failure: { initial_interval: 50ms, max_interval: 100ms }
  tanzuobservability/hasty:
    traces: { endpoint: "http://127.0.0.1:${sink.port}" }
    retry_on_failure: { enabled: false }
  nop:
service:
  extensions: [zpages]
  telemetry: { metrics: { level: none } }
  pipelines:
    traces: { receivers: [otlp], processors: [batch], exporters: [tanzuobservability, tanzuobservability/hasty] }
    logs: { receivers: [otlp], exporters: [nop] }
`);
    const load = new SpanLoad(port);
    t.teardown(async () => {
      load.close();
      await collector.stop("SIGKILL");
      await sink.close();
    });
    const url = `http://127.0.0.1:${pages}/debug/ledger`;
    const read = async (): Promise<Ledger> => (await (await fetch(`${url}?format=json`)).json()) as Ledger;
    const exporter = async (id: string): Promise<Account | undefined> =>
      (await read()).pipelines.flatMap(({ exporters }) => exporters).find((account) => account.id === id);

    await load.run({ spansPerRequest: 50, requests: 20 });
    await until("the patient one holds all", async () => {
      const account = await exporter("tanzuobservability");
      return account !== undefined && account.queued + account.inFlight === 1000;
    });
    await until(
      "the hasty one has given up",
      async () => (await exporter("tanzuobservability/hasty"))?.dropped["retries_exhausted"] === 1000,
    );
    const during = await read();
    t.match(during.receivers, [{ id: "otlp", received: 1000, refused: 0 }]);
    t.same(
      during.pipelines.map(({ id, received }) => [id, received]),
      [
        ["logs", undefined],
        ["traces", 1000],
      ],
      "a pipeline without processors does not claim what its receiver took for others",
    );
    t.match(during.pipelines[1]?.processors, [
      { id: "batch", received: 1000, sent: 1000, queued: 0, inFlight: 0, unaccounted: 0 },
    ]);

    const text = await (await fetch(url)).text();
    const words = text.replaceAll(/<[^>]*>/g, " ").replaceAll(/\s+/g, " ");
    t.match(words, "traces 1000 received, 0 refused");
    t.match(words, "tanzuobservability/hasty 1000 0 0 0 0 0 1000 retries_exhausted 0");

    sink.mood = "take";
    await until("all is sent", async () => (await exporter("tanzuobservability"))?.sent === 1000);
    t.match(await exporter("tanzuobservability"), {
      received: 1000,
      queued: 0,
      inFlight: 0,
      dropped: {},
      unaccounted: 0,
    });
  },
);

t.test("under load every look finds every item, queued and in flight told apart, on both ports", async (t) => {
  const [port, pages, metrics] = [await freePort(), await freePort(), await freePort()];
  const sink = await TraceSink.start();
  sink.mood = "slow";
  const collector = await CollectorProcess.start(`
extensions: { zpages: { endpoint: "127.0.0.1:${pages}" } }
receivers: { otlp: { protocols: { http: { endpoint: "127.0.0.1:${port}" } } } }
processors: { batch: { timeout: 10ms, send_batch_size: 20 } }
exporters:
  tanzuobservability:
    traces: { endpoint: "http://127.0.0.1:${sink.port}" }
    sending_queue: { num_consumers: 2, queue_size: 20 }
service:
  extensions: [zpages]
  telemetry: { metrics: { level: normal, readers: [{ pull: { exporter: { prometheus: { host: 127.0.0.1, port: ${metrics} } } } }] } }
  pipelines:
    traces: { receivers: [otlp], processors: [batch], exporters: [tanzuobservability] }
`);
  const load = new SpanLoad(port);
  t.teardown(async () => {
    load.close();
    await collector.stop("SIGKILL");
    await sink.close();
  });
  const read = async (): Promise<Ledger> =>
    (await (await fetch(`http://127.0.0.1:${pages}/debug/ledger?format=json`)).json()) as Ledger;
  const running = load.run({ spansPerRequest: 10 });
  let bothSeen = 0;
  await until("40 looks with items queued and in flight", async () => {
    const { pipelines } = await read();
    const [pipeline] = pipelines;
    const [batch] = pipeline?.processors ?? [];
    const [exporter] = pipeline?.exporters ?? [];
    if (batch === undefined || exporter === undefined) return false;
    if (batch.unaccounted !== 0 || exporter.unaccounted !== 0) t.fail(JSON.stringify(pipeline));
    if (pipeline?.received !== batch.received) t.fail("the pipeline has what its first stage took");
    if (batch.sent !== exporter.received) t.fail(`between the stages: ${JSON.stringify(pipeline)}`);
    const text = await (await fetch(`http://127.0.0.1:${metrics}/metrics`)).text();
    const of = (state: string): number =>
      Array.from(text.matchAll(/^otelcol_ledger_items\{(.*)\} (\d+)$/gm))
        .filter(([, labels = ""]) => labels.includes('exporter="') && labels.includes(`state="${state}"`))
        .reduce((sum, [, , value]) => sum + Number(value), 0);
    const scraped = ["sent", "queued", "in_flight", "dropped"].map(of);
    t.equal(
      of("received"),
      scraped.reduce((sum, value) => sum + value),
      `8888: received = ${scraped.join(" + ")}`,
    );
    if (exporter.queued > 0 && exporter.inFlight > 0 && of("in_flight") > 0) bothSeen++;
    return bothSeen >= 40;
  });
  load.stop();
  await running;
});
