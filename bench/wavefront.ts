// Items per CPU second from OTLP bytes to Wavefront lines on one core: wavefront.ts [RUNS]. Spans have 12 attributes and one
// event (so a line of span logs each), points 3 attributes. The floor of the same run reads every attribute and writes
// nothing. `careful` are spans that need a repair; `gzip` is what compressing their lines costs beside.
import { gzipSync } from "node:zlib";
import { proxyLimits } from "../src/exporters/tanzuobservability/lines/limits.ts";
import type { Chunk } from "../src/exporters/tanzuobservability/lines/line-body.ts";
import { PointLines } from "../src/exporters/tanzuobservability/lines/point-lines.ts";
import { SpanLines } from "../src/exporters/tanzuobservability/lines/span-lines.ts";
import { decodeJson } from "../src/pdata/json/decode-json.ts";
import { KeyValueView, NumberPointView, SpanView, MetricView, Walker, type Visitor } from "../src/pdata/views/index.ts";

const itemCount = 4096;
const runs = Number(process.argv[2] ?? 7);
const runMs = 250;
const nowMs = 1_795_176_000_000;

type Value = string | number | boolean;

function attributes(values: Readonly<Record<string, Value>>): object[] {
  return Object.entries(values).map(([key, value]) => {
    if (typeof value === "string") return { key, value: { stringValue: value } };
    if (typeof value === "boolean") return { key, value: { boolValue: value } };
    return { key, value: Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value } };
  });
}

function spanAttributes(index: number): Readonly<Record<string, Value>> {
  return {
    "http.request.method": "GET",
    "http.response.status_code": 200,
    "url.full": `http://shop.example/api/v2/orders/${index}`,
    "user_agent.original": "Mozilla/5.0 (X11; Linux x86_64)",
    "server.address": "shop.example",
    "server.port": 8080,
    "network.peer.address": "10.0.0.7",
    "thread.id": 17 + (index % 5),
    "thread.name": "worker-7",
    "cache.hit": index % 2 === 0,
    "duration.ratio": (index % 100) / 8,
    "tenant": "acme",
  };
}

function hexId(index: number, length: number): string {
  return Array.from({ length }, (_, at) => (((index * 31 + at * 7) & 0xff) | 1).toString(16).padStart(2, "0")).join("");
}

const resource = {
  attributes: attributes({ "service.name": "checkout", "application": "shop", "host.name": "host-1" }),
};

function spans(extra: Readonly<Record<string, Value>> = {}) {
  const list = Array.from({ length: itemCount }, (_, index) => ({
    traceId: hexId(index, 16),
    spanId: hexId(index, 8),
    parentSpanId: hexId(index + 1, 8),
    name: "GET /api/v2/orders",
    kind: 2,
    startTimeUnixNano: String(1_795_176_000_000_000_000n + BigInt(index) * 1_234_567n),
    endTimeUnixNano: String(1_795_176_000_087_000_000n + BigInt(index) * 1_234_567n),
    attributes: attributes({ ...spanAttributes(index), ...extra }),
    events: [
      { timeUnixNano: "1795176000010000000", name: "message", attributes: attributes({ id: index, type: "SENT" }) },
    ],
  }));
  const request = { resourceSpans: [{ resource, scopeSpans: [{ scope: { name: "bench" }, spans: list }] }] };
  return decodeJson("traces", Buffer.from(JSON.stringify(request)));
}

function points() {
  const dataPoints = Array.from({ length: itemCount }, (_, index) => ({
    timeUnixNano: "1795176000123456789",
    attributes: attributes({ "dag_id": "nightly_orders", "task_id": `extract_${index % 17}`, "host.ip": "10.0.0.7" }),
    ...(index % 2 === 0 ? { asInt: String(index * 7) } : { asDouble: index / 8 }),
  }));
  const metrics = [{ name: "airflow.task.duration", gauge: { dataPoints } }];
  const request = { resourceMetrics: [{ resource, scopeMetrics: [{ metrics }] }] };
  return decodeJson("metrics", Buffer.from(JSON.stringify(request)));
}

let lineBytes = 0;
let bodies: Uint8Array[] = [];
const options = {
  limits: proxyLimits,
  defaultSource: "bench",
  defaultTags: new Map<string, string>(),
  isPreferred: () => false,
  onChunk: (chunk: Chunk) => {
    lineBytes += chunk.bytes.length;
    if (bodies.length < 8) bodies.push(chunk.bytes.slice());
    chunk.release();
  },
};

function bench(name: string, once: () => void): void {
  const rates: number[] = [];
  for (let run = -3; run < runs; run++) {
    const began = performance.now();
    const cpuBefore = process.cpuUsage();
    let rounds = 0;
    while (performance.now() - began < runMs) {
      once();
      rounds++;
    }
    // CPU time, which neighbours on the machine disturb less than the clock. The first runs warm up.
    const { user, system } = process.cpuUsage(cpuBefore);
    if (run >= 0) rates.push((rounds * itemCount * 1e6) / (user + system));
  }
  rates.sort((a, b) => a - b);
  const thousands = [rates[0], rates[rates.length >> 1], rates.at(-1)].map((rate) => Math.round((rate ?? 0) / 1000));
  console.log(`${name.padEnd(40)} ${thousands[1]}k per CPU second (${thousands[0]}k to ${thousands[2]}k)`);
}

const walker = new Walker();
const keyValue = new KeyValueView();
const spanView = new SpanView();
const metricView = new MetricView();
const pointView = new NumberPointView();
let seen = 0;

const spanReader: Visitor = {
  resource: () => undefined,
  scope: () => undefined,
  record(bytes, start, end) {
    const { attributes: list } = spanView.at(bytes, start, end);
    for (let index = 0; index < list.length; index++)
      seen += keyValue.at(bytes, list.start(index), list.end(index)).keyEnd;
  },
};
const pointReader: Visitor = {
  resource: () => undefined,
  scope: () => undefined,
  record(bytes, start, end) {
    const metric = metricView.at(bytes, start, end);
    for (let point = 0; point < metric.points.length; point++) {
      const { attributes: list } = pointView.at(bytes, metric.points.start(point), metric.points.end(point));
      for (let index = 0; index < list.length; index++)
        seen += keyValue.at(bytes, list.start(index), list.end(index)).keyEnd;
    }
  },
};

const plain = spans();
const careful = spans({ "": "x" });
const metrics = points();
const spanLines = new SpanLines(options);
const pointLines = new PointLines({ ...options, resourceTags: "identity" });

lineBytes = 0;
spanLines.encode(plain, nowMs);
console.log(
  `${itemCount} spans, ${Math.round(plain.bytes.length / itemCount)} bytes each, ${Math.round(lineBytes / itemCount)} bytes of lines each`,
);
const spanBodies = bodies;
bodies = [];
bench("spans, floor: read", () => walker.walk(plain, spanReader));
bench("spans to lines and span logs", () => void spanLines.encode(plain, nowMs));
bench("spans to lines, careful", () => void spanLines.encode(careful, nowMs));
bench("spans, gzip of their lines", () => {
  for (const body of spanBodies) gzipSync(body, { level: 1 });
});
bench("points, floor: read", () => walker.walk(metrics, pointReader));
bench("points to lines", () => void pointLines.encode(metrics, nowMs));
if (seen === 0) throw new Error("Cannot measure: nothing was read");
