import t, { type Test } from "tap";
import * as v from "valibot";
import { emptyContext } from "../../../src/component/consumer.ts";
import { distribution } from "../../../src/distribution.ts";
import { debugConfig } from "../../../src/exporters/debug/config.ts";
import { debug } from "../../../src/exporters/debug/factory.ts";
import { decodeJson } from "../../../src/pdata/json/decode-json.ts";
import { signals, type Signal } from "../../../src/pdata/signal.ts";
import { validate } from "../../../src/pdata/validate.ts";
import { ManualClock } from "../../contracts/manual-clock.ts";
import { RecordingOutputs } from "../../contracts/recording-outputs.ts";
import { TestHost } from "../../contracts/test-host.ts";
import { testSettings } from "../../contracts/test-settings.ts";
import { recordedCases } from "../console-cases.ts";
import { RandomRequests } from "../random-requests.ts";
import { metricRequest, spanRequest, tracesRequest, type SpanParts } from "../tanzuobservability/requests.ts";
import { linesOf } from "../tanzuobservability/encode-lines.ts";

/** A started exporter; `text` is what it has printed. */
async function printing<S extends Signal>(t: Test, signal: S, config: object, factory: typeof debug = debug) {
  const outputs = new RecordingOutputs();
  const clock = new ManualClock(1_795_176_000_000);
  const settings = { ...testSettings<S>({ id: "debug", signal, clock }), outputs };
  const exporter = factory.create(v.parse(debugConfig, config), settings);
  t.teardown(() => exporter.shutdown(AbortSignal.timeout(1000)));
  await exporter.start(new TestHost());
  return { exporter, clock, settings, text: () => outputs.text("stdout") };
}

const rootId = "1000000000000001";

function span(name: string, spanId: string, parentSpanId: string, offsetMs: number, ms: number): SpanParts {
  const start = 1_795_176_000_000_000_000n + BigInt(offsetMs) * 1_000_000n;
  return { name, spanId, start: String(start), end: String(start + BigInt(ms) * 1_000_000n), fields: { parentSpanId } };
}

function spanIdOf(index: number): string {
  return index.toString(16).padStart(16, "0");
}

const resource = { "service.name": "airflow" };

function batchOf(...spans: SpanParts[]) {
  return validate("traces", tracesRequest([{ resource, spans }]));
}

t.test("tree: waits for the root, which Airflow sends last, and shows order, durations and errors", async (t) => {
  const { exporter, text } = await printing(t, "traces", { format: "tree" });
  const failed = span("load", "1000000000000003", rootId, 150, 1050);
  const exception = {
    name: "exception",
    timeUnixNano: "1795176001000000000",
    attributes: [
      { key: "exception.type", value: { stringValue: "ValueError" } },
      { key: "exception.message", value: { stringValue: "bad value" } },
      {
        key: "exception.stacktrace",
        value: { stringValue: 'Traceback:\n  File "dag.py", line 1\nValueError: bad value\n' },
      },
    ],
  };
  const fields = { ...failed.fields, status: { code: 2, message: "task failed" }, events: [exception] };
  await exporter.consume(batchOf({ ...failed, fields }), emptyContext);
  await exporter.consume(
    batchOf({ ...span("extract", "1000000000000002", rootId, 10, 87), attributes: { dag_id: "orders" } }),
    emptyContext,
  );
  t.equal(text(), "", "nothing before the root");
  await exporter.consume(batchOf(span("dag_run orders", rootId, "", 0, 1200)), emptyContext);
  t.equal(
    text(),
    [
      "trace f27200bfeff315e5d62bc1d562621ac0 airflow 3 spans 1.2s 1 error",
      "└─ dag_run orders +0µs 1.2s",
      "   ├─ extract +10ms 87ms dag_id=orders",
      "   └─ load +150ms 1.05s ERROR: task failed",
      "         ValueError: bad value",
      "           Traceback:",
      '             File "dag.py", line 1',
      "           ValueError: bad value",
      "",
    ].join("\n"),
  );
});

t.test("tree: what does not become whole is shown after a while, under a ghost", async (t) => {
  const { exporter, clock, text } = await printing(t, "traces", { format: "tree", wait_for_parent: "10s" });
  await exporter.consume(
    batchOf(span("b", "1000000000000003", rootId, 5, 1), span("a", "1000000000000002", rootId, 0, 2)),
    emptyContext,
  );
  await clock.advance(9000);
  t.equal(text(), "");
  await clock.advance(2000);
  t.equal(
    text(),
    [
      "trace f27200bfeff315e5d62bc1d562621ac0 airflow 2 spans 6ms",
      `└─ (span ${rootId} has not come)`,
      "   ├─ a +0µs 2ms",
      "   └─ b +5ms 1ms",
      "",
    ].join("\n"),
  );
});

t.test("tree: a shutdown prints what is held; spans in a circle are shown once", async (t) => {
  const { exporter, text } = await printing(t, "traces", { format: "tree" });
  const circle = [
    span("x", "1000000000000002", "1000000000000003", 0, 1),
    span("y", "1000000000000003", "1000000000000002", 1, 1),
  ];
  await exporter.consume(batchOf(...circle, span("self", "1000000000000004", "1000000000000004", 2, 1)), emptyContext);
  await exporter.shutdown(AbortSignal.timeout(1000));
  for (const name of ["x", "y", "self"]) t.equal(text().split(`─ ${name} `).length, 2, name);
});

t.test("tree: spans that wait are bounded, the oldest trace goes first", async (t) => {
  const { exporter, text } = await printing(t, "traces", { format: "tree" });
  for (let trace = 1; trace <= 11; trace++) {
    const traceId = trace.toString(16).padStart(32, "0");
    const spans = Array.from({ length: 1000 }, (_, index) => ({
      ...span(`s${index}`, spanIdOf(index + 2), rootId, index, 1),
      traceId,
    }));
    await exporter.consume(batchOf(...spans), emptyContext);
  }
  const heads = text()
    .split("\n")
    .filter((line) => line.startsWith("trace "));
  t.same(
    heads.map((line) => line.slice(0, 38)),
    [`trace ${"1".padStart(32, "0")}`],
  );
});

t.test("tree: a chain of thousands of spans is printed, in one request each", async (t) => {
  const { exporter, text } = await printing(t, "traces", { format: "tree" });
  const count = 3000;
  for (let index = count; index > 0; index--) {
    await exporter.consume(
      batchOf(span(`s${index}`, spanIdOf(index), index === 1 ? "" : spanIdOf(index - 1), index, 1)),
      emptyContext,
    );
  }
  t.equal(text().split("\n").length, count + 2);
});

t.test("line: an item a line; data cannot move the cursor", async (t) => {
  const traces = await printing(t, "traces", { format: "line" });
  const attributes = { evil: "\u001b[2J\nnext\u0085", n: 5n };
  await traces.exporter.consume(validate("traces", spanRequest({ name: "foo", attributes }, resource)), emptyContext);
  t.equal(
    traces.text(),
    "12:00:00.123 airflow foo 87ms f27200bfeff315e5d62bc1d562621ac0 230904234409e501 evil=\\u001b[2J\\nnext\\u0085 n=5\n",
  );
  const metrics = await printing(t, "metrics", { format: "line" });
  const sum = metricRequest(
    "jobs",
    { sum: { aggregationTemporality: 2 } },
    [{ fields: { asInt: "3" }, attributes: { pool: "default" } }],
    resource,
  );
  await metrics.exporter.consume(validate("metrics", sum), emptyContext);
  t.equal(metrics.text(), "12:00:00.123 airflow jobs 3 pool=default\n");
  const logs = await printing(t, "logs", { format: "line" });
  const record = { timeUnixNano: "1795176000123456789", severityNumber: 17, body: { stringValue: "no disk" } };
  const request = { resourceLogs: [{ scopeLogs: [{ logRecords: [record] }] }] };
  await logs.exporter.consume(decodeJson("logs", Buffer.from(JSON.stringify(request))), emptyContext);
  t.equal(logs.text(), "12:00:00.123 ERROR no disk\n");
});

t.test("json: each batch is a line that is the export request again", async (t) => {
  for (const { name, signal, batch } of recordedCases()) {
    const { exporter, text } = await printing(t, signal, { format: "json" });
    await exporter.consume(batch, emptyContext);
    const [line = "", ...rest] = text().split("\n");
    t.same(rest, [""], `${name}: one line`);
    const back = decodeJson(signal, Buffer.from(line));
    t.equal(back.itemCount, batch.itemCount, name);
    const again = await printing(t, signal, { format: "json" });
    await again.exporter.consume(back, emptyContext);
    t.equal(again.text(), text(), `${name}: nothing is lost on the way`);
  }
});

t.test("wavefront: prints the lines that the exporter would send", async (t) => {
  const entry = distribution.find(({ kind, type }) => kind === "exporter" && type === "debug");
  const factory = (await entry?.load()) as typeof debug;
  const { exporter, text } = await printing(t, "traces", { format: "wavefront" }, factory);
  const events = [{ timeUnixNano: "1795176000124456789", name: "e" }];
  const request = spanRequest({ attributes: { dag_id: "orders" }, fields: { events } });
  await exporter.consume(validate("traces", request), emptyContext);
  const lines = linesOf("traces", request, { isPreferred: (key) => key === "dag_id" });
  t.equal(text(), lines.body("trace") + lines.body("spanLogs"));
  await t.rejects(printing(t, "logs", { format: "wavefront" }, factory), {
    message: 'format "wavefront" has no lines for logs: use "line" or "json"',
  });
});

t.test("every format prints any valid batch in whole lines, and nothing in the log", async (t) => {
  const random = new RandomRequests(23);
  for (const signal of signals) {
    for (const format of ["tree", "line", "json"]) {
      const { exporter, settings, text } = await printing(t, signal, { format });
      for (let round = 0; round < 40; round++) {
        await exporter.consume(validate(signal, random.next(signal)), emptyContext);
      }
      await exporter.shutdown(AbortSignal.timeout(1000));
      t.match(text(), /\n$/, `${signal} ${format}`);
      // JSON escapes what it must.
      // oxlint-disable-next-line no-control-regex
      const moving = format === "json" ? /[\u0000-\u0009\u000b-\u001f]/ : /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/;
      t.notMatch(text(), moving, `${signal} ${format}: no control characters`);
      t.same(settings.logger.entries, []);
    }
  }
});
