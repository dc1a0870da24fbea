import { measures, type ScenarioKind } from "./measures.ts";
import type { Results } from "./results.ts";
import { comparisonTable, kindOf, scenariosOf } from "./table.ts";

/** The tables of the kinds that were run, one for each figure. */
export function summary(runs: readonly Results[]): string {
  const kinds = new Set(scenariosOf(runs).map(kindOf));
  const parts = [...kinds].flatMap((kind: ScenarioKind) =>
    measures[kind].map((measure) => `${kind}: ${measure.title}\n\n${comparisonTable(runs, [kind], measure)}`),
  );
  return parts.join("\n\n");
}
