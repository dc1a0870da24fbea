import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import t from "tap";
import { CollectorMeter } from "../../src/telemetry/collector-meter.ts";
import { MetricStore } from "../../src/telemetry/metric-store.ts";
import { MetricsServer } from "../../src/telemetry/metrics-server.ts";
import { addProcessMetrics } from "../../src/telemetry/process-metrics.ts";
import { prometheusText } from "../../src/telemetry/prometheus-text.ts";
import { addTargetInfo } from "../../src/telemetry/target-info.ts";

const plainNames = { withoutTypeSuffix: true, withoutUnits: true };

function filledStore(): MetricStore {
  const store = new MetricStore();
  const meter = new CollectorMeter(store, "normal");
  addProcessMetrics(meter);
  addTargetInfo(store, { "service.version": "1", "service.name": "otelcol", "service.instance.id": 'a"b\\c\nd' });
  const receiver = meter.with({ receiver: "otlp" });
  for (const transport of ["http", "grpc"]) {
    receiver
      .counter({ name: "otelcol_receiver_accepted_spans", description: "Number of spans", labels: { transport } })
      .add(3);
  }
  meter
    .with({ exporter: "x" })
    .observe(
      { name: "otelcol_exporter_queue_size", description: "Batches in the queue", labels: { data_type: "traces" } },
      () => 7,
    );
  const sizes = meter
    .with({ processor: "batch" })
    .histogram({ name: "otelcol_processor_batch_batch_send_size", description: "Items", buckets: [10, 25, 50] });
  for (const size of [10, 11, 26, 999]) sizes.record(size);
  return store;
}

t.test("series have upstream's names and sorted lines, without suffixes by default", async (t) => {
  const text = await prometheusText(filledStore(), plainNames);
  for (const lines of [
    `# HELP otelcol_receiver_accepted_spans Number of spans [Alpha]
# TYPE otelcol_receiver_accepted_spans counter
otelcol_receiver_accepted_spans{receiver="otlp",transport="grpc"} 3
otelcol_receiver_accepted_spans{receiver="otlp",transport="http"} 3
`,
    `# TYPE otelcol_exporter_queue_size gauge
otelcol_exporter_queue_size{data_type="traces",exporter="x"} 7
`,
    `# TYPE otelcol_processor_batch_batch_send_size histogram
otelcol_processor_batch_batch_send_size_bucket{processor="batch",le="10"} 1
otelcol_processor_batch_batch_send_size_bucket{processor="batch",le="25"} 2
otelcol_processor_batch_batch_send_size_bucket{processor="batch",le="50"} 3
otelcol_processor_batch_batch_send_size_bucket{processor="batch",le="+Inf"} 4
otelcol_processor_batch_batch_send_size_sum{processor="batch"} 1046
otelcol_processor_batch_batch_send_size_count{processor="batch"} 4
`,
    `# TYPE target_info gauge
target_info{service_instance_id="a\\"b\\\\c\\nd",service_name="otelcol",service_version="1"} 1
`,
  ]) {
    t.ok(text.includes(lines), lines);
  }
  const names = [...text.matchAll(/^# TYPE (\S+)/gm)].map((match) => match[1]);
  t.same(names, names.toSorted());
  for (const name of ["cpu_seconds", "memory_rss", "uptime"]) t.ok(names.includes(`otelcol_process_${name}`), name);
  for (const name of ["heap_alloc_bytes", "total_alloc_bytes", "total_sys_memory_bytes"]) {
    t.ok(names.includes(`otelcol_process_runtime_${name}`), name);
  }
});

t.test("with both suffixes counters end in _total and units are named, neither twice", async (t) => {
  const text = await prometheusText(filledStore(), { withoutTypeSuffix: false, withoutUnits: false });
  for (const name of [
    "otelcol_receiver_accepted_spans_total{",
    "otelcol_process_uptime_seconds_total ",
    "otelcol_process_cpu_seconds_total ",
    "otelcol_process_memory_rss_bytes ",
    "otelcol_process_runtime_heap_alloc_bytes ",
    "otelcol_exporter_queue_size{",
  ]) {
    t.ok(text.includes(`\n${name}`), name);
  }
});

function check(input: string): { readonly status: number | null; readonly text: string } {
  const { status, stdout, stderr } = spawnSync("promtool", ["check", "metrics"], { input, encoding: "utf8" });
  return { status, text: stdout + stderr };
}

const promtool = spawnSync("promtool", ["--version"]).status === 0;
t.test("promtool reads the metrics", { skip: promtool ? false : "promtool is not installed" }, async (t) => {
  const suffixed = check(await prometheusText(filledStore(), { withoutTypeSuffix: false, withoutUnits: false }));
  t.equal(suffixed.status, 0, suffixed.text);
  const plain = check(await prometheusText(filledStore(), plainNames));
  t.not(plain.status, 1, "status 1 is text that cannot be read");
  const complaints = plain.text.trim().split("\n");
  t.same(
    complaints.filter((line) => !line.endsWith('counter metrics should have "_total" suffix')),
    [],
    "upstream's names lack a suffix, and nothing else is to be said",
  );
});

t.test("a level hides the series above it", async (t) => {
  for (const [level, expected] of [
    ["none", []],
    ["basic", ["b"]],
    ["normal", ["b", "n"]],
    ["detailed", ["b", "d", "n"]],
  ] as const) {
    const store = new MetricStore();
    const meter = new CollectorMeter(store, level);
    meter.counter({ name: "b", description: "" }).add(1);
    meter.gauge({ name: "n", description: "", level: "normal" }).set(1);
    meter.histogram({ name: "d", description: "", level: "detailed", buckets: [1] }).record(1);
    t.same(
      store.families().map((family) => family.name),
      expected,
      level,
    );
  }
});

t.test("asking twice for one series gives the same one, and counters never fall", async (t) => {
  const store = new MetricStore();
  const meter = new CollectorMeter(store, "normal", { exporter: "a" });
  meter.counter({ name: "c", description: "", labels: { x: "1", y: "2" } }).add(1);
  meter.counter({ name: "c", description: "", labels: { y: "2", x: "1" } }).add(2);
  meter.counter({ name: "c", description: "", labels: { y: "2", x: "1" } }).add(-5);
  meter.gauge({ name: "g", description: "" }).set(5);
  meter.gauge({ name: "g", description: "" }).add(-2);
  const text = await prometheusText(store, plainNames);
  t.match(text, 'c{exporter="a",x="1",y="2"} 3\n');
  t.match(text, 'g{exporter="a"} 3\n');
  t.throws(() => meter.gauge({ name: "c", description: "" }), {
    message: "Cannot make gauge c: it is a counter already",
  });
});

t.test("the answer of observe removes the series, but not one that took its place", async (t) => {
  const store = new MetricStore();
  const meter = new CollectorMeter(store, "normal");
  const removeFirst = meter.observe({ name: "queue", description: "" }, () => 1);
  const removeSecond = meter.observe({ name: "queue", description: "" }, () => 2);
  removeFirst();
  t.match(await prometheusText(store, plainNames), "queue 2\n");
  removeSecond();
  t.notMatch(await prometheusText(store, plainNames), "queue");
});

t.test("the server answers /metrics and nothing else, on both loopback addresses", async (t) => {
  const store = filledStore();
  const server = new MetricsServer({ host: "localhost", port: 0, render: () => prometheusText(store, plainNames) });
  t.teardown(() => server.shutdown());
  await server.start();
  const [endpoint] = server.endpoints();
  t.equal(endpoint?.host, "127.0.0.1");
  const base = `http://127.0.0.1:${endpoint?.port}`;
  const response = await fetch(`${base}/metrics?x=1`);
  t.equal(response.status, 200);
  t.equal(response.headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  t.match(await response.text(), "target_info{");
  t.equal((await fetch(`http://localhost:${endpoint?.port}/metrics`)).status, 200);
  const other = await fetch(`${base}/`);
  t.equal(other.status, 404);
  await other.text();
  await server.shutdown();
  await server.shutdown();
  await t.rejects(fetch(`${base}/metrics`));
});

t.test("a busy port rejects, and shutdown is still safe", async (t) => {
  const holder = createServer().listen(0, "127.0.0.1");
  await once(holder, "listening");
  t.teardown(() => holder.close());
  const { port } = holder.address() as { port: number };
  const server = new MetricsServer({ host: "localhost", port, render: () => Promise.resolve("") });
  await t.rejects(server.start(), { code: "EADDRINUSE" });
  await server.shutdown();
});

t.test("a scrape that fails is answered and does not end the process", async (t) => {
  const server = new MetricsServer({ host: "127.0.0.1", port: 0, render: () => Promise.reject(new Error("no")) });
  t.teardown(() => server.shutdown());
  await server.start();
  const response = await fetch(`http://127.0.0.1:${server.endpoints()[0]?.port}/metrics`);
  t.equal(response.status, 500);
  t.equal(await response.text(), "Cannot render the metrics: no\n");
});
