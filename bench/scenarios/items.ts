// Telemetry as schedulers send it, as OTLP/JSON objects with their fields in the order of the schema. Sizes are those of
// protobuf; every id, time and most values differ from item to item.
import { randomBytes } from "node:crypto";

export type Json = Readonly<Record<string, unknown>>;
type Value = string | number | boolean;

const dags = ["etl_daily", "ml_train", "billing", "ingest_s3", "report", "dbt_run", "cleanup", "sync_crm"];
const tasks = ["extract", "load", "transform", "validate", "publish", "notify", "wait_s3", "branch"];
const states = ["success", "running", "queued", "failed"];
const operators = ["Python", "Bash", "S3Key", "Postgres", "KubePod"];

const below = (limit: number): number => Math.floor(Math.random() * limit);
const pick = (list: readonly string[]): string => list[below(list.length)] ?? "";
const hex = (bytes: number): string => randomBytes(bytes).toString("hex");

/** Integers become `intValue`, other numbers `doubleValue`. */
export function attributes(values: Readonly<Record<string, Value>>): readonly Json[] {
  return Object.entries(values).map(([key, value]) => {
    if (typeof value === "string") return { key, value: { stringValue: value } };
    if (typeof value === "boolean") return { key, value: { boolValue: value } };
    return { key, value: Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value } };
  });
}

let clockNs = BigInt(Date.now()) * 1_000_000n;
/** Moves on with each call. */
function nextTime(stepNs = 1_000_000): bigint {
  clockNs += BigInt(below(stepNs));
  return clockNs;
}

export function resource(): Json {
  return {
    attributes: attributes({
      "service.name": "airflow",
      "service.instance.id": `worker-${below(64)}`,
      "host.name": `airflow-worker-${below(64)}.example`,
      "process.pid": 100 + below(30_000),
      "telemetry.sdk.language": "python",
      "telemetry.sdk.name": "opentelemetry",
      "telemetry.sdk.version": "1.27.0",
    }),
  };
}

export const scope: Json = { name: "airflow.traces", version: "2.10.4" };

/** `count` spans of about 330 bytes with 12 attributes and one event, or of about 150 with two attributes; eight a trace. */
export function spans(count: number, size: "large" | "small"): readonly Json[] {
  let traceId = "";
  let parentSpanId = "";
  return Array.from({ length: count }, (_, index) => {
    if (index % 8 === 0) [traceId, parentSpanId] = [hex(16), ""];
    const spanId = hex(8);
    const start = nextTime();
    const [dag, task] = [pick(dags), pick(tasks)];
    const head = {
      traceId,
      spanId,
      ...(parentSpanId === "" ? {} : { parentSpanId }),
      name: `${dag}.${task}`,
      kind: 1,
      startTimeUnixNano: String(start),
      endTimeUnixNano: String(start + BigInt(below(5_000_000_000))),
    };
    if (parentSpanId === "") parentSpanId = spanId;
    if (size === "small")
      return { ...head, attributes: attributes({ dag_id: dag, run_id: `run_${hex(15)}` }), status: { code: 1 } };
    const values = {
      kind: "dag",
      dag_id: dag,
      task_id: task,
      run_id: `run_${hex(4)}`,
      state: pick(states),
      operator: pick(operators),
      try_number: 1 + below(3),
      map_index: index % 32,
      prio: below(10),
      duration: Math.random() * 100 + 0.5,
      error: below(20) === 0,
      queue: "q1",
    };
    const event = { timeUnixNano: String(start + 1000n), name: "queued", attributes: attributes({ n: index }) };
    return { ...head, attributes: attributes(values), events: [event], status: { code: 1 } };
  });
}

export function logRecords(count: number): readonly Json[] {
  return Array.from({ length: count }, () => {
    const time = nextTime();
    const [dag, task] = [pick(dags), pick(tasks)];
    return {
      timeUnixNano: String(time),
      severityNumber: 9,
      severityText: "INFO",
      body: { stringValue: `Marking task as ${pick(states)} dag_id=${dag} task_id=${task} run_${hex(4)}` },
      attributes: attributes({ dag_id: dag, task_id: task, try_number: 1, line: below(2000) }),
      traceId: hex(16),
      spanId: hex(8),
      observedTimeUnixNano: String(time + 1000n),
    };
  });
}

export type MetricKind = "sum" | "gauge" | "histogram" | "exponentialHistogram";
const pointsPerMetric = 8;

/** Metrics that hold `count` data points, eight each; the kinds take turns. */
export function metrics(count: number, kinds: readonly MetricKind[]): readonly Json[] {
  const time = nextTime(1_000_000_000);
  return Array.from({ length: Math.ceil(count / pointsPerMetric) }, (_, index) => {
    const kind = kinds[index % kinds.length] ?? "sum";
    const length = Math.min(pointsPerMetric, count - index * pointsPerMetric);
    const dataPoints = Array.from({ length }, () => point(kind, time));
    const temporality = kind === "gauge" ? {} : { aggregationTemporality: 2 };
    const monotonic = kind === "sum" ? { isMonotonic: true } : {};
    const name = `airflow.${pick(dags)}.${pick(tasks)}.m${index}`;
    return { name, unit: "1", [kind]: { dataPoints, ...temporality, ...monotonic } };
  });
}

const bucketCounts = (length: number): readonly number[] => Array.from({ length }, () => below(100));

function point(kind: MetricKind, time: bigint): Json {
  const values = { dag_id: pick(dags), task_id: pick(tasks), state: pick(states), operator: pick(operators) };
  const labels = attributes({ ...values, pool: "default_pool" });
  const times = { startTimeUnixNano: String(time - 3_600_000_000_000n), timeUnixNano: String(time) };
  if (kind === "sum") return { ...times, asInt: String(below(1_000_000)), attributes: labels };
  if (kind === "gauge") return { ...times, asDouble: Math.random() * 1000, attributes: labels };
  const counts = bucketCounts(kind === "histogram" ? 12 : 160);
  const total = { count: String(counts.reduce((sum, count) => sum + count, 0)), sum: Math.random() * 1e4 };
  if (kind === "histogram") {
    const explicitBounds = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000];
    return { ...times, ...total, bucketCounts: counts.map(String), explicitBounds, attributes: labels };
  }
  const positive = { offset: below(200), bucketCounts: counts.map(String) };
  return { attributes: labels, ...times, ...total, scale: 3, zeroCount: "0", positive };
}
