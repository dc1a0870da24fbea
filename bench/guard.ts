// npm run bench:guard [-- --store]: fails when the collector costs more than a quarter above what is stored, as a ratio to
// the floor of the same run. What fails is measured twice more before it counts. --store writes the medians of five passes
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
/** What costs more in each of so many looks fails: neighbours on the machine come and go. */
const looks = 3;

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

function failing(judged: readonly { readonly name: string; readonly isHeld: boolean }[]): readonly string[] {
  return judged.filter(({ isHeld }) => !isHeld).map(({ name }) => name);
}

async function guard(pools: Pools, folder: string): Promise<boolean> {
  const stored = readRatios();
  const look = async (names?: readonly string[]): Promise<readonly { name: string; isHeld: boolean }[]> => {
    const judged = [...(await measureRatios(pools, folder, names))].map(([name, ratio]) => ({
      name,
      ...judge(name, ratio, stored),
    }));
    for (const { text } of judged) console.log(text);
    return judged;
  };
  const first = await look();
  let suspects = failing(first);
  for (let number = 2; number <= looks && suspects.length > 0; number++) {
    console.log(`Once more: ${suspects.join("; ")}`);
    suspects = failing(await look(suspects));
  }
  const failed = suspects.length;
  for (const name of suspects) {
    console.log(`${name}: ${looks} times, so the change costs it; profile it, or store new ratios with the reason`);
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
