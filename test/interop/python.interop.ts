import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import t from "tap";
import { CollectorProcess, freePort, until } from "../e2e/collector-process.ts";
import { TraceSink } from "../e2e/trace-sink.ts";

const python = process.env["INTEROP_PYTHON"] ?? "python3";
const run = promisify(execFile);

for (const protocol of ["grpc", "http/protobuf"] as const) {
  t.test(`the users' Python scripts over ${protocol} are printed and reach the proxy`, async (t) => {
    const port = await freePort();
    const sink = await TraceSink.start();
    const collector = await CollectorProcess.start(
      [
        `receivers: {otlp: {protocols: {grpc: {endpoint: "localhost:${port}"}}}}`,
        "processors: {batch: }",
        "exporters:",
        "  debug: {verbosity: detailed}",
        `  tanzuobservability: {traces: {endpoint: "http://127.0.0.1:${sink.port}"}, metrics: {endpoint: "http://127.0.0.1:${sink.port}"}}`,
        "service:",
        "  telemetry: {metrics: {level: none}}",
        "  pipelines:",
        "    traces: {receivers: [otlp], processors: [batch], exporters: [debug, tanzuobservability]}",
        "    metrics: {receivers: [otlp], processors: [batch], exporters: [debug, tanzuobservability]}",
        "",
      ].join("\n"),
    );
    const env = {
      ...process.env,
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://localhost:${port}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
    };
    for (const script of ["oteltest.py", "otelmetrics.py"]) {
      const { stderr } = await run(python, [path.join(import.meta.dirname, script)], { env, timeout: 60_000 });
      t.equal(stderr, "", `${script} has nothing to complain about`);
    }
    await until("both spans are at the proxy", () => sink.spanIds.size === 2);
    await until("the counter is on the console", () => /Name: first_counter[\s\S]*Value: 6/.test(collector.stderr));
    t.match(collector.stderr, / {4}Name +: foo\n/);
    t.match(collector.stderr, / {4}Name +: bar\n/);
    t.match(collector.stderr, "-> TASK run id: Str(123123123132)");
    t.match(collector.stderr, "-> Name: event two");
    t.equal(await collector.stop(), 0);
    await sink.close();
  });
}
