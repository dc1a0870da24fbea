import t from "tap";
import { CollectorProcess, freePort, until } from "./collector-process.ts";
import { SpanLoad } from "./span-load.ts";
import { TraceSink } from "./trace-sink.ts";

interface Options {
  readonly port: number;
  readonly exporters: Readonly<Record<string, string>>;
  readonly memoryLimiter?: string;
}

const wavefront = (port: number, more = ""): string => `{traces: {endpoint: "http://127.0.0.1:${port}"}${more}}`;

function configuration({ port, exporters, memoryLimiter }: Options): string {
  return [
    `receivers: {otlp: {protocols: {http: {endpoint: "127.0.0.1:${port}"}}}}`,
    `processors: {memory_limiter: ${memoryLimiter ?? "{check_interval: 1s, limit_mib: 1500}"}, batch: {timeout: 50ms}}`,
    "exporters:",
    ...Object.entries(exporters).map(([id, config]) => `  ${id}: ${config}`),
    "service:",
    "  telemetry: {metrics: {level: none}}",
    "  pipelines:",
    `    traces: {receivers: [otlp], processors: [memory_limiter, batch], exporters: [${Object.keys(exporters).join(", ")}]}`,
    "",
  ].join("\n");
}

const missing = (load: SpanLoad, sink: TraceSink): string[] => [...load.accepted].filter((id) => !sink.spanIds.has(id));
const foreign = (load: SpanLoad, sink: TraceSink): string[] =>
  [...sink.spanIds.keys()].filter((id) => !load.accepted.has(id));

t.test("SIGTERM under load loses nothing that was accepted while the sink answers", async (t) => {
  const port = await freePort();
  const sink = await TraceSink.start();
  const collector = await CollectorProcess.start(
    configuration({ port, exporters: { tanzuobservability: wavefront(sink.port) } }),
  );
  const load = new SpanLoad(port);
  const running = load.run({ spansPerRequest: 50 });
  await until("a few thousand spans were accepted", () => load.accepted.size > 5000);
  const stopped = collector.stop("SIGTERM");
  await until("the port is closed", () => (load.refusals.get("error") ?? 0) > 0);
  load.stop();
  await running;
  t.equal(await stopped, 0, "it ends with exit code 0");
  t.same(missing(load, sink), [], `all ${load.accepted.size} accepted spans were delivered`);
  t.same(foreign(load, sink), [], "nothing was delivered that was not accepted");
  t.match(collector.stderr, new RegExp(`received.*${load.accepted.size}`), "the ledger in the last line counts them");
  load.close();
  await sink.close();
});

t.test("a dead exporter does not disturb its neighbours", async (t) => {
  const port = await freePort();
  const nobody = await freePort();
  const sink = await TraceSink.start();
  const collector = await CollectorProcess.start(
    configuration({
      port,
      exporters: { "tanzuobservability/dead": wavefront(nobody), "tanzuobservability/alive": wavefront(sink.port) },
    }),
  );
  const load = new SpanLoad(port);
  await load.run({ spansPerRequest: 50, requests: 100 });
  await until("the living sink has everything", () => missing(load, sink).length === 0);
  t.equal(load.accepted.size, 5000, "every request was accepted");
  t.ok(
    [...sink.spanIds.values()].every((times) => times === 1),
    "nothing came twice",
  );
  const lines = collector.stderr
    .split("\n")
    .filter((line) => line.includes(`:${nobody}`) && /cannot reach/i.test(line));
  t.ok(lines.length >= 1 && lines.length <= 3, `the dead one is named, not once a batch: ${lines.length} lines`);
  await collector.stop();
  load.close();
  await sink.close();
});

t.test(
  "a stuck exporter becomes back-pressure: senders are refused retryably, and nothing accepted is lost",
  async (t) => {
    const port = await freePort();
    const sink = await TraceSink.start();
    sink.mood = "refuse";
    const quick =
      ", sending_queue: {queue_size: 4}, retry_on_failure: {initial_interval: 100ms, max_interval: 200ms, max_elapsed_time: 0s}";
    const collector = await CollectorProcess.start(
      configuration({ port, exporters: { tanzuobservability: wavefront(sink.port, quick) } }),
    );
    const load = new SpanLoad(port);
    const running = load.run({ spansPerRequest: 2000 });
    await until("senders are refused", () => (load.refusals.get("503") ?? 0) > 0, 30_000);
    t.ok(
      [...load.retryAfter].every((seconds) => Number(seconds) >= 1 && Number(seconds) <= 3),
      "Retry-After is short",
    );
    sink.mood = "take";
    const before = load.accepted.size;
    await until("senders are accepted again", () => load.accepted.size > before + 2000, 30_000);
    load.stop();
    await running;
    await until("the queue has drained", () => missing(load, sink).length === 0, 30_000);
    t.same([...load.refusals.keys()], ["503"], "no other refusal");
    t.equal(await collector.stop(), 0);
    load.close();
    await sink.close();
  },
);

t.test("over the memory limit senders are refused, and accepted again when memory is free", async (t) => {
  const port = await freePort();
  const sink = await TraceSink.start();
  sink.mood = "refuse";
  const patient = ", retry_on_failure: {initial_interval: 100ms, max_interval: 200ms, max_elapsed_time: 0s}";
  const collector = await CollectorProcess.start(
    configuration({
      port,
      exporters: { tanzuobservability: wavefront(sink.port, patient) },
      memoryLimiter: "{check_interval: 200ms, limit_mib: 120, spike_limit_mib: 30}",
    }),
  );
  const load = new SpanLoad(port);
  const running = load.run({ spansPerRequest: 500, padding: 2000 });
  await until("memory runs short", () => (load.refusals.get("503") ?? 0) > 3, 60_000);
  await until("the limiter says so", () =>
    collector.stderr.includes("Memory usage is above soft limit. Refusing data."),
  );
  sink.mood = "take";
  const before = load.accepted.size;
  await until("data is accepted again", () => load.accepted.size > before + 1000, 60_000);
  load.stop();
  await running;
  await until("everything accepted has arrived", () => missing(load, sink).length === 0, 60_000);
  await until("the limiter says that it is over", () => collector.stderr.includes("Resuming normal operation."));
  t.equal(await collector.stop(), 0);
  load.close();
  await sink.close();
});

t.test("a second signal ends the process at once", async (t) => {
  const port = await freePort();
  const sink = await TraceSink.start();
  sink.mood = "hang";
  const collector = await CollectorProcess.start(
    configuration({ port, exporters: { tanzuobservability: wavefront(sink.port) } }),
  );
  const load = new SpanLoad(port);
  await load.run({ spansPerRequest: 10, requests: 10 });
  collector.child.kill("SIGTERM");
  await until("it drains", () => collector.stderr.includes("Received signal from OS"));
  const began = performance.now();
  t.not(await collector.stop("SIGTERM"), 0, "the exit code says that it was not clean");
  t.ok(performance.now() - began < 1000, "it does not wait");
  load.close();
  await sink.close();
});
