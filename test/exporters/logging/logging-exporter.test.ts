import t from "tap";
import * as v from "valibot";
import { emptyContext } from "../../../src/component/consumer.ts";
import { loggingConfig } from "../../../src/exporters/logging/config.ts";
import { logging } from "../../../src/exporters/logging/factory.ts";
import { signals, type Signal } from "../../../src/pdata/signal.ts";
import { validate } from "../../../src/pdata/validate.ts";
import { Writer } from "../../../src/wire/writer.ts";
import { randomCases, recordedCases, recordedComment } from "../console-cases.ts";
import { componentContract } from "../../contracts/component-contract.ts";
import { ManualClock } from "../../contracts/manual-clock.ts";
import { TestHost } from "../../contracts/test-host.ts";
import { testSettings } from "../../contracts/test-settings.ts";
import { RandomRequests } from "../random-requests.ts";

/** A started exporter and what it has printed so far. */
async function printing(signal: Signal, config: object, clock = new ManualClock()) {
  const settings = testSettings<Signal>({ id: "logging", signal, clock });
  const exporter = logging.create(v.parse(loggingConfig, config), settings);
  await exporter.start(new TestHost());
  return { exporter, settings, text: () => settings.outputs.text("stderr") };
}

const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}(?:Z|[+-]\d{4})(?=\t(?:INFO|DEBUG)\t)/gm;

void t.test("the logging exporter prints what upstream 0.45 prints, byte for byte", async (t) => {
  t.comment(recordedComment);
  for (const recorded of recordedCases()) {
    for (const loglevel of ["debug", "info"]) {
      const { exporter, text } = await printing(recorded.signal, { loglevel });
      await exporter.consume(recorded.batch, emptyContext);
      const expected = recorded.text(`logging-v0.45.0-loglevel-${loglevel}.txt`);
      t.equal(text().replaceAll(time, "<timestamp>"), expected, `${recorded.name}, ${loglevel}`);
    }
  }
});

void t.test("odd values and odd combinations are printed as upstream's printers do", async (t) => {
  for (const random of randomCases()) {
    const { exporter, text } = await printing(random.signal, { loglevel: "debug" });
    await exporter.consume(random.batch, emptyContext);
    const block = text().slice(text().indexOf("\n") + 1);
    const head = /^\S+\tDEBUG\tloggingexporter\/logging_exporter\.go:\d\d\t/.exec(block)?.[0] ?? "";
    t.equal(block.slice(head.length), `${random.text("logging-v0.45.0-debug.txt")}\n`, random.name);
  }
});

void t.test("lines begin with local time", async (t) => {
  const before = process.env["TZ"];
  t.teardown(() => {
    if (before === undefined) delete process.env["TZ"];
    else process.env["TZ"] = before;
  });
  const heads: Record<string, string> = {
    "UTC": "2026-07-01T12:00:00.250Z",
    "Europe/Berlin": "2026-07-01T14:00:00.250+0200",
    "America/St_Johns": "2026-07-01T09:30:00.250-0230",
  };
  for (const [zone, head] of Object.entries(heads)) {
    process.env["TZ"] = zone;
    const { exporter, text } = await printing("traces", {}, new ManualClock(Date.UTC(2026, 6, 1, 12, 0, 0, 250)));
    await exporter.consume(validate("traces", new Uint8Array(0)), emptyContext);
    t.equal(text(), `${head}\tINFO\tloggingexporter/logging_exporter.go:40\tTracesExporter\t{"#spans": 0}\n`);
  }
});

void t.test("levels above info print nothing", async (t) => {
  for (const loglevel of ["warn", "error", "dpanic", "panic", "fatal"]) {
    const { exporter, text } = await printing("logs", { loglevel });
    await exporter.consume(validate("logs", new RandomRequests(1).next("logs")), emptyContext);
    t.equal(text(), "", loglevel);
  }
});

void t.test("verbosity is the later name of loglevel", async (t) => {
  const batch = validate("metrics", new RandomRequests(5).next("metrics"));
  const print = async (config: object): Promise<string> => {
    const { exporter, text } = await printing("metrics", config);
    await exporter.consume(batch, emptyContext);
    return text();
  };
  t.equal(await print({ verbosity: "detailed" }), await print({ loglevel: "debug" }));
  t.equal(await print({ verbosity: "normal" }), await print({ loglevel: "info" }));
  t.equal(await print({ verbosity: "basic" }), await print({}));
});

void t.test("two equal entries a second are printed, then every 500th", async (t) => {
  const clock = new ManualClock();
  const { exporter, text } = await printing("traces", { loglevel: "debug" }, clock);
  const random = new RandomRequests(2);
  const first = validate("traces", random.next("traces"));
  const second = validate("traces", random.next("traces"));
  const printed = (): object => ({
    counts: text().split("\tINFO\t").length - 1,
    texts: text().split("\tDEBUG\t").length - 1,
  });
  for (let round = 0; round < 501; round++) await exporter.consume(first, emptyContext);
  t.same(printed(), { counts: 2, texts: 2 });
  await exporter.consume(second, emptyContext);
  t.same(printed(), { counts: 3, texts: 3 }, "the 502nd count, and the first text of its kind");
  await exporter.consume(first, emptyContext);
  t.same(printed(), { counts: 3, texts: 4 }, "the 502nd equal text");
  await clock.advance(1000);
  await exporter.consume(first, emptyContext);
  t.same(printed(), { counts: 4, texts: 5 }, "the next second begins anew");
});

void t.test("the name that log records had in OTLP 0.11 is the short name", async (t) => {
  const writer = new Writer();
  const resource = writer.open(1);
  const scope = writer.open(2);
  const record = writer.open(2);
  writer.writeString(4, "größer");
  writer.close(record);
  writer.close(scope);
  writer.close(resource);
  const { exporter, text } = await printing("logs", { loglevel: "debug" });
  await exporter.consume(validate("logs", writer.finish()), emptyContext);
  t.match(text(), "\nSeverity: \nShortName: größer\nBody: <Unknown OpenTelemetry");
});

void t.test("one notice names the successor, whatever the number of pipelines", async (t) => {
  const first = testSettings({ id: "logging" });
  const config = v.parse(loggingConfig, {});
  for (const settings of [first, { ...testSettings({ id: "logging", sharedWith: first }), logger: first.logger }]) {
    await logging.create(config, settings).start(new TestHost());
  }
  t.same(first.logger.messages("info"), [
    'The "logging" exporter has a successor: "debug", with "verbosity: detailed" for every field',
  ]);
});

void t.test("the logging exporter keeps the contract of a component", async (t) => {
  for (const signal of signals) {
    await componentContract(t, {
      create: () => logging.create(v.parse(loggingConfig, { loglevel: "debug" }), testSettings<Signal>({ signal })),
    });
  }
});
