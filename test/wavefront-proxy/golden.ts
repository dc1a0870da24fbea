import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { lineFormats, type LineFormat } from "./read-lines.ts";
import type { Decoded } from "./verdict.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const shared = `${root}../shared/golden/wavefront/`;

/** The recorded cases; in a clone without them, the choice that is kept in this repository. */
export const goldenFolder = existsSync(shared) ? shared : `${root}test/fixtures/wavefront/`;
export const isWholeGolden = goldenFolder === shared;

/** The clock that the recorded verdicts were made with. */
export const goldenNowMs = Date.parse("2026-11-20T13:00:00Z");
/** Name of the machine that they were recorded on: the source of what names none. */
export const goldenHost = "collector-host";

export type GoldenFormat = LineFormat | "internal";

export interface GoldenLine {
  readonly n: number;
  readonly verdict: string;
  readonly code?: string;
  readonly stage?: string;
  readonly decoded?: Decoded;
  readonly truncated?: Readonly<Record<string, number>>;
}

export interface GoldenCase {
  readonly name: string;
  readonly signal: "traces" | "metrics" | "logs";
  readonly config: Readonly<Record<string, boolean>>;
  readonly notes: readonly string[];
  readonly requests: readonly { readonly path: string; readonly headers: Readonly<Record<string, string>> }[];
  readonly input: Uint8Array;
  lines(format: GoldenFormat): string;
  readonly verdicts: Partial<Record<GoldenFormat, readonly GoldenLine[]>>;
}

export function goldenCases(): GoldenCase[] {
  return readdirSync(`${goldenFolder}cases`)
    .toSorted()
    .map((name) => readCase(name));
}

function readCase(name: string): GoldenCase {
  const folder = `${goldenFolder}cases/${name}/`;
  const description = readJson(`${folder}case.json`) as Omit<GoldenCase, "name"> & { notes?: string[] };
  const verdicts = existsSync(`${folder}verdict.json`) ? readJson(`${folder}verdict.json`) : {};
  return {
    name,
    signal: description.signal,
    config: description.config ?? {},
    notes: description.notes ?? [],
    requests: description.requests ?? [],
    input: readFileSync(`${folder}input.binpb`),
    lines: (format) => readText(`${folder}${format}.lines.txt`),
    verdicts: verdicts as GoldenCase["verdicts"],
  };
}

export interface GoldenNote {
  readonly id: string;
  readonly format: LineFormat | null;
  readonly better_lines: readonly string[];
  readonly better_decoded: readonly Decoded[];
  readonly cases: readonly string[];
}

export function goldenNotes(): GoldenNote[] {
  return readJson(`${goldenFolder}notes.json`) as GoldenNote[];
}

export const goldenFormats: readonly GoldenFormat[] = [...lineFormats, "internal"];

function readText(path: string): string {
  return existsSync(path) ? readFileSync(path, "utf8") : "";
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, "utf8"));
}
