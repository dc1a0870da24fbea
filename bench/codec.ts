// Items per second of the codec on one core: codec.ts [RUNS]. A request of 512 spans, each with 12 attributes and one
// event, as protobufjs writes it; also what protobufjs itself takes to decode it, as a peer of the same run.
import path from "node:path";
import protobuf from "protobufjs";
import { countItems, countsOf } from "../src/pdata/count-items.ts";
import { decodeJson } from "../src/pdata/json/decode-json.ts";
import { encodeJson } from "../src/pdata/json/encode-json.ts";
import { mergeBatches } from "../src/pdata/merge-batches.ts";
import { splitBatch } from "../src/pdata/split-batch.ts";
import { validate } from "../src/pdata/validate.ts";

const spanCount = 512;
const runs = Number(process.argv[2] ?? 7);
const runMs = 250;

const root = new protobuf.Root();
root.resolvePath = (_origin, name) => path.join(import.meta.dirname, "../proto", name);
root.loadSync("opentelemetry/proto/collector/trace/v1/trace_service.proto");
const requestType = root.lookupType("opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest");

function attributes(index: number): object[] {
  const text = { dag_id: "nightly_orders", task_id: `extract_${index % 17}`, run_id: `scheduled__2026-11-${index}` };
  const more = { state: "success", operator: "PythonOperator", queue: "default", hostname: "etl-host-1" };
  return [
    ...Object.entries({ ...text, ...more }).map(([key, value]) => ({ key, value: { stringValue: value } })),
    { key: "try_number", value: { intValue: 1 + (index % 3) } },
    { key: "map_index", value: { intValue: -1 } },
    { key: "duration", value: { doubleValue: index * 0.37 } },
    { key: "external_trigger", value: { boolValue: index % 2 === 0 } },
    { key: "http.url", value: { stringValue: `http://127.0.0.1:8080/api/v2/dags/nightly_orders/${index}` } },
  ];
}

function span(index: number): object {
  const id = (length: number): Uint8Array => Uint8Array.from({ length }, (_, at) => (index * 31 + at * 7) & 0xff);
  const start = { low: index * 1_000_000, high: 411_000_000, unsigned: true };
  return {
    traceId: id(16),
    spanId: id(8),
    parentSpanId: id(8),
    name: `task_run.extract_${index % 17}`,
    kind: 1,
    startTimeUnixNano: start,
    endTimeUnixNano: start,
    attributes: attributes(index),
    events: [{ timeUnixNano: start, name: "queued", attributes: attributes(index).slice(0, 2) }],
    status: { code: 1 },
  };
}

const request = {
  resourceSpans: [
    {
      resource: { attributes: attributes(1).slice(0, 4) },
      scopeSpans: [{ scope: { name: "bench" }, spans: Array.from({ length: spanCount }, (_, index) => span(index)) }],
    },
  ],
};
const bytes = Buffer.from(requestType.encode(requestType.fromObject(request)).finish());
console.log(`${spanCount} spans, ${bytes.length} bytes (${Math.round(bytes.length / spanCount)} a span)`);

const utf8 = new TextDecoder();

function bench(name: string, once: () => unknown, batches = 1): void {
  const rates: number[] = [];
  for (let run = -1; run < runs; run++) {
    const began = performance.now();
    const cpuBefore = process.cpuUsage();
    let rounds = 0;
    while (performance.now() - began < runMs) {
      once();
      rounds++;
    }
    // CPU time, which neighbours on the machine disturb less than the clock. The first run warms up.
    const { user, system } = process.cpuUsage(cpuBefore);
    if (run >= 0) rates.push((rounds * spanCount * batches) / (user + system));
  }
  rates.sort((a, b) => a - b);
  const [min, median, max] = [rates[0], rates[rates.length >> 1], rates.at(-1)].map((rate) => rate?.toFixed(2));
  console.log(`${name.padEnd(34)} ${median} million items per CPU second (${min} to ${max})`);
}

const batch = validate("traces", bytes);
const json = encodeJson(batch);
const exactJson = Buffer.from(
  Buffer.from(json).toString().replace('"intValue":"-1"', '"intValue":1152921504606847000'),
);
if (batch.itemCount !== spanCount || decodeJson("traces", json).itemCount !== spanCount) {
  throw new Error("Cannot trust the bench: the codec counts other spans than were written");
}
const ofFour = mergeBatches("traces", [batch, batch, batch, batch]);
console.log(`${json.length} bytes as JSON`);
bench("protobufjs decode (peer)", () => requestType.decode(bytes));
bench("validate", () => validate("traces", bytes));
bench("countItems", () => countItems("traces", bytes));
bench("countsOf", () => countsOf(batch));
bench("mergeBatches, 4", () => mergeBatches("traces", [batch, batch, batch, batch]), 4);
bench("splitBatch, 4 pieces", () => splitBatch(ofFour, spanCount - 1), 4);
bench("splitBatch, 1 item a piece", () => splitBatch(batch, 1));
bench("JSON.parse (floor of decodeJson)", () => JSON.parse(utf8.decode(json)));
bench("decodeJson", () => decodeJson("traces", json));
bench("decodeJson, an integer over 2^53", () => decodeJson("traces", exactJson));
bench("encodeJson", () => encodeJson(batch));
