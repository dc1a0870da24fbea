import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

/** Ratios to the floor that a run may exceed by `tolerance`. */
export interface StoredRatios {
  readonly when: string;
  readonly node: string;
  readonly machine: string;
  readonly ratios: Readonly<Record<string, number>>;
}

export const tolerance = 1.25;
const file = path.join(import.meta.dirname, "ratios.json");

export function readRatios(): StoredRatios {
  return JSON.parse(readFileSync(file, "utf8")) as StoredRatios;
}

export function writeRatios(stored: StoredRatios): void {
  writeFileSync(file, `${JSON.stringify(stored, undefined, 2)}\n`);
}

/** What is to be said about one ratio; `isHeld` also for one that nobody has stored yet. */
export function judge(name: string, ratio: number, stored: StoredRatios): { isHeld: boolean; text: string } {
  const reference = stored.ratios[name];
  if (reference === undefined)
    return { isHeld: true, text: `${name}: ${ratio.toFixed(2)} times the floor, not stored` };
  const limit = reference * tolerance;
  const isHeld = ratio <= limit;
  const verdict = isHeld ? "at most" : "more than";
  return {
    isHeld,
    text: `${name}: ${ratio.toFixed(2)} times the floor, ${verdict} ${limit.toFixed(2)} (${reference.toFixed(2)} stored, times ${tolerance})`,
  };
}
