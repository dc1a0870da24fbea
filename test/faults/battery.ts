import t from "tap";
import { exporterTypes } from "./rig.ts";
import type { Scenario } from "./scenario.ts";

/** The full form: `npm run faults`, or `OTELCOL_FAULT_ROUNDS=5`. */
const rounds = Number(process.env["OTELCOL_FAULT_ROUNDS"] ?? 0);
const isFull = rounds > 0;
const firstSeed = Number(process.env["TEST_SEED"] ?? Date.now() % 1_000_000);
const wanted = process.env["OTELCOL_FAULT_ONLY"] ?? "";
const wantedType = process.env["OTELCOL_FAULT_TYPE"] ?? "";

/** The short form gives each fault to one exporter, by turns that differ from run to run; the full form to all. */
export function runBattery(scenarios: readonly Scenario[]): void {
  // Without the runner of `npm test` tap would end the whole file after 30 s.
  t.setTimeout(isFull ? 7_200_000 : 110_000);
  for (let round = 0; round < Math.max(1, rounds); round++) {
    for (const [index, { name, run, types = exporterTypes, isLong = false }] of scenarios.entries()) {
      if (!name.includes(wanted) || (isLong && !isFull)) continue;
      const seed = firstSeed + round * 1000 + index;
      const turn = seed % types.length;
      for (const type of isFull ? types : types.slice(turn, turn + 1)) {
        if (!type.includes(wantedType)) continue;
        t.test(`${type}: ${name}`, async (t) => {
          t.setTimeout(isFull ? 240_000 : 40_000);
          t.comment(`TEST_SEED=${seed - index}`);
          await run({ t, type, seed, factor: isFull ? 4 : 1 });
        });
      }
    }
  }
}
