import { once } from "node:events";
import { createServer } from "node:net";
import t from "tap";
import { emptyContext } from "../../src/component/consumer.ts";
import type { Host } from "../../src/component/host.ts";
import { until } from "../contracts/until.ts";
import { batchOf, Made, makeService } from "./service-fixture.ts";

t.test("start goes from extensions and exporters back to receivers, shutdown with the data", async (t) => {
  const made = new Made();
  const { service, log } = makeService(t, {
    receivers: { r: made.receiver() },
    processors: { p1: made.processor(), p2: made.processor() },
    exporters: { e: made.exporter() },
    extensions: { x1: made.extension(), x2: made.extension() },
    pipelines: { traces: "r > p1,p2 > e", metrics: "r > p1 > e" },
    notices: ["logging is called debug now"],
  });
  t.same(made.notes, [], "nothing happens before start");
  await service.start();
  await service.start();
  const started = ["x1", "x2", "e/traces", "e/metrics", "traces/p2", "traces/p1", "metrics/p1", "r"];
  t.same(
    made.notes,
    started.map((name) => `start ${name}`),
  );
  made.notes.length = 0;
  await service.shutdown(AbortSignal.timeout(1000));
  await service.shutdown(AbortSignal.timeout(1000));
  t.same(made.notes.slice(0, 1), ["stop r"]);
  t.ok(made.notes.indexOf("stop traces/p1") < made.notes.indexOf("stop traces/p2"), "front to back");
  t.same(made.notes.slice(4).toSorted(), ["stop e/metrics", "stop e/traces", "stop x1", "stop x2"]);
  t.same(made.notes.slice(-2), ["stop x2", "stop x1"]);
  const lines = log().trim().split("\n");
  t.same(
    lines.map((line) => line.split("\t").slice(1, 3).join(" ")),
    [
      "warn logging is called debug now",
      "info Starting otelcol...",
      "info Starting extensions...",
      "info Extension is starting...",
      "info Extension started.",
      "info Extension is starting...",
      "info Extension started.",
      "info Everything is ready. Begin running and processing data.",
      "info Starting shutdown...",
      "info Stopping extensions...",
      "info Shutdown complete.",
    ],
  );
  t.match(lines[1], /"Version": "0.0.0-test", "NumCPU": \d+}$/);
  t.match(lines[3], `"otelcol.component.id": "x1", "otelcol.component.kind": "extension"}`);
});

t.test(
  "a part that cannot start stops the start: what runs is shut down, and upstream's words say what it was",
  async (t) => {
    const made = new Made();
    made.prepare = (component) => {
      if (component.name === "r") {
        component.startError = new Error("Cannot listen", { cause: new Error("address already in use") });
      }
    };
    const { service } = makeService(t, {
      receivers: { r: made.receiver() },
      exporters: { e: made.exporter() },
      extensions: { x: made.extension() },
      pipelines: { traces: "r > > e" },
    });
    await t.rejects(service.start(), {
      message: 'cannot start pipelines: failed to start "r" receiver: Cannot listen: address already in use',
      cause: { message: "Cannot listen" },
    });
    t.same(made.notes, ["start x", "start e/traces", "start r", "stop r", "stop e/traces", "stop x"]);
    t.same(service.endpoints(), []);
  },
);

t.test(
  "a failed extension, a factory that throws and a signal that is not supported have their own words",
  async (t) => {
    const made = new Made();
    made.prepare = (component) => {
      component.startError = new Error("no");
    };
    const extension = makeService(t, { extensions: { x: made.extension() }, pipelines: {} });
    await t.rejects(extension.service.start(), { message: "failed to start extensions: no" });

    const throwing = new Made();
    throwing.prepare = () => {
      throw new Error("bad value");
    };
    const built = makeService(t, {
      receivers: { r: throwing.receiver() },
      exporters: { e: throwing.exporter() },
      pipelines: { traces: "r > > e" },
    });
    await t.rejects(built.service.start(), {
      message: 'failed to build pipelines: failed to create "e" exporter: bad value',
    });

    const signals = makeService(t, {
      receivers: { r: throwing.receiver() },
      exporters: { e: throwing.exporter(undefined, ["metrics"]) },
      pipelines: { traces: "r > > e" },
    });
    await t.rejects(signals.service.start(), {
      message:
        'failed to build pipelines: failed to create "e" exporter for data type "traces": telemetry type is not supported',
    });
  },
);

t.test("one instance per id for receivers, per pipeline for processors, per id and signal for exporters", async (t) => {
  const made = new Made();
  const { service } = makeService(t, {
    receivers: { r: made.receiver(), unused: made.receiver() },
    processors: { p: made.processor(undefined, true) },
    exporters: { e: made.exporter(), other: made.exporter() },
    pipelines: { "traces": "r > p > e", "traces/2": "r > p > e,other", "logs": "r > > e" },
  });
  await service.start();
  t.same([...made.receivers.keys()], ["r"]);
  t.same([...made.processors.keys()], ["traces/p", "traces/2/p"]);
  t.same([...made.exporters.keys()], ["e/traces", "other/traces", "e/logs"]);
  await made.output("r", "traces").consume(batchOf(4), emptyContext);
  t.equal(made.sink("e/traces").itemCount, 8, "once from each pipeline");
  t.equal(made.sink("other/traces").itemCount, 4);
  t.equal(made.sink("e/logs").itemCount, 0);
  const first = made.processors.get("traces/p")?.settings;
  const second = made.processors.get("traces/2/p")?.settings;
  const value = first?.shared(() => ({}));
  t.equal(
    second?.shared(() => ({})),
    value,
    "one shared value per component id",
  );
  t.not(
    made.exporters.get("e/traces")?.settings.shared(() => ({})),
    value,
  );
  t.equal(second?.pipelineId, "traces/2");
  t.same(made.processors.get("traces/p")?.host?.pipelines(), [
    { id: "traces", signal: "traces", mutatesData: true, receivers: ["r"], processors: ["p"], exporters: ["e"] },
    {
      id: "traces/2",
      signal: "traces",
      mutatesData: true,
      receivers: ["r"],
      processors: ["p"],
      exporters: ["e", "other"],
    },
    { id: "logs", signal: "logs", mutatesData: false, receivers: ["r"], processors: [], exporters: ["e"] },
  ]);
});

t.test("a component sees the service through its host", async (t) => {
  const made = new Made();
  const { service, clock } = makeService(t, {
    receivers: { r: made.receiver() },
    exporters: { e: made.exporter() },
    extensions: { x: made.extension() },
    pipelines: { traces: "r > > e" },
  });
  await service.start();
  const host = made.receivers.get("r")?.host as Host;
  t.equal(host.extension("x"), made.extensions.get("x"));
  t.same(host.extensionIds(), ["x"]);
  t.equal(host.startUnixMs, clock.now());
  host.reportEndpoint({ componentId: "r", protocol: "test", host: "127.0.0.1", port: 1 });
  t.same(service.endpoints(), [{ componentId: "r", protocol: "test", host: "127.0.0.1", port: 1 }]);
  host.reportStatus("recoverable_error", new Error("slow", { cause: new Error("very") }));
  await made.output("r", "traces").consume(batchOf(2), { ...emptyContext, transport: "grpc" });
  t.match(
    host.components().map(({ id, kind, status, accepted, sent, lastError }) => ({
      id: id.text,
      kind,
      status,
      accepted,
      sent,
      lastError: lastError?.message,
    })),
    [
      { id: "r", kind: "receiver", status: "recoverable_error", accepted: 2, lastError: "slow: very" },
      { id: "e", kind: "exporter", status: "ok", accepted: 2, sent: 2 },
      { id: "x", kind: "extension", status: "ok" },
    ],
  );
  t.same(host.spanSamples().names(), ["exporter/e/traces", "receiver/r/TraceDataReceived"]);
  t.equal(host.spanSamples().of("exporter/e/traces").counts[0], 1);
});

t.test("a fatal error is told once and shuts nothing down by itself", async (t) => {
  const made = new Made();
  const { service } = makeService(t, {
    receivers: { r: made.receiver() },
    exporters: { e: made.exporter() },
    pipelines: { traces: "r > > e" },
  });
  await service.start();
  made.exporters.get("e/traces")?.host?.reportStatus("fatal_error", new Error("disk gone"));
  made.receivers.get("r")?.host?.reportStatus("fatal_error", new Error("later"));
  t.equal((await service.fatal).message, 'exporter "e": disk gone');
  t.notOk(made.notes.some((note) => note.startsWith("stop")));
});

t.test("errors of shutdown are collected, and everything is stopped all the same", async (t) => {
  const made = new Made();
  made.prepare = (component) => {
    if (component.name === "r" || component.name === "e/traces") component.shutdownError = new Error(component.name);
  };
  const { service } = makeService(t, {
    receivers: { r: made.receiver() },
    exporters: { e: made.exporter() },
    extensions: { x: made.extension() },
    pipelines: { traces: "r > > e" },
  });
  await service.start();
  await t.rejects(service.shutdown(AbortSignal.timeout(1000)), { message: "r; e/traces" });
  t.ok(made.notes.includes("stop x"));
});

t.test("a component that never returns does not keep the others from stopping", async (t) => {
  const made = new Made();
  made.prepare = (component) => {
    if (component.name === "stuck/traces") component.hangs = true;
  };
  const { service } = makeService(t, {
    receivers: { r: made.receiver() },
    exporters: { stuck: made.exporter(), e: made.exporter() },
    extensions: { x: made.extension() },
    pipelines: { traces: "r > > stuck,e" },
  });
  await service.start();
  const deadline = new AbortController();
  setTimeout(() => deadline.abort(), 50);
  const stopping = service.shutdown(deadline.signal);
  await until(() => made.notes.includes("stop e/traces"), "the other exporter is told to stop at the same time", 40);
  await t.rejects(stopping, { message: 'Cannot stop exporter "stuck": it is still busy after its time' });
  t.ok(made.notes.includes("stop x"));
});

t.test("shutdown is safe without start and during it", async (t) => {
  const made = new Made();
  const config = {
    receivers: { r: made.receiver() },
    exporters: { e: made.exporter() },
    pipelines: { traces: "r > > e" },
  };
  await makeService(t, config).service.shutdown(AbortSignal.timeout(1000));
  t.same(made.notes, []);
  const { service } = makeService(t, config);
  const starting = service.start();
  const stopping = service.shutdown(AbortSignal.timeout(1000));
  await t.rejects(starting, { message: "Cannot start: the service is being shut down" });
  await stopping;
  t.same(
    made.notes.filter((note) => note.startsWith("start")).length,
    made.notes.filter((note) => note.startsWith("stop")).length,
  );
});

t.test("a log file that cannot be opened stops the start", async (t) => {
  const { service } = makeService(t, {
    pipelines: {},
    telemetry: { logs: { output_paths: [`${t.testdir()}/missing/log`] }, metrics: { level: "none" } },
  });
  await t.rejects(service.start(), { message: /^Cannot open ".*" for writing/ });
});

t.test("own metrics are served with upstream's names; a busy port costs them and one warning", async (t) => {
  const made = new Made();
  const file = `${t.testdir()}/log`;
  const logs = { output_paths: [file] };
  const config = {
    receivers: { otlp: made.receiver() },
    processors: { p: made.processor() },
    exporters: { e: made.exporter() },
    pipelines: { traces: "otlp > p > e" },
    telemetry: {
      logs,
      metrics: { address: "127.0.0.1:0" },
      resource: { "service.name": "mine", "service.instance.id": null },
    },
  };
  const { service } = makeService(t, config);
  await service.start();
  const [endpoint] = service.endpoints();
  t.match(endpoint, { componentId: "telemetry", protocol: "Prometheus metrics", host: "127.0.0.1" });
  const output = made.output("otlp", "traces");
  await output.consume(batchOf(3), { ...emptyContext, transport: "http" });
  made.sink("e/traces").failWith(new Error("no"), 1);
  await t.rejects(output.consume(batchOf(2), { ...emptyContext, transport: "http" }));
  const text = await (await fetch(`http://127.0.0.1:${endpoint?.port}/metrics`)).text();
  for (const line of [
    'otelcol_receiver_accepted_spans{receiver="otlp",transport="http"} 3',
    'otelcol_receiver_refused_spans{receiver="otlp",transport="http"} 2',
    'otelcol_receiver_failed_spans{receiver="otlp",transport="http"} 0',
    'otelcol_processor_incoming_items{otel_signal="traces",processor="p"} 5',
    'otelcol_processor_outgoing_items{otel_signal="traces",processor="p"} 5',
    'otelcol_exporter_sent_spans{exporter="e"} 3',
    'otelcol_exporter_send_failed_spans{exporter="e"} 2',
    'promhttp_metric_handler_errors_total{cause="gathering"} 0',
    'target_info{service_name="mine",service_version="0.0.0-test"} 1',
  ]) {
    t.ok(text.includes(`\n${line}\n`), line);
  }

  const holder = createServer().listen(0, "127.0.0.1");
  await once(holder, "listening");
  t.teardown(() => holder.close());
  const { port } = holder.address() as { port: number };
  const busy = makeService(t, {
    ...config,
    telemetry: { logs: { output_paths: [file] }, metrics: { address: `127.0.0.1:${port}` } },
  });
  await busy.service.start();
  t.match(
    busy.log(),
    `\twarn\tCannot serve own metrics on 127.0.0.1:${port}: held by this collector itself: another part of the configuration uses the same port: the collector goes on without, set another port in service::telemetry::metrics::readers or free this one\t`,
  );
  t.same(busy.service.endpoints(), []);
});

t.test("level none serves no metrics and says so", async (t) => {
  const { service, log } = makeService(t, {
    pipelines: {},
    telemetry: { logs: { output_paths: [`${t.testdir()}/log`] }, metrics: { level: "none" } },
  });
  await service.start();
  t.match(log(), "\tinfo\tInternal metrics telemetry disabled\t");
  t.same(service.endpoints(), []);
});
