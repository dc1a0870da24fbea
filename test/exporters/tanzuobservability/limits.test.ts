import t from "tap";
import * as v from "valibot";
import { wavefrontConfig } from "../../../src/exporters/tanzuobservability/config.ts";
import { preferredKeys } from "../../../src/exporters/tanzuobservability/lines/preferred-keys.ts";
import { readLines } from "../../wavefront-proxy/read-lines.ts";
import type { DecodedHistogram, DecodedPoint, DecodedSpan, DecodedSpanLogs } from "../../wavefront-proxy/verdict.ts";
import { linesOf, type EncodeOptions } from "./encode-lines.ts";
import { identity, metricRequest, spanRequest, type Attributes, type SpanParts } from "./requests.ts";

function spanOf(span: SpanParts, options: EncodeOptions = {}, resource: Attributes = identity) {
  const lines = linesOf("traces", spanRequest(span, resource), options);
  const verdict = readLines("trace", lines.body("trace"))[0];
  const decoded = verdict?.decoded as DecodedSpan;
  const logs = readLines("spanLogs", lines.body("spanLogs")).flatMap((one) => (one.decoded as DecodedSpanLogs).logs);
  const tags = new Map(decoded.annotations.map(({ key, value }) => [key, value]));
  return { verdict: verdict?.verdict, decoded, tags, logs, hits: lines.hits };
}

function pointOf(attributes: Attributes, options: EncodeOptions = {}, name = "m") {
  const request = metricRequest(name, { gauge: {} }, [{ attributes, fields: { asInt: "1" } }]);
  const lines = linesOf("metrics", request, options);
  const verdict = readLines("wavefront", lines.body("wavefront"))[0];
  return { verdict: verdict?.verdict, decoded: verdict?.decoded as DecodedPoint, hits: lines.hits };
}

const many = (count: number): Attributes =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${String(index).padStart(2, "0")}`, `v${index}`]));

t.test("as many tags as fit stay on the line, the others are whole in one span log", async (t) => {
  t.equal(spanOf({ attributes: many(17) }).decoded.annotations.length, 20);
  t.same(spanOf({ attributes: many(17) }).logs, []);
  const { verdict, tags, logs, hits } = spanOf({ attributes: many(18) });
  t.equal(verdict, "accepted");
  t.equal(tags.size, 20);
  t.same([tags.get("_spanLogs"), tags.get("k15"), tags.has("k16")], ["true", "v15", false]);
  t.same(logs[0]?.fields, { name: "overflow", k16: "v16", k17: "v17" });
  t.equal(logs[0]?.timestamp_micros, 1795176000123000);
  t.same(hits, { too_many_tags: 2 });
});

t.test("a long value that is left out stands in the span log once", async (t) => {
  const value = "x".repeat(200);
  const { tags, logs, hits } = spanOf({ attributes: { ...many(18), long: value } });
  t.equal(tags.size, 20);
  t.same(logs[0]?.fields, { name: "overflow", k16: "v16", k17: "v17", long: value });
  t.same(hits, { too_many_tags: 3 });
});

t.test("identity comes first, then preferred keys, then the span's own attributes, then the resource's", async (t) => {
  const attributes = { ...many(30), "error": true, "airflow.dag_id": "d", "task_id": "x", "cluster": "c" };
  const resource = { ...identity, "shard": "s", "telemetry.sdk.name": "o", "run_id": "r" };
  const isPreferred = preferredKeys(["task_id", "run_id", "airflow.*"]);
  const { tags, logs } = spanOf({ attributes }, { isPreferred }, resource);
  t.same(
    [
      "application",
      "service",
      "cluster",
      "shard",
      "span.kind",
      "error",
      "airflow.dag_id",
      "task_id",
      "run_id",
      "k00",
      "k09",
    ].filter((key) => !tags.has(key)),
    [],
  );
  t.equal(tags.has("telemetry.sdk.name"), false);
  t.equal(logs[0]?.fields["telemetry.sdk.name"], "o");
  t.equal(Object.keys(logs[0]?.fields ?? {}).length - 1 + tags.size - 1, 30 + 4 + 6);
});

/** As Airflow 2.10 names them: 22 attributes, one of them misspelt, two of them long. */
const airflowTask: Attributes = {
  category: "DAG runs",
  task_id: "load",
  dag_id: "nightly_orders",
  state: "failed",
  error: true,
  start_date: "2026-11-23 16:10:45.890566+00:00",
  end_date: "2026-11-23 16:10:49.1+00:00",
  duration: 3.25,
  executor_config: "{}",
  execution_date: "2026-11-23 16:10:40+00:00",
  hostname: "etl-host-1",
  log_url: `http://localhost:8080/dags/nightly_orders/grid?${"dag_run_id=manual__2026&".repeat(6)}`,
  operator: "PythonOperator",
  try_number: 2n,
  executor_state: "failed",
  map_index: -1n,
  pool: "default_pool",
  pool_slots: 1n,
  priority_weight: 1n,
  queue: "default",
  ququed_by_job_id: 7n,
  queued_dttm: "2026-11-23 16:10:44+00:00",
};

t.test("a task span of Airflow 2.10 arrives whole", async (t) => {
  const attributes = airflowTask;
  const resource = { "host.name": "etl-host-1", "service.name": "Airflow" };
  const isPreferred = preferredKeys(v.parse(wavefrontConfig, { traces: { endpoint: "http://a:1" } }).preferredTags);
  const { verdict, tags, logs } = spanOf({ attributes }, { isPreferred }, resource);
  t.equal(verdict, "accepted");
  t.equal(tags.get("service"), "Airflow");
  t.same([tags.get("dag_id"), tags.get("task_id"), tags.get("error")], ["nightly_orders", "load", "true"]);
  const fields = logs.find((log) => log.fields["name"] === "overflow")?.fields ?? {};
  for (const [key, value] of Object.entries(attributes)) {
    t.ok(tags.get(key) === String(value) || fields[key] === String(value), key);
  }
});

t.test("a value is cut between characters, and stands whole in a span log", async (t) => {
  const value = `${"x".repeat(127)}😀 and more`;
  const { tags, logs, hits } = spanOf({ attributes: { "a b": value, "short": "y" } });
  t.equal(tags.get("a-b"), "x".repeat(127));
  t.same(logs[0]?.fields, { "name": "overflow", "a b": value });
  t.same(hits, { value_too_long: 1 });
});

t.test("lengths are those that a proxy sees", async (t) => {
  t.equal(spanOf({ attributes: { k: "ß".repeat(128) } }).hits["value_too_long"], undefined, "two bytes, one unit");
  t.equal(spanOf({ attributes: { k: "😀".repeat(64) } }).hits["value_too_long"], undefined, "four bytes, two units");
  t.equal(spanOf({ attributes: { k: `${"x".repeat(127)}\ny` } }).hits["value_too_long"], 1, "a line feed takes two");
  t.equal(
    spanOf({ attributes: { k: `${"x".repeat(127)}"` } }).hits["value_too_long"],
    undefined,
    "an escape takes none",
  );
});

t.test("a value that is blank up to the limit is cut behind its blanks", async (t) => {
  const { verdict, tags } = spanOf({ attributes: { k: `${" ".repeat(130)}text` } });
  t.same([verdict, tags.get("k")], ["accepted", "text"]);
});

t.test("a name is cut, and stands whole in a span log beside an attribute of that key", async (t) => {
  const name = "n".repeat(130);
  const { decoded, logs, hits } = spanOf({ name, attributes: { "span.name": "y".repeat(200) } });
  t.equal(decoded.name, "n".repeat(128));
  t.match(logs[0]?.fields, { "name": "overflow", "span.name": name, "_span.name": "y".repeat(200) });
  t.same(hits, { name_too_long: 1, value_too_long: 1 });
});

t.test("points are ranked and cut likewise; what they lose is counted", async (t) => {
  const { verdict, decoded, hits } = pointOf({ ...many(100), "a b": "1" });
  t.equal(verdict, "accepted");
  t.equal(Object.keys(decoded.tags).length, 100);
  t.same([decoded.tags["application"], decoded.tags["service"]], ["a", "s"]);
  t.equal(hits["too_many_tags"], 3);
  const long = pointOf({ key: "x".repeat(300), ["k".repeat(260)]: "y" });
  t.equal(long.decoded.tags["key"], "x".repeat(251));
  t.equal(long.decoded.tags["k".repeat(253)], "y");
  t.same(long.hits, { value_too_long: 1, key_too_long: 1 });
});

t.test("metric names are cut so that a suffix or sign still fits", async (t) => {
  const name = "m".repeat(1030);
  t.equal(pointOf({}, {}, name).decoded.name.length, 1023);
  const summary = metricRequest(name, { summary: {} }, [{ fields: { count: "1", sum: 1 } }]);
  const lines = readLines("wavefront", linesOf("metrics", summary).body("wavefront"));
  t.same(
    lines.slice(0, 2).map(({ decoded }) => (decoded as DecodedPoint).name.slice(-7)),
    ["m_count", "mmm_sum"],
  );
  const delta = metricRequest(name, { sum: { aggregationTemporality: 1 } }, [{ fields: { asInt: "1" } }]);
  const decoded = readLines("wavefront", linesOf("metrics", delta).body("wavefront"))[0]?.decoded as DecodedPoint;
  t.same([decoded.name.length, decoded.name[0]], [1023, "∆"]);
});

t.test("a histogram of very many buckets is thinned out, its numbers stay right", async (t) => {
  const count = 5000;
  const fields = {
    count: String(count),
    bucketCounts: Array.from({ length: count }, () => "1"),
    explicitBounds: Array.from({ length: count - 1 }, (_, index) => index),
  };
  const request = metricRequest("h", { histogram: { aggregationTemporality: 2 } }, [{ fields }]);
  const lines = linesOf("metrics", request);
  const points = readLines("wavefront", lines.body("wavefront")).map(({ decoded }) => decoded as DecodedPoint);
  const buckets = points.filter(({ name }) => name === "h");
  t.equal(buckets.length, 1000);
  t.ok(buckets.every(({ value, tags }) => tags["le"] === "+Inf" || Number(tags["le"]) + 1 === value));
  t.equal(buckets.at(-1)?.value, count);
  t.same(lines.hits, { histogram_thinned: 1 });
});

t.test("counts beyond all lines are cut and counted", async (t) => {
  const fields = { count: "99999999999999", bucketCounts: ["99999999999999", "5"], explicitBounds: [10] };
  const attributes = { k: "v" };
  const request = metricRequest("h", { histogram: { aggregationTemporality: 1 } }, [{ attributes, fields }]);
  const lines = linesOf("metrics", request);
  const histograms = readLines("histogram", lines.body("histogram"));
  t.equal(histograms.length, 48);
  t.ok(histograms.every(({ decoded }) => (decoded as DecodedHistogram).total_count === 2_147_483_647));
  t.same(lines.hits, { centroid_count_split: 1, centroid_count_cut: 1 });
});

function issues(written: object): string[] {
  const result = v.safeParse(wavefrontConfig, { traces: { endpoint: "http://a:1" }, ...written });
  return result.success ? [] : result.issues.map(({ message }) => message);
}

t.test("limits, preferred and default tags come from the configuration", async (t) => {
  const config = v.parse(wavefrontConfig, {
    traces: { endpoint: "http://a:1" },
    limits: { span_tags: 50, span_value_length: 255 },
    preferred_tags: ["order.*"],
    default_tags: { deployment_id: "d1", level: 3, on: true },
  });
  t.match(config.limits, { spanTags: 50, spanValueLength: 255, spanNameLength: 128, pointTags: 100 });
  t.same(
    [...config.defaultTags],
    [
      ["deployment_id", "d1"],
      ["level", "3"],
      ["on", "true"],
    ],
  );
  t.same(issues({ limits: { span_tags: 10, span_links: 5 } }), ["span_tags must be at least span_links + 8"]);
  t.same(issues({ limits: { span_value_length: 3 } }), ["at least 16 is needed"]);
  t.same(issues({ limits: { point_tag_length: 100 } }), ["point_tag_length must be above point_key_length"]);
  t.same(issues({ default_tags: { a: " " } }), ["the value of a tag must not be empty"]);
  t.same(issues({ preferred_tags: [""] }), ["a key is needed"]);
});

function limitsOf(limits: object): object {
  return v.parse(wavefrontConfig, { traces: { endpoint: "http://a:1" }, limits }).limits;
}

t.test("the profile decides about defaults, keys of their own win", async (t) => {
  t.match(limitsOf({}), { pointTags: 100, metricNameLength: 1023, sourceLength: 1023, spanTags: 20 });
  const account = { pointTags: 20, metricNameLength: 256, sourceLength: 128, spanTags: 20 };
  t.match(limitsOf({ profile: "account" }), account);
  t.match(limitsOf({ profile: "account", source_length: 500, span_tags: 50 }), {
    ...account,
    sourceLength: 500,
    spanTags: 50,
  });
  const point = v.safeParse(wavefrontConfig, { traces: { endpoint: "http://a:1" }, limits: { profile: "other" } });
  t.equal(point.success, false);
});

t.test("default tags stand on spans and points that have none of that key", async (t) => {
  const defaultTags = { deployment_id: "d1", cluster: "c0", application: "app0", zone: "z0" };
  const resource = { "host.name": "h", "cluster": "c1" };
  const { tags } = spanOf({ attributes: { zone: "z2" } }, { defaultTags }, resource);
  t.match(Object.fromEntries(tags), {
    deployment_id: "d1",
    cluster: "c1",
    application: "app0",
    zone: "z2",
    service: "defaultService",
  });
  for (const resourceTags of ["identity", "all", "none"] as const) {
    const request = metricRequest(
      "m",
      { gauge: {} },
      [{ attributes: { zone: "z2" }, fields: { asInt: "1" } }],
      resource,
    );
    const verdicts = readLines(
      "wavefront",
      linesOf("metrics", request, { defaultTags, resourceTags }).body("wavefront"),
    );
    const cluster = resourceTags === "none" ? "c0" : "c1";
    t.match(verdicts[0]?.decoded, {
      tags: {
        application: "app0",
        cluster,
        deployment_id: "d1",
        zone: "z2",
      },
    });
  }
});
