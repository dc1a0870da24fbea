import t from "tap";
import { emptyContext } from "../../../src/component/consumer.ts";
import { validate } from "../../../src/pdata/validate.ts";
import { captureComment, loadCaptures } from "../../captures.ts";
import { readLines } from "../../wavefront-proxy/read-lines.ts";
import type { DecodedPoint, DecodedSpan } from "../../wavefront-proxy/verdict.ts";
import { direct, endpointsAt, startExporter, startProxy } from "./exporter-under-test.ts";
import { lineEncoder, linesOf, type LinesOf } from "./encode-lines.ts";
import { metricRequest, spanRequest, tracesRequest, type SpanParts } from "./requests.ts";

const airflow = { isAirflow: true, defaultTags: { application: "prod" } };
const resource = { "service.name": "Airflow", "host.name": "h" };
/** As Airflow 2 makes them: a run's trace id ends in its root's span id. */
const runTrace = "0102030405060708090a0b0c0d0e0f10";
const rootId = "090a0b0c0d0e0f10";

function spansOf(lines: LinesOf): DecodedSpan[] {
  return readLines("trace", lines.body("trace")).map(({ decoded }) => decoded as DecodedSpan);
}

function tagOf(span: DecodedSpan | undefined, key: string): string | undefined {
  return span?.annotations.find((tag) => tag.key === key)?.value;
}

function services(lines: LinesOf): (string | undefined)[] {
  return spansOf(lines).map((span) => tagOf(span, "service"));
}

/** Service and application of the points that are not the exporter's own. */
function pointTags(lines: LinesOf): unknown[] {
  return readLines("wavefront", lines.body("wavefront"))
    .map(({ decoded }) => decoded as DecodedPoint)
    .filter(({ name }) => name.startsWith("airflow"))
    .map((point) => [point.tags["service"], point.tags["application"]]);
}

function traceNumber(number: number): string {
  return (number + 1).toString(16).padStart(32, "0");
}

function child(attributes: Record<string, string>, parts: SpanParts = {}): SpanParts {
  return { traceId: runTrace, spanId: "00000000000000aa", attributes, fields: { parentSpanId: rootId }, ...parts };
}

t.test("service is the DAG under the names of Airflow 2 and 3, application the deployment", async (t) => {
  for (const key of ["dag_id", "airflow.dag_id", "airflow.dag_run.dag_id"]) {
    const lines = linesOf("traces", spanRequest({ attributes: { [key]: "orders" } }, resource), airflow);
    const [span] = spansOf(lines);
    t.equal(tagOf(span, "service"), "orders", key);
    t.equal(tagOf(span, "application"), "prod");
    t.equal(tagOf(span, "service.name"), "Airflow");
    t.equal(tagOf(span, key), "orders");
    t.match(span, { name: "foo" });
    t.same(lines.hits, {});
  }
  const without = linesOf("traces", spanRequest({ attributes: { dag_id: "orders" } }, resource));
  t.same(services(without), ["Airflow"]);
});

t.test("a span without DAG id gets that of its trace, in whatever order they come", async (t) => {
  const encode = lineEncoder("traces", airflow);
  const own: SpanParts = { name: "own", traceId: runTrace };
  const task = child({ "airflow.dag_id": "orders" }, { fields: { parentSpanId: "00000000000000bb" } });
  // Before anything of the run: nobody can know.
  t.same(services(encode(tracesRequest([{ resource, spans: [own] }]))), ["Airflow"]);
  t.same(services(encode(tracesRequest([{ resource, spans: [own, task] }]))), ["orders", "orders"]);
  t.same(services(encode(tracesRequest([{ resource, spans: [own] }]))), ["orders"]);
});

t.test("the scheduler's loops of Airflow 2 belong to no DAG", async (t) => {
  const encode = lineEncoder("traces", airflow);
  const inLoop: SpanParts = { attributes: { dag_id: "orders" }, fields: { parentSpanId: "00000000000000cc" } };
  t.same(services(encode(tracesRequest([{ resource, spans: [{ name: "loop" }, inLoop] }]))), ["Airflow", "orders"]);
  const root: SpanParts = { traceId: runTrace, spanId: rootId, attributes: { dag_id: "orders" } };
  t.same(services(encode(tracesRequest([{ resource, spans: [child({}), root] }]))), ["orders", "orders"]);
  const other = "1112131415161718191a1b1c1d1e1f20";
  const task = child({ dag_id: "bills" }, { traceId: other, fields: { parentSpanId: "191a1b1c1d1e1f20" } });
  t.same(services(encode(tracesRequest([{ resource, spans: [task, child({}, { traceId: other })] }]))), [
    "bills",
    "bills",
  ]);
});

t.test("who names the service or application keeps it; repairs are counted as for others", async (t) => {
  const named = { ...resource, service: "mine", application: "app" };
  const [span] = spansOf(linesOf("traces", spanRequest({ attributes: { dag_id: "orders" } }, named), airflow));
  t.same([tagOf(span, "service"), tagOf(span, "application")], ["mine", "app"]);
  const own = { dag_id: "orders", service: "own" };
  t.same(services(linesOf("traces", spanRequest({ attributes: own }, resource), airflow)), ["own"]);
  const long = linesOf("traces", spanRequest({ attributes: { dag_id: "x".repeat(200) } }, resource), airflow);
  t.same(long.hits, { value_too_long: 2 });
  t.equal(services(long)[0]?.length, 128);
});

t.test("a thousand DAGs and traces stay right, and bounded", async (t) => {
  const encode = lineEncoder("traces", airflow);
  for (let round = 0; round < 5000; round++) {
    const traceId = traceNumber(round);
    const run = child({ "airflow.dag_id": `d${round % 1000}` }, { traceId });
    const lines = encode(tracesRequest([{ resource, spans: [run, { traceId, name: "own" }] }]));
    if (round % 500 === 0) t.same(services(lines), [`d${round % 1000}`, `d${round % 1000}`]);
  }
  t.same(
    services(
      encode(tracesRequest([{ resource, spans: [{ traceId: traceNumber(0) }, { traceId: traceNumber(4999) }] }])),
    ),
    ["Airflow", "d999"],
  );
});

t.test("points of a DAG carry it as their service", async (t) => {
  const points = [
    { attributes: { dag_id: "orders", task_id: "load" }, fields: { asInt: "1" } },
    { attributes: { "pool.name": "p" }, fields: { asInt: "2" } },
  ];
  const request = metricRequest("airflow.task.duration", { gauge: {} }, points, resource);
  t.same(pointTags(linesOf("metrics", request, airflow)), [
    ["orders", "prod"],
    ["Airflow", "prod"],
  ]);
  t.same(pointTags(linesOf("metrics", request, { ...airflow, resourceTags: "all" })), [
    ["orders", "prod"],
    ["Airflow", "prod"],
  ]);
  t.same(pointTags(linesOf("metrics", request, { ...airflow, resourceTags: "none" })), [
    [undefined, "prod"],
    [undefined, "prod"],
  ]);
});

t.test("every span of a recorded run of Airflow 3 has its DAG as service", async (t) => {
  t.comment(captureComment);
  const encode = lineEncoder("traces", airflow);
  const captures = loadCaptures().filter(({ name, meta }) => name.startsWith("airflow") && meta.signal === "traces");
  for (const { name, body } of captures) {
    for (const span of spansOf(encode(body))) {
      const dag = tagOf(span, "airflow.dag_id") ?? "nightly_orders";
      t.equal(tagOf(span, "service"), dag, `${name} ${span.name}`);
      t.equal(tagOf(span, "application"), "prod");
    }
  }
});

t.test("the preset is one line of configuration, and makes histograms distributions", async (t) => {
  const proxy = await startProxy(t);
  const preset = { preset: "airflow", deployment_name: "prod", default_tags: { cluster: "c" } };
  const fields = { count: "3", bucketCounts: ["1", "2"], explicitBounds: [10] };
  const delta = { histogram: { aggregationTemporality: 1 } };
  const request = metricRequest("h", delta, [{ attributes: { dag_id: "orders" }, fields }], resource);
  for (const more of [{}, { histograms: "upstream" }]) {
    const { exporter } = await startExporter(t, "metrics", { ...direct, ...endpointsAt(proxy), ...preset, ...more });
    await exporter.consume(validate("metrics", request), emptyContext);
  }
  const tags = { application: "prod", service: "orders", cluster: "c", dag_id: "orders" };
  const distributions = proxy.verdicts("histogram");
  t.equal(distributions.length, 1 + 3);
  for (const { decoded } of distributions) t.match(decoded, { tags });
  t.same(proxy.complaints(), []);
});
