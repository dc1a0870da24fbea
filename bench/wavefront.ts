// Items per CPU second from OTLP bytes to Wavefront lines on one core: wavefront.ts [RUNS]. Spans have 12 attributes and one
// event (so a line of span logs each), points 3 attributes. The floor of the same run reads every attribute and writes
// nothing. `crowded` are spans with more tags than a line takes, as those of Airflow are; `careful` are spans that need a
// repair; `gzip` is what compressing their lines costs beside.
import { gzipSync } from "node:zlib";
import { proxyLimits } from "../src/exporters/tanzuobservability/lines/limits.ts";
import type { Chunk } from "../src/exporters/tanzuobservability/lines/line-body.ts";
import { PointLines } from "../src/exporters/tanzuobservability/lines/point-lines.ts";
import { SpanLines } from "../src/exporters/tanzuobservability/lines/span-lines.ts";
import { KeyValueView, NumberPointView, SpanView, MetricView, Walker, type Visitor } from "../src/pdata/views/index.ts";
import { points, spans } from "./wavefront-requests.ts";

const itemCount = 4096;
const runs = Number(process.argv[2] ?? 7);
const runMs = 250;
const nowMs = 1_795_176_000_000;

let lineBytes = 0;
let bodies: Uint8Array[] = [];
const options = {
  limits: proxyLimits,
  defaultSource: "bench",
  defaultTags: new Map<string, string>(),
  isPreferred: () => false,
  areSpanKeysDistinct: false,
  isAirflow: false,
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

const plain = spans(itemCount);
const careful = spans(itemCount, { "": "x" });
const crowded = spans(itemCount, Object.fromEntries(Array.from({ length: 8 }, (_, index) => [`extra.${index}`, "x"])));
const metrics = points(itemCount);
const spanLines = new SpanLines(options);
const pointLines = new PointLines({ ...options, resourceTags: "identity", histograms: "upstream", instanceTag: "" });

lineBytes = 0;
spanLines.encode(plain, nowMs);
console.log(
  `${itemCount} spans, ${Math.round(plain.bytes.length / itemCount)} bytes each, ${Math.round(lineBytes / itemCount)} bytes of lines each`,
);
const spanBodies = bodies;
bodies = [];
bench("spans, floor: read", () => walker.walk(plain, spanReader));
bench("spans to lines and span logs", () => void spanLines.encode(plain, nowMs));
bench("spans to lines, crowded", () => void spanLines.encode(crowded, nowMs));
bench("spans to lines, careful", () => void spanLines.encode(careful, nowMs));
bench("spans, gzip of their lines", () => {
  for (const body of spanBodies) gzipSync(body, { level: 1 });
});
bench("points, floor: read", () => walker.walk(metrics, pointReader));
bench("points to lines", () => void pointLines.encode(metrics, nowMs));
if (seen === 0) throw new Error("Cannot measure: nothing was read");
