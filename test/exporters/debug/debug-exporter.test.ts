import t from "tap";
import * as v from "valibot";
import { debugConfig } from "../../../src/exporters/debug/config.ts";
import { debug } from "../../../src/exporters/debug/factory.ts";
import type { LogFields } from "../../../src/component/logger.ts";
import { emptyContext } from "../../../src/component/consumer.ts";
import { signals, type Signal } from "../../../src/pdata/signal.ts";
import { validate } from "../../../src/pdata/validate.ts";
import { Writer } from "../../../src/wire/writer.ts";
import type { ConsoleCase } from "../console-cases.ts";
import { randomCases, recordedCases, recordedComment } from "../console-cases.ts";
import { componentContract } from "../../contracts/component-contract.ts";
import { ManualClock } from "../../contracts/manual-clock.ts";
import { RecordingLogger, type LogEntry } from "../../contracts/recording-logger.ts";
import { TestHost } from "../../contracts/test-host.ts";
import { testSettings, type TestSettings } from "../../contracts/test-settings.ts";
import { RandomRequests } from "../random-requests.ts";

const never = new AbortController().signal;

/** A started exporter and what it prints to. */
async function printing(signal: Signal, config: object, clock?: ManualClock) {
  const settings = testSettings<Signal>({ id: "debug", signal, ...(clock === undefined ? {} : { clock }) });
  const exporter = debug.create(v.parse(debugConfig, config), settings);
  await exporter.start(new TestHost());
  return { settings, exporter };
}

/** The log line that upstream's console encoder writes. */
function lineOf({ level, message, fields }: LogEntry, settings: TestSettings): string {
  const all: LogFields = {
    "resource": { "service.instance.id": "<uuid>", "service.name": "<service>", "service.version": "0.165.0" },
    "otelcol.component.id": "debug",
    "otelcol.component.kind": "exporter",
    "otelcol.signal": settings.signal,
    ...fields,
  };
  return `<timestamp>\t${level}\t${message}\t${spaced(all)}\n`;
}

function spaced(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(([key, member]) => `${JSON.stringify(key)}: ${spaced(member)}`);
  return `{${members.join(", ")}}`;
}

async function linesFor(recorded: ConsoleCase, verbosity: string): Promise<string> {
  const { settings, exporter } = await printing(recorded.signal, { verbosity });
  await exporter.consume(recorded.batch, emptyContext);
  return settings.logger.entries.map((entry) => lineOf(entry, settings)).join("");
}

void t.test("the debug exporter prints what upstream prints, byte for byte", async (t) => {
  t.comment(recordedComment);
  for (const recorded of recordedCases()) {
    for (const verbosity of ["basic", "normal", "detailed"]) {
      const expected = recorded.text(`debug-v0.165.0-verbosity-${verbosity}.txt`);
      t.equal(await linesFor(recorded, verbosity), expected, `${recorded.name}, ${verbosity}`);
    }
  }
});

void t.test("odd values and odd combinations are printed as upstream's printers do", async (t) => {
  for (const random of randomCases()) {
    for (const verbosity of ["normal", "detailed"]) {
      const { settings, exporter } = await printing(random.signal, { verbosity });
      await exporter.consume(random.batch, emptyContext);
      const [counts, block] = settings.logger.entries;
      t.equal(block?.message, random.text(`debug-v0.165.0-${verbosity}.txt`), `${random.name}, ${verbosity}`);
      t.equal(counts?.isBlock, false);
      t.same(block?.fields, {});
    }
  }
});

void t.test("any valid batch has a text of whole lines", async (t) => {
  const random = new RandomRequests(7);
  for (const signal of signals) {
    const { settings, exporter } = await printing(signal, { verbosity: "detailed" });
    for (let round = 0; round < 200; round++) {
      const batch = validate(signal, random.next(signal));
      await exporter.consume(batch, emptyContext);
      const text = settings.logger.entries.at(-1)?.message ?? "";
      if (text !== "" && !text.endsWith("\n")) t.fail(`no newline at the end: ${text}`);
    }
    t.equal(settings.logger.entries.length, 400);
  }
});

void t.test("the text of a batch does not depend on the batches before", async (t) => {
  const random = new RandomRequests(11);
  for (const signal of signals) {
    const { settings, exporter } = await printing(signal, { verbosity: "detailed" });
    for (let round = 0; round < 50; round++) {
      const batch = validate(signal, random.next(signal));
      await exporter.consume(batch, emptyContext);
      const fresh = await printing(signal, { verbosity: "detailed" });
      await fresh.exporter.consume(batch, emptyContext);
      if (settings.logger.entries.at(-1)?.message !== fresh.settings.logger.entries.at(-1)?.message) {
        t.fail(`batch ${round} of ${signal} differs`);
      }
    }
    t.pass(signal);
  }
});

void t.test("a log below info costs no text", async (t) => {
  class SilentLogger extends RecordingLogger {
    override isEnabled(): boolean {
      return false;
    }
  }
  const logger = new SilentLogger();
  const config = v.parse(debugConfig, { verbosity: "detailed" });
  const exporter = debug.create(config, { ...testSettings({ signal: "traces" }), logger });
  await exporter.start(new TestHost());
  await exporter.consume(validate("traces", new RandomRequests(1).next("traces")), emptyContext);
  t.same(logger.entries, []);
});

void t.test("a small request with a giant text is cut, and the next is whole", async (t) => {
  const writer = new Writer();
  const resource = writer.open(1);
  const scope = writer.open(2);
  // Two bytes each that print as 300.
  for (let span = 0; span < 150_000; span++) writer.writeBytes(2, new Uint8Array(0));
  writer.close(scope);
  writer.close(resource);
  const giant = validate("traces", writer.finish());
  const { settings, exporter } = await printing("traces", { verbosity: "detailed" });
  await exporter.consume(giant, emptyContext);
  const text = settings.logger.entries.at(-1)?.message ?? "";
  t.ok(giant.bytes.length < 400_000 && text.length <= 32 * 1024 * 1024);
  t.match(text, /\nSpan #1000\n/);
  t.match(text.slice(-200), /\n\.\.\. the rest of this batch is not shown: its text is longer than 32 MiB\n$/);
  const small = randomCases().find((random) => random.signal === "traces");
  if (small === undefined) throw new Error("Cannot find a case of traces");
  await exporter.consume(small.batch, emptyContext);
  t.equal(settings.logger.entries.at(-1)?.message, small.text("debug-v0.165.0-detailed.txt"));
});

void t.test("sampling lets the first equal texts of a second pass, then every n-th", async (t) => {
  const [first, second] = recordedCases().filter((recorded) => recorded.signal === "traces");
  if (first === undefined || second === undefined) throw new Error("Cannot sample: two recorded cases are needed");
  const clock = new ManualClock();
  const config = { verbosity: "detailed", sampling_initial: 2, sampling_thereafter: 3 };
  const { settings, exporter } = await printing("traces", config, clock);
  const print = async (recorded: ConsoleCase): Promise<string> => {
    const before = settings.logger.entries.length;
    await exporter.consume(recorded.batch, emptyContext);
    return settings.logger.entries
      .slice(before)
      .map((entry) => (entry.isBlock ? "text" : "counts"))
      .join(" ");
  };
  t.equal(await print(first), "counts text");
  t.equal(await print(first), "counts text");
  t.equal(await print(first), "");
  t.equal(await print(second), "text", "another text is counted on its own, the message of the counts is the same");
  t.equal(await print(first), "counts");
  t.equal(await print(first), "text");
  await clock.advance(1000);
  t.equal(await print(first), "counts text", "the next second begins anew");
});

void t.test("sampling_thereafter: 0 prints the first only", async (t) => {
  const { settings, exporter } = await printing("logs", { sampling_initial: 1, sampling_thereafter: 0 });
  const batch = validate("logs", new RandomRequests(1).next("logs"));
  for (let round = 0; round < 5; round++) await exporter.consume(batch, emptyContext);
  t.equal(settings.logger.entries.length, 1);
});

void t.test("without the internal logger lines have neither time nor level nor component", async (t) => {
  const recorded = recordedCases().find((recorded) => recorded.name === "summary-plain");
  if (recorded === undefined) throw new Error("Cannot find the recorded case summary-plain");
  const paths = ["stdout", "copy.log"];
  const config = { verbosity: "normal", use_internal_logger: false, output_paths: paths };
  const { settings, exporter } = await printing("metrics", config);
  await exporter.consume(recorded.batch, emptyContext);
  const text = [
    'Metrics\t{"resource metrics": 1, "metrics": 1, "data points": 1}',
    "ResourceMetrics #0 service.name=test-service application=test-application host.name=host-1",
    "ScopeMetrics #0",
    "rpc{m=x} count=100 sum=12.500000 q0=0.1 q0.5=0.2 q0.99=3 q1=4",
    "",
    "",
  ].join("\n");
  t.same(settings.outputs.targets(), paths);
  for (const path of paths) t.equal(settings.outputs.text(path), text, path);
  t.same(settings.logger.entries, []);
});

void t.test("with a sending queue the batch is printed from the queue", async (t) => {
  const { settings, exporter } = await printing("traces", { sending_queue: {} });
  const batch = validate("traces", new RandomRequests(3).next("traces"));
  await exporter.consume(batch, emptyContext);
  await exporter.shutdown(never);
  t.same(settings.logger.messages("info"), ["Traces"]);
  t.equal(settings.ledger.sentCount, batch.itemCount);
});

void t.test("the debug exporter keeps the contract of a component", async (t) => {
  for (const config of [{}, { use_internal_logger: false }, { sending_queue: {} }]) {
    await componentContract(t, { create: () => debug.create(v.parse(debugConfig, config), testSettings()) });
  }
});
