// npm run bench -- [NAME...] [--rounds 5] [--out FILE] [--peers ours,go,floor] [--list] [--print-config] [--profiles FOLDER]:
// the scenarios whose names match (`*` stands for anything; all without names), each peer in turn in every round. Linux, two
// cores: what is measured has the first, load and sink the second. Raw samples go to FILE (default: a new one in
// .cache/bench), the table to stdout. Build the Go peers once with `npm run bench:peers`.
import { execFileSync } from "node:child_process";
import { appendFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { cpus, loadavg, tmpdir, totalmem } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { profilesVariable } from "./measure/collector.ts";
import { measureLoaded } from "./measure/loaded.ts";
import { Pools } from "./measure/pools.ts";
import type { Measured, Sample } from "./measure/sample.ts";
import { measureIdle, measureStart } from "./measure/unloaded.ts";
import { isBuilt, peers, root, type PeerName } from "./peers/peers.ts";
import { measures } from "./report/measures.ts";
import { readResults, type ResultLine } from "./report/results.ts";
import { numberText } from "./report/statistics.ts";
import { summary } from "./report/summary.ts";
import { scenarios } from "./scenarios/list.ts";
import { renderConfig, shownPorts } from "./scenarios/render-config.ts";
import type { Scenario } from "./scenarios/scenario.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    "rounds": { type: "string", default: "5" },
    "out": { type: "string" },
    "peers": { type: "string", default: "ours,go,floor" },
    "list": { type: "boolean", default: false },
    "print-config": { type: "boolean", default: false },
    "profiles": { type: "string" },
  },
});
if (values.profiles !== undefined) process.env[profilesVariable] = path.resolve(values.profiles);
const globs = positionals.length === 0 ? ["*"] : positionals;
const chosen = scenarios.filter(({ name }) => globs.some((glob) => path.matchesGlob(name, glob)));
if (chosen.length === 0)
  throw new Error(`Cannot run the bench: no scenario matches ${positionals.join(" ")}, see --list`);

const folder = mkdtempSync(path.join(tmpdir(), "otelcol-bench-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(1));

function peersOf(scenario: Scenario): readonly PeerName[] {
  const hasFloor = scenario.kind === "throughput" && scenario.exporter === "nop" && scenario.shape !== "captures";
  const all: readonly PeerName[] = ["ours", scenario.peer, ...(hasFloor ? (["floor"] as const) : [])];
  const wanted = values.peers.split(",");
  return all.filter((name) => wanted.includes(name) || (name === "go-wavefront" && wanted.includes("go")));
}

function measure(scenario: Scenario, peer: PeerName, pools: Pools, round: number): Promise<Measured> {
  switch (scenario.kind) {
    case "start":
      return measureStart(scenario, peer, folder, round < 5);
    case "idle":
      return measureIdle(scenario, peer, folder);
    default:
      return measureLoaded(scenario, peer, pools, folder);
  }
}

function roundsOf(scenario: Scenario): number {
  const rounds = Number(values.rounds);
  return scenario.kind === "start" ? Math.max(rounds, scenario.starts) : rounds;
}

async function runAll(out: string): Promise<void> {
  const write = (line: ResultLine): void => appendFileSync(out, `${JSON.stringify(line)}\n`);
  const pools = new Pools(folder);
  write({
    kind: "run",
    when: new Date().toISOString(),
    command: ["npm run bench --", ...positionals, "--rounds", values.rounds, "--peers", values.peers].join(" "),
    commit: execFileSync("git", ["describe", "--always", "--dirty"], { cwd: root, encoding: "utf8" }).trim(),
    node: process.version,
    machine: `${cpus().length} × ${cpus()[0]?.model.trim() ?? "unknown"}, ${Math.round(totalmem() / 2 ** 30)} GiB`,
    peers: Object.fromEntries(Object.entries(peers).map(([name, { about }]) => [name, about])),
  });
  for (const scenario of chosen) {
    const configuration = renderConfig(scenario, shownPorts, "/var/lib/otelcol");
    write({ kind: "scenario", name: scenario.name, settings: { ...scenario }, configuration });
    // Files come into the page cache, and ours into its bundle, before the first start that counts.
    if (scenario.kind === "start")
      for (const peer of peersOf(scenario)) await measureStart(scenario, peer, folder, false);
    for (let round = 0; round < roundsOf(scenario); round++)
      for (const peer of peersOf(scenario)) {
        const head = { scenario: scenario.name, peer, round, when: new Date().toISOString() };
        const [loadAverage = 0] = loadavg();
        const measured = await measure(scenario, peer, pools, round).catch((error: unknown) => ({
          void: error instanceof Error ? error.message : String(error),
        }));
        const sample: Sample = { kind: "sample", ...head, loadAverage, ...measured };
        write(sample);
        console.error(progress(scenario, sample));
      }
  }
}

function progress(scenario: Scenario, sample: Sample): string {
  const figures = measures[scenario.kind].map(({ title, of }) => {
    const value = of(sample);
    return `${title} ${value === undefined ? "–" : numberText(value)}`;
  });
  const reason = sample.void === undefined ? "" : `; void: ${sample.void}`;
  return `${scenario.name} ${sample.peer}, round ${sample.round + 1}: ${figures.join("; ")}${reason}`;
}

if (values.list) for (const { name } of chosen) console.log(name);
else if (values["print-config"])
  for (const scenario of chosen)
    console.log(`# ${scenario.name}\n${renderConfig(scenario, shownPorts, "/var/lib/otelcol")}`);
else {
  for (const name of new Set(chosen.flatMap(peersOf)))
    if (!isBuilt(name)) throw new Error(`Cannot run the bench: ${name} is not built: npm run bench:peers`);
  const stamp = new Date().toISOString().slice(0, 19).replaceAll(":", "");
  const out = path.resolve(values.out ?? path.join(root, `.cache/bench/${stamp}.jsonl`));
  mkdirSync(path.dirname(out), { recursive: true });
  await runAll(out);
  console.log(summary([readResults(out)]));
  console.log(`\nRaw samples: ${out}`);
}
