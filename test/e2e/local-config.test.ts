import { readFileSync } from "node:fs";
import path from "node:path";
import t from "tap";
import { CollectorProcess, freePort, root, until } from "./collector-process.ts";
import { protocols, sendAll } from "./js-sdk.ts";
import { TraceSink } from "./trace-sink.ts";

interface Ports {
  readonly grpc: number;
  readonly http: number;
  readonly zpages: number;
  readonly metrics: number;
  readonly proxy: number;
}

/** A sample file as it is delivered, but for the ports, which other processes of this machine may hold. */
function sample(name: string, ports: Ports): string {
  return readFileSync(path.join(root, "config", name), "utf8")
    .replace("grpc:\n", `grpc: {endpoint: "localhost:${ports.grpc}"}\n`)
    .replace("http:\n", `http: {endpoint: "localhost:${ports.http}"}\n`)
    .replace("0.0.0.0:55679", `127.0.0.1:${ports.zpages}`)
    .replace("localhost:30001", `127.0.0.1:${ports.proxy}`)
    .replace("localhost:2878", `127.0.0.1:${ports.proxy}`)
    .replace(
      "service:\n",
      `service:\n  telemetry: {metrics: {readers: [{pull: {exporter: {prometheus: {host: 127.0.0.1, port: ${ports.metrics}}}}}]}}\n`,
    );
}

async function freePorts(): Promise<Ports> {
  const [grpc, http, zpages, metrics, proxy] = await Promise.all([
    freePort(),
    freePort(),
    freePort(),
    freePort(),
    freePort(),
  ]);
  return { grpc, http, zpages, metrics, proxy };
}

const get = async (port: number, route: string): Promise<string> =>
  (await fetch(`http://127.0.0.1:${port}${route}`)).text();

/** Logs have no pipeline in the sample file, so an SDK's log records must be refused and the rest taken. */
async function sendEverything(ports: Ports): Promise<void> {
  for (const protocol of protocols) {
    for (const port of [ports.grpc, ports.http]) await sendAll(protocol, port);
  }
}

for (const name of ["otel-local-config.yaml", "otel-local-config-debug.yaml"]) {
  t.test(
    `${name} prints what the JavaScript SDK sends over every protocol to every port, without a proxy`,
    async (t) => {
      const ports = await freePorts();
      const collector = await CollectorProcess.start(sample(name, ports));
      await sendEverything(ports);
      await until(
        "every span is on the console",
        () => (collector.stderr.match(/ {4}Name +: parent\n/g) ?? []).length === 6,
      );
      await until(
        "every counter is on the console",
        () => (collector.stderr.match(/-> Name: js_counter\n/g) ?? []).length === 6,
      );
      await until("the proxy is named as missing", () => /cannot reach/i.test(collector.stderr));
      t.match(collector.stderr, /TASK run id: (Str|STRING)\(1\)/, "attributes are printed");

      const metrics = await get(ports.metrics, "/metrics");
      const accepted = [...metrics.matchAll(/^otelcol_receiver_accepted_spans\{.*\} (\d+)$/gm)].reduce(
        (sum, [, count]) => sum + Number(count),
        0,
      );
      t.equal(accepted, 12, "two spans, three protocols, two ports are counted");
      t.match(await get(ports.zpages, "/debug/servicez"), "otelcol");
      t.match(await get(ports.zpages, "/debug/pipelinez"), "tanzuobservability");

      t.equal(await collector.stop("SIGINT"), 0, "SIGINT ends it cleanly");
      t.match(collector.stderr.trimEnd().split("\n").at(-1), /received/i, "the last line is the ledger");
    },
  );
}

t.test("the sample file sends spans and metrics to the proxy", async (t) => {
  const ports = await freePorts();
  const sink = await TraceSink.start(ports.proxy);
  const collector = await CollectorProcess.start(sample("otel-local-config.yaml", ports));
  await sendAll("grpc", ports.grpc);
  await until("both spans are at the proxy", () => sink.spanIds.size === 2);
  t.notMatch(collector.stderr, /cannot reach/i, "no complaint about the proxy");
  t.equal(await collector.stop(), 0);
  await sink.close();
});

t.test("busy auxiliary ports are a warning, a busy data port ends the start with a remedy", async (t) => {
  const ports = await freePorts();
  const first = await CollectorProcess.start(sample("otel-local-config.yaml", ports));
  const other = await freePorts();
  const second = await CollectorProcess.start(
    sample("otel-local-config.yaml", { ...other, zpages: ports.zpages, metrics: ports.metrics }),
  );
  t.match(second.stderr, new RegExp(`warn\\t.*${ports.metrics}`), "the metrics port");
  t.match(second.stderr, new RegExp(`warn\\t.*${ports.zpages}`), "the zpages port");
  t.equal(await second.stop(), 0);
  const third = await CollectorProcess.start(sample("otel-local-config.yaml", { ...other, grpc: ports.grpc }), {
    ready: false,
  });
  t.equal(await third.exited(), 1);
  t.match(third.stderr, new RegExp(`Error: .*${ports.grpc}.*in use`, "s"));
  t.notMatch(third.stderr, /\n\s+at /, "no stack trace");
  t.equal(await first.stop(), 0);
});
