// Spans per CPU second that the console exporters print, on one core: console.ts [RUNS]. Batches of 512 spans, each with
// 12 attributes and one event; the text is made in full and thrown away. The floor of the same run only reads the fields.
import * as v from "valibot";
import { emptyContext } from "../src/component/consumer.ts";
import type { ConsumerComponent, SignalSettings } from "../src/component/factory.ts";
import type { Logger } from "../src/component/logger.ts";
import { debugConfig } from "../src/exporters/debug/config.ts";
import { debug } from "../src/exporters/debug/factory.ts";
import { loggingConfig } from "../src/exporters/logging/config.ts";
import { logging } from "../src/exporters/logging/factory.ts";
import { EventView, KeyValueView, SpanView, Walker, type RangeList } from "../src/pdata/views/index.ts";
import { validate } from "../src/pdata/validate.ts";
import { makeBodies } from "./scenarios/bodies.ts";

const spanCount = 512;
const runs = Math.max(5, Number(process.argv[2] ?? 7));
const runMs = 400;

const bodies = makeBodies({ shape: "spans", itemsPerRequest: spanCount, encoding: "protobuf", gzipLevel: undefined });
const batches = bodies.slice(0, 16).map(({ bytes }) => validate("traces", bytes));

let textBytes = 0;
const logger: Logger = {
  isEnabled: () => true,
  debug() {},
  info() {},
  warn() {},
  error() {},
  block(text) {
    textBytes += text.length;
  },
  with: () => logger,
};
const settings: SignalSettings<"traces"> = {
  id: { type: "bench", name: "", text: "bench" },
  signal: "traces",
  pipelineId: undefined,
  logger,
  // Never called by these exporters.
  meter: { counter: unused, gauge: unused, observe: unused, histogram: unused },
  ledger: { hold() {}, inFlight: () => () => {}, recovered() {}, sent() {}, dropped() {}, failed() {} },
  clock: { now: Date.now, monotonic: () => performance.now(), setTimer: unused },
  outputs: { open: () => ({ write: (text) => void (textBytes += text.length) }) },
  buildInfo: { command: "bench", description: "", version: "" },
  shared: (make) => make(),
};

function unused(): never {
  throw new Error("Cannot trust the bench: an exporter used what it has no use for");
}

async function bench(name: string, once: (index: number) => unknown): Promise<void> {
  const rates: number[] = [];
  for (let run = -1; run < runs; run++) {
    textBytes = 0;
    let rounds = 0;
    const began = performance.now();
    const before = process.cpuUsage();
    while (performance.now() - began < runMs) await once(rounds++ % batches.length);
    // CPU time, which neighbours on the machine disturb less than the clock. The first run warms up.
    const { user, system } = process.cpuUsage(before);
    if (run >= 0) rates.push((rounds * spanCount * 1000) / (user + system));
    if (run === runs - 1) textBytes /= rounds * spanCount;
  }
  rates.sort((a, b) => a - b);
  const [min, median, max] = [rates[0], rates[rates.length >> 1], rates.at(-1)].map((rate) => rate?.toFixed(0));
  const size = textBytes > 0 ? `, ${textBytes.toFixed(0)} bytes a span` : "";
  console.log(`${name.padEnd(26)} ${median} thousand spans per CPU second (${min} to ${max})${size}`);
}

const started = async (exporter: ConsumerComponent<"traces">): Promise<(index: number) => Promise<void>> => {
  // These exporters have no use for the host.
  await exporter.start({} as never);
  return (index) => exporter.consume(batches[index] as (typeof batches)[number], emptyContext);
};

const walker = new Walker();
const span = new SpanView();
const event = new EventView();
const attribute = new KeyValueView();
let seen = 0;
function readAll(bytes: Uint8Array, attributes: RangeList): void {
  for (let index = 0; index < attributes.length; index++) {
    seen += attribute.at(bytes, attributes.start(index), attributes.end(index)).keyEnd;
  }
}
const reader = {
  resource() {},
  scope() {},
  record(bytes: Uint8Array, start: number, end: number) {
    span.at(bytes, start, end);
    readAll(bytes, span.attributes);
    for (let index = 0; index < span.events.length; index++) {
      readAll(bytes, event.at(bytes, span.events.start(index), span.events.end(index)).attributes);
    }
  },
};

await bench("read every field (floor)", (index) => walker.walk(batches[index] as (typeof batches)[number], reader));
for (const verbosity of ["basic", "normal", "detailed"]) {
  await bench(`debug ${verbosity}`, await started(debug.create(v.parse(debugConfig, { verbosity }), settings)));
}
const all = { loglevel: "debug", sampling_thereafter: 1 };
await bench("logging debug", await started(logging.create(v.parse(loggingConfig, all), settings)));
await bench(
  "logging debug, sampled",
  await started(logging.create(v.parse(loggingConfig, { loglevel: "debug" }), settings)),
);
if (seen === 0) throw new Error("Cannot trust the bench: nothing was read");
