import t from "tap";
import { CollectorProcess, freePort, until } from "../../e2e/collector-process.ts";
import { SpanLoad } from "../../e2e/span-load.ts";
import { TraceSink } from "../../e2e/trace-sink.ts";

interface Account {
  readonly id: string;
  readonly received: number;
  readonly refused: number;
  readonly sent: number;
  readonly held: number;
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
    await until("the patient one holds all", async () => (await exporter("tanzuobservability"))?.held === 1000);
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
    t.match(during.pipelines[1]?.processors, [{ id: "batch", received: 1000, sent: 1000, held: 0, unaccounted: 0 }]);

    const text = await (await fetch(url)).text();
    const words = text.replaceAll(/<[^>]*>/g, " ").replaceAll(/\s+/g, " ");
    t.match(words, "traces 1000 received, 0 refused");
    t.match(words, "tanzuobservability/hasty 1000 0 0 0 0 1000 retries_exhausted 0");

    sink.mood = "take";
    await until("all is sent", async () => (await exporter("tanzuobservability"))?.sent === 1000);
    t.match(await exporter("tanzuobservability"), { received: 1000, held: 0, dropped: {}, unaccounted: 0 });
  },
);
