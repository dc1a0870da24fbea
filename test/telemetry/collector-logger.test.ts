import { readFileSync } from "node:fs";
import path from "node:path";
import t, { type Test } from "tap";
import type { Logger } from "../../src/component/logger.ts";
import { OutputSet } from "../../src/output/output-set.ts";
import { createLogger, type LogOptions } from "../../src/telemetry/collector-logger.ts";
import { formatLogTime } from "../../src/component/log-time.ts";
import { ManualClock } from "../contracts/manual-clock.ts";

const resource = { "service.version": "1.2.3", "service.instance.id": "id-1", "service.name": "otelcol" };
const resourceColumn = `"resource": {"service.instance.id": "id-1", "service.name": "otelcol", "service.version": "1.2.3"}`;

interface Fixture {
  readonly logger: Logger;
  readonly clock: ManualClock;
  /** Everything written so far. */
  readonly text: () => Promise<string>;
  /** The time column of entries written now. */
  readonly time: () => string;
}

function fixture(t: Test, changes: Partial<LogOptions> = {}): Fixture {
  const clock = new ManualClock();
  const outputs = new OutputSet();
  const file = path.join(t.testdir(), "log");
  const logger = createLogger({
    level: "info",
    encoding: "console",
    disableStacktrace: false,
    sampling: { enabled: true, tick: 10_000, initial: 10, thereafter: 100 },
    initialFields: {},
    resource,
    outputs: [outputs.open(file)],
    clock,
    ...changes,
  });
  t.teardown(() => outputs.close(AbortSignal.timeout(1000)));
  return {
    logger,
    clock,
    text: async () => {
      await outputs.flush(AbortSignal.timeout(5000));
      return readFileSync(file, "utf8");
    },
    time: () => formatLogTime(clock.now()),
  };
}

t.test("an entry has upstream's columns: time, level, message, fields with the resource first", async (t) => {
  const { logger, text, time } = fixture(t);
  const component = logger.with({ "otelcol.component.id": "otlp", "otelcol.component.kind": "receiver" });
  component.info("Starting GRPC server", { endpoint: "127.0.0.1:4317", list: [1, { a: "b:c,d" }], none: undefined });
  t.equal(
    await text(),
    `${time()}\tinfo\tStarting GRPC server\t{${resourceColumn}, "otelcol.component.id": "otlp", ` +
      `"otelcol.component.kind": "receiver", "endpoint": "127.0.0.1:4317", "list": [1, {"a": "b:c,d"}]}\n`,
  );
});

t.test("without resource and fields the last column is absent", async (t) => {
  const { logger, text, time } = fixture(t, { resource: undefined });
  logger.warn("plain");
  t.equal(await text(), `${time()}\twarn\tplain\n`);
});

t.test("initial fields come first, sorted", async (t) => {
  const { logger, text } = fixture(t, { initialFields: { zone: "b", app: "a" } });
  logger.info("x");
  t.match(await text(), `\tx\t{"app": "a", "zone": "b", ${resourceColumn}}\n`);
});

t.test("quotes, backslashes and line ends in fields stay valid JSON", async (t) => {
  const { logger, text } = fixture(t, { resource: undefined });
  const fields = { "path": 'C:\\"a", b: \\', "lines": "a\nb", 'key:,"': "é\u0007" };
  logger.info("x", fields);
  const column = (await text()).split("\t")[3] ?? "";
  t.same(JSON.parse(column), fields);
  t.match(column, `"lines": "a\\nb", `);
});

t.test("the JSON encoding has level, ts and msg first, and the same fields", async (t) => {
  const { logger, text, time } = fixture(t, { encoding: "json" });
  logger.with({ "otelcol.signal": "traces" }).error('says "no"', { attempt: 2 });
  logger.block(Buffer.from("line 1\nline 2\n"));
  const [first = "", second = "", end] = (await text()).split("\n");
  t.equal(end, "");
  t.same(JSON.parse(first), {
    "level": "error",
    "ts": time(),
    "msg": 'says "no"',
    resource,
    "otelcol.signal": "traces",
    "attempt": 2,
  });
  t.same(Object.keys(JSON.parse(first) as object), ["level", "ts", "msg", "resource", "otelcol.signal", "attempt"]);
  t.match(JSON.parse(second), { level: "info", msg: "line 1\nline 2\n" });
});

t.test("a block is one entry whose fields stand on a line of their own", async (t) => {
  const { logger, text, time } = fixture(t);
  const buffer = Buffer.from("ResourceSpans #0\nResource SchemaURL: \n");
  const component = logger.with({ "otelcol.component.id": "debug" });
  component.block(buffer);
  buffer.fill("!");
  component.block(Buffer.from("basic"), { spans: 2 });
  t.equal(
    await text(),
    `${time()}\tinfo\tResourceSpans #0\nResource SchemaURL: \n\t{${resourceColumn}, "otelcol.component.id": "debug"}\n` +
      `${time()}\tinfo\tbasic\t{${resourceColumn}, "otelcol.component.id": "debug", "spans": 2}\n`,
  );
});

t.test("an error field is the chain of messages", async (t) => {
  const { logger, text } = fixture(t, { resource: undefined });
  const cause = new Error("connect ECONNREFUSED 127.0.0.1:2878");
  logger.warn("a", { error: new Error("Cannot send", { cause }) });
  logger.warn("b", { error: new Error(`Cannot send: ${cause.message}`, { cause }) });
  logger.warn("c", { error: new AggregateError([cause, new Error("connect ECONNREFUSED ::1:2878"), cause]) });
  const ring = new Error("ring");
  ring.cause = ring;
  logger.warn("d", { error: ring });
  logger.error("e", { error: Object.assign(new TypeError("Invalid URL"), { code: "ERR_INVALID_URL" }) });
  const chain = "Cannot send: connect ECONNREFUSED 127.0.0.1:2878";
  t.same(
    (await text())
      .trim()
      .split("\n")
      .map((line) => (JSON.parse(line.split("\t")[3] ?? "") as { error: string }).error),
    [chain, chain, "connect ECONNREFUSED 127.0.0.1:2878; connect ECONNREFUSED ::1:2878", "ring", "Invalid URL"],
  );
});

t.test("only a bug shows its stack, unless stacks are switched off", async (t) => {
  const { logger, text } = fixture(t, { resource: undefined });
  logger.error("expected", { error: new Error("no stack") });
  logger.error("bug", { error: new TypeError("x is not a function") });
  t.match(
    await text(),
    /"no stack"}\n.*\tbug\t{"error": "x is not a function"}\nTypeError: x is not a function\n {4}at /,
  );
  const silent = fixture(t, { disableStacktrace: true });
  silent.logger.error("bug", { error: new TypeError("x") });
  t.notMatch(await silent.text(), "    at ");
});

t.test("entries below the level are not written", async (t) => {
  const { logger, text } = fixture(t, { level: "warn" });
  t.equal(logger.isEnabled("info"), false);
  t.equal(logger.isEnabled("error"), true);
  logger.info("no");
  logger.block(Buffer.from("no"));
  logger.warn("yes");
  t.match(await text(), /^[^\t]*\twarn\tyes\t[^\n]*\n$/);
  const fatal = fixture(t, { level: "fatal" });
  fatal.logger.error("no");
  t.equal(await fatal.text(), "");
});

t.test("equal entries are thinned: ten per period, then every hundredth", async (t) => {
  const { logger, clock, text } = fixture(t, { resource: undefined });
  const count = async (): Promise<number> => (await text()).split("\n").length - 1;
  for (let index = 0; index < 210; index++) logger.info("same", { index });
  t.equal(await count(), 12);
  t.match((await text()).trim().split("\n").at(-1), `"index": 209`);
  logger.warn("same");
  logger.info("another");
  t.equal(await count(), 14, "levels and texts are counted apart");
  await clock.advance(9999);
  logger.info("same");
  t.equal(await count(), 14);
  await clock.advance(1);
  logger.info("same");
  t.equal(await count(), 15, "a new period writes again");
});

t.test("blocks are thinned by all of their text", async (t) => {
  const { logger, text } = fixture(t, { sampling: { enabled: true, tick: 10_000, initial: 1, thereafter: 0 } });
  const long = Buffer.alloc(100_000, "a");
  logger.block(long);
  logger.block(long);
  long[50_000] = 0x62;
  logger.block(long);
  t.equal((await text()).length > 200_000 && (await text()).length < 300_000, true);
});

t.test("sampling can be switched off", async (t) => {
  const { logger, text } = fixture(t, { sampling: { enabled: false, tick: 10_000, initial: 1, thereafter: 0 } });
  for (let index = 0; index < 50; index++) logger.info("same");
  t.equal((await text()).split("\n").length, 51);
});

t.test("the time is local, with milliseconds and the offset", (t) => {
  const unixMs = Date.UTC(2026, 7, 21, 10, 0, 0, 7);
  const before = process.env["TZ"];
  t.teardown(() => {
    if (before === undefined) delete process.env["TZ"];
    else process.env["TZ"] = before;
  });
  const expected = {
    "UTC": "2026-08-21T10:00:00.007Z",
    "Europe/Berlin": "2026-08-21T12:00:00.007+0200",
    "America/St_Johns": "2026-08-21T07:30:00.007-0230",
    "Asia/Kathmandu": "2026-08-21T15:45:00.007+0545",
  };
  for (const [zone, text] of Object.entries(expected)) {
    process.env["TZ"] = zone;
    t.equal(formatLogTime(unixMs), text, zone);
  }
  t.end();
});
