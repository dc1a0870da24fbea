// npm run bench [-- --rounds 5] [--only TEXT]: figures of the whole program, each beside the floor of the same run (a Node
// process that reads the same requests and drops them). Linux; the measured process has core 0, load and sink core 1.
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import http from "node:http";
import { cpus, tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { freePort, until } from "../test/e2e/collector-process.ts";
import { cpuSeconds, memoryMib } from "./process-cost.ts";

const here = import.meta.dirname;
const root = path.join(here, "..");
const folder = mkdtempSync(path.join(tmpdir(), "otelcol-bench-"));
const { values } = parseArgs({
  options: { rounds: { type: "string", default: "5" }, only: { type: "string", default: "" } },
});
const rounds = Number(values.rounds);

interface Scenario {
  readonly name: string;
  readonly itemsPerRequest: number;
  readonly totalItems: number;
  /** The exporters section; `SINK` is the sink's port. `undefined` is the floor. */
  readonly exporters: string | undefined;
}

const wavefront =
  "tanzuobservability: {traces: {endpoint: http://127.0.0.1:SINK}, metrics: {endpoint: http://127.0.0.1:SINK}}";
const scenarios: readonly Scenario[] = [
  { name: "floor, 512 a request", itemsPerRequest: 512, totalItems: 500_000, exporters: undefined },
  { name: "wavefront, 512 a request", itemsPerRequest: 512, totalItems: 300_000, exporters: wavefront },
  { name: "debug basic, 512 a request", itemsPerRequest: 512, totalItems: 500_000, exporters: "debug: {}" },
  {
    name: "debug detailed, 512 a request",
    itemsPerRequest: 512,
    totalItems: 200_000,
    exporters: "debug: {verbosity: detailed}",
  },
  { name: "floor, 1 a request", itemsPerRequest: 1, totalItems: 30_000, exporters: undefined },
  { name: "wavefront, 1 a request", itemsPerRequest: 1, totalItems: 30_000, exporters: wavefront },
  { name: "debug basic, 1 a request", itemsPerRequest: 1, totalItems: 30_000, exporters: "debug: {}" },
];

function configuration(scenario: Scenario, grpcPort: number, sinkPort: number): string {
  const exporters = scenario.exporters ?? "";
  const file = path.join(folder, `${scenario.name.replaceAll(/\W+/g, "-")}.yaml`);
  writeFileSync(
    file,
    [
      `receivers: {otlp: {protocols: {grpc: {endpoint: "127.0.0.1:${grpcPort}"}}}}`,
      "processors: {batch: {}, memory_limiter: {check_interval: 1s, limit_mib: 1500, spike_limit_mib: 300}}",
      `exporters: {${exporters.replaceAll("SINK", String(sinkPort))}}`,
      "service:",
      "  telemetry: {metrics: {level: none}, logs: {sampling: {enabled: false}}}",
      "  pipelines:",
      `    traces: {receivers: [otlp], processors: [memory_limiter, batch], exporters: [${exporters.split(":")[0]}]}`,
      "",
    ].join("\n"),
  );
  return file;
}

function onCore(core: number, args: readonly string[], output: "ignore" | "pipe"): ChildProcess {
  const pinned = cpus().length > 1 ? ["taskset", "-c", String(core)] : [];
  const [command = process.execPath, ...rest] = [...pinned, process.execPath, ...args];
  return spawn(command, rest, { cwd: root, stdio: ["ignore", output, "pipe"] });
}

async function ready(child: ChildProcess): Promise<void> {
  let text = "";
  const listen = (chunk: Buffer): void => void (text += chunk.toString());
  child.stderr?.on("data", listen);
  await until("the process is ready", () => {
    if (child.exitCode !== null)
      throw new Error(`Cannot start a process of the bench: exit ${child.exitCode}\n${text}`);
    return text.includes("Everything is ready.");
  });
  child.stderr?.off("data", listen).resume();
}

async function lineOf(child: ChildProcess): Promise<string> {
  let text = "";
  child.stdout?.on("data", (chunk: Buffer) => (text += chunk.toString()));
  await new Promise((resolve) => child.once("close", resolve));
  return text;
}

const getJson = async (port: number): Promise<Record<string, number>> =>
  (await (await fetch(`http://127.0.0.1:${port}/stats`)).json()) as Record<string, number>;

async function runOnce(
  scenario: Scenario,
): Promise<{ cpuPerMillion: number; peakMib: number; itemsPerSecond: number }> {
  const [port, sinkPort] = [await freePort(), await freePort()];
  const sink = onCore(1, [path.join(here, "sink.ts"), String(sinkPort)], "ignore");
  await ready(sink);
  const args =
    scenario.exporters === undefined
      ? [path.join(here, "floor.ts"), String(port)]
      : [path.join(root, "bin/otelcol"), "--config", configuration(scenario, port, sinkPort)];
  const measured = onCore(0, args, "ignore");
  await ready(measured);
  const pid = measured.pid ?? 0;
  const before = cpuSeconds(pid);
  const load = onCore(
    1,
    [path.join(here, "load.ts"), String(port), String(scenario.itemsPerRequest), String(scenario.totalItems)],
    "pipe",
  );
  load.stderr?.resume();
  const result = JSON.parse(await lineOf(load)) as { accepted: number; refused: number; seconds: number };
  if (scenario.exporters === wavefront) {
    await until(
      "all lines have arrived",
      async () => ((await getJson(sinkPort))["trace"] ?? 0) >= result.accepted,
      60_000,
    );
  } else await new Promise((resolve) => setTimeout(resolve, 500));
  const cpu = cpuSeconds(pid) - before;
  const peakMib = memoryMib(pid, "VmHWM");
  for (const child of [measured, sink]) {
    child.kill("SIGTERM");
    await new Promise((resolve) => child.once("exit", resolve));
  }
  return { cpuPerMillion: (cpu / result.accepted) * 1e6, peakMib, itemsPerSecond: result.accepted / result.seconds };
}

/** Start to the first accepted request, and resident memory five seconds later. */
async function startOnce(): Promise<{ firstMs: number; idleMib: number }> {
  const port = await freePort();
  const scenario = { name: "start", itemsPerRequest: 1, totalItems: 1, exporters: "debug: {}" };
  const began = performance.now();
  const child = onCore(0, [path.join(root, "bin/otelcol"), "--config", configuration(scenario, port, 1)], "ignore");
  child.stderr?.resume();
  await until("the first request is accepted", () => postSpan(port), 20_000);
  const firstMs = performance.now() - began;
  await new Promise((resolve) => setTimeout(resolve, 5000));
  const idleMib = memoryMib(child.pid ?? 0, "VmRSS");
  child.kill("SIGTERM");
  await new Promise((resolve) => child.once("exit", resolve));
  return { firstMs, idleMib };
}

/** HTTP works on the gRPC port too. */
function postSpan(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const request = http.request(
      { port, host: "127.0.0.1", method: "POST", path: "/v1/traces", headers: { "content-type": "application/json" } },
      (response) => {
        response.resume();
        resolve(response.statusCode === 200);
      },
    );
    request.on("error", () => resolve(false));
    request.end('{"resourceSpans":[{"scopeSpans":[{"spans":[{"name":"first"}]}]}]}');
  });
}

/** An empty Node process, from start to its end: the floor of every start. */
async function emptyNodeMs(): Promise<number> {
  const began = performance.now();
  const child = onCore(0, ["-e", "0"], "ignore");
  await new Promise((resolve) => child.once("exit", resolve));
  return performance.now() - began;
}

const show = (numbers: readonly number[], digits = 2): string => {
  const sorted = numbers.toSorted((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  return `${median.toFixed(digits)} (${(sorted[0] ?? 0).toFixed(digits)}–${(sorted.at(-1) ?? 0).toFixed(digits)})`;
};

console.log(
  `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model.trim() ?? "unknown"}; ${rounds} rounds in turn; median (min–max)\n`,
);
const chosen = scenarios.filter((scenario) => scenario.name.includes(values.only));
const samples = new Map(chosen.map((scenario) => [scenario, [] as Awaited<ReturnType<typeof runOnce>>[]]));
for (let round = 0; round < rounds; round++) {
  for (const [scenario, list] of samples) list.push(await runOnce(scenario));
}
console.log("| scenario | CPU s per million spans | peak RSS MiB | spans/s |\n|---|---|---|---|");
for (const [scenario, list] of samples) {
  const column = (key: keyof (typeof list)[number], digits: number): string =>
    show(
      list.map((sample) => sample[key]),
      digits,
    );
  console.log(
    `| ${scenario.name} | ${column("cpuPerMillion", 2)} | ${column("peakMib", 0)} | ${column("itemsPerSecond", 0)} |`,
  );
}
if (values.only === "") {
  const starts = [];
  const empty = [];
  for (let round = 0; round < rounds; round++) {
    empty.push(await emptyNodeMs());
    starts.push(await startOnce());
  }
  console.log("\n| start | median (min–max) |\n|---|---|");
  console.log(`| empty Node process, ms | ${show(empty, 0)} |`);
  console.log(
    `| start to first accepted request, ms | ${show(
      starts.map((start) => start.firstMs),
      0,
    )} |`,
  );
  console.log(
    `| RSS 5 s after start, MiB | ${show(
      starts.map((start) => start.idleMib),
      0,
    )} |`,
  );
}
