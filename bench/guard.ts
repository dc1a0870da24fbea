// npm run bench:guard [-- --store]: fails when the collector costs more than a quarter above what is stored, as a ratio to
// the floor of the same run. What fails is measured once more before it counts. --store writes the medians of five passes
// to guard/ratios.json. Takes about a minute; Linux with two cores.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import path from "node:path";
import { measureRatios } from "./guard/measure-ratios.ts";
import { judge, readRatios, writeRatios } from "./guard/stored-ratios.ts";
import { cores } from "./measure/pinned-process.ts";
import { Pools } from "./measure/pools.ts";
import { spreadOf } from "./report/statistics.ts";

const passes = 5;

/** Load and measuring are not what is measured. */
function leaveFirstCore(): void {
  spawnSync("taskset", ["-a", "-c", "-p", String(cores.other), String(process.pid)]);
}

async function store(pools: Pools, folder: string): Promise<void> {
  const found = new Map<string, number[]>();
  for (let pass = 0; pass < passes; pass++)
    for (const [name, ratio] of await measureRatios(pools, folder)) {
      found.set(name, [...(found.get(name) ?? []), ratio]);
      console.log(`pass ${pass + 1}, ${name}: ${ratio.toFixed(2)} times the floor`);
    }
  const medians = [...found].map(([name, list]) => [name, Number((spreadOf(list)?.median ?? 0).toFixed(3))] as const);
  writeRatios({
    when: new Date().toISOString().slice(0, 10),
    node: process.version,
    machine: `${cpus().length} × ${cpus()[0]?.model.trim() ?? "unknown"}`,
    ratios: Object.fromEntries(medians),
  });
}

async function guard(pools: Pools, folder: string): Promise<boolean> {
  const stored = readRatios();
  const first = [...(await measureRatios(pools, folder))].map(([name, ratio]) => ({
    name,
    ...judge(name, ratio, stored),
  }));
  for (const { text } of first) console.log(text);
  const suspects = first.filter(({ isHeld }) => !isHeld).map(({ name }) => name);
  let failed = 0;
  if (suspects.length > 0) {
    console.log(`Once more: ${suspects.join("; ")}`);
    for (const [name, ratio] of await measureRatios(pools, folder, suspects)) {
      const { isHeld, text } = judge(name, ratio, stored);
      console.log(
        isHeld ? text : `${text}: twice, so the change costs it; profile it, or store new ratios with the reason`,
      );
      if (!isHeld) failed++;
    }
  }
  console.log(`${first.length - failed} passed, ${failed} failed`);
  return failed === 0;
}

if (process.platform !== "linux" || cpus().length < 2) {
  console.log("Not measured: the guard needs Linux and two cores");
} else {
  const folder = mkdtempSync(path.join(tmpdir(), "otelcol-guard-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  // What was started is ended at exit, which a signal alone does not reach.
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(1));
  leaveFirstCore();
  const pools = new Pools(folder);
  if (process.argv.includes("--store")) await store(pools, folder);
  else if (!(await guard(pools, folder))) process.exitCode = 1;
}
