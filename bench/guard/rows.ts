import { scenarios } from "../scenarios/list.ts";
import type { Throughput } from "../scenarios/scenario.ts";

/** A scenario of the bench with so many items a burst that it, and its floor, need some tenths of a second of CPU. */
export interface GuardRow {
  readonly scenario: Throughput;
  readonly burstItems: number;
}

const burstItems: Readonly<Record<string, number>> = {
  "traces-grpc-512": 80_000,
  "traces-grpc-1": 8000,
  "traces-http-512": 80_000,
  "traces-http-1": 8000,
  "traces-grpc-512-wavefront": 20_000,
  "traces-grpc-512-debug-detailed": 24_000,
};

/** The floor needs less for large requests, and the kernel counts in steps of 10 ms. */
export const floorItems = (row: GuardRow): number => (row.scenario.itemsPerRequest === 1 ? 8000 : 640_000);

export const guardRows: readonly GuardRow[] = Object.entries(burstItems).map(([name, items]) => {
  const scenario = scenarios.find((candidate) => candidate.name === name);
  if (scenario?.kind !== "throughput") throw new Error(`Cannot guard ${name}: no scenario of that name and kind`);
  return { scenario, burstItems: items };
});
