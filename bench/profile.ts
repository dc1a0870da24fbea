// Where the CPU time of ours goes: profile.ts FOLDER prints the functions with the most time of their own, for each profile
// that `npm run bench -- NAME --peers ours --rounds 1 --profiles FOLDER` has left there. The start of the process is in it.
import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";

/** The parts of the V8 format that are used here. */
interface Profile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  /** The node that each sample was in, and microseconds since the one before. */
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

const shownFunctions = 25;

function print(file: string): void {
  const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(file, "utf8")) as Profile;
  const timeOf = new Map<number, number>();
  for (const [index, id] of samples.entries()) timeOf.set(id, (timeOf.get(id) ?? 0) + (timeDeltas[index] ?? 0));
  const byFunction = new Map<string, number>();
  let total = 0;
  for (const { id, callFrame } of nodes) {
    const { functionName, url, lineNumber } = callFrame;
    const time = timeOf.get(id) ?? 0;
    if (functionName === "(idle)" || time === 0) continue;
    total += time;
    const name = `${functionName || "(anonymous)"} ${path.basename(url)}:${lineNumber + 1}`;
    byFunction.set(name, (byFunction.get(name) ?? 0) + time);
  }
  console.log(`${path.basename(file)}: ${(total / 1e6).toFixed(2)} s busy`);
  const sorted = [...byFunction].toSorted(([, a], [, b]) => b - a);
  for (const [name, time] of sorted.slice(0, shownFunctions))
    console.log(`${((time / total) * 100).toFixed(1).padStart(6)} %  ${name}`);
}

const folder = process.argv[2] ?? ".";
for (const name of readdirSync(folder)) if (name.endsWith(".cpuprofile")) print(path.join(folder, name));
