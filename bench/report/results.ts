import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import type { Sample } from "../measure/sample.ts";

/** What stands at the head of a results file. */
export interface RunRecord {
  readonly kind: "run";
  readonly when: string;
  readonly command: string;
  readonly commit: string;
  readonly node: string;
  readonly machine: string;
  readonly peers: Readonly<Record<string, string>>;
}

/** What was run: as it stands in the list, and its configuration with the ports of `shownPorts`. */
export interface ScenarioRecord {
  readonly kind: "scenario";
  readonly name: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly configuration: string;
}

export type ResultLine = RunRecord | ScenarioRecord | Sample;

export const resultsFolder = path.join(import.meta.dirname, "../results");

/** One file is one run of the bench. */
export interface Results {
  readonly file: string;
  readonly run: RunRecord;
  readonly scenarios: readonly ScenarioRecord[];
  readonly samples: readonly Sample[];
}

export function readResults(file: string): Results {
  const lines = readFileSync(file, "utf8").trim().split("\n");
  const records = lines.map((line) => JSON.parse(line) as ResultLine);
  const [run] = records;
  if (run?.kind !== "run") throw new Error(`Cannot read ${file}: no line of kind "run" at its head`);
  const scenarios = records.filter((record) => record.kind === "scenario");
  const samples = records.filter((record) => record.kind === "sample");
  return { file: path.basename(file), run, scenarios, samples };
}

/** The committed runs, by name. */
export function committedResults(): readonly Results[] {
  const names = readdirSync(resultsFolder).filter((name) => name.endsWith(".jsonl"));
  return names.toSorted().map((name) => readResults(path.join(resultsFolder, name)));
}

/** What people wrote about the figures, in Markdown: a file of this folder. */
export const readText = (name: string): string => readFileSync(path.join(import.meta.dirname, name), "utf8");
