import { bars, limits } from "./bars.ts";
import { compare } from "./compare.ts";
import { measures, type Measure, type ScenarioKind } from "./measures.ts";
import type { Results, ScenarioRecord } from "./results.ts";
import { numberText, spreadText } from "./statistics.ts";
import type { PeerName } from "../peers/peers.ts";

/** The scenarios of all runs, each once, in the order of the first run that has it. */
export function scenariosOf(runs: readonly Results[]): readonly ScenarioRecord[] {
  const byName = new Map<string, ScenarioRecord>();
  for (const { scenarios } of runs)
    for (const scenario of scenarios) if (!byName.has(scenario.name)) byName.set(scenario.name, scenario);
  return [...byName.values()];
}

export const kindOf = ({ settings }: ScenarioRecord): ScenarioKind => settings["kind"] as ScenarioKind;
export const peerOf = ({ settings }: ScenarioRecord): PeerName => settings["peer"] as PeerName;

/** One table per figure: ours, the peer, the ratio of rounds with its range, the ratio of each run, the bar. */
export function comparisonTable(runs: readonly Results[], kinds: readonly ScenarioKind[], measure: Measure): string {
  const rows = scenariosOf(runs)
    .filter((scenario) => kinds.includes(kindOf(scenario)))
    .map((scenario) => row(runs, scenario, measure));
  const byRun = runs.map((_, index) => `run ${index + 1}`);
  const head = ["scenario", "ours", "Go", "ours ÷ Go", ...byRun, "bar (aim)", "held"];
  return [`| ${head.join(" | ")} |`, `|${"---|".repeat(head.length)}`, ...rows].join("\n");
}

function row(runs: readonly Results[], scenario: ScenarioRecord, measure: Measure): string {
  const { name } = scenario;
  const { ours, peer, ratio, ratioByRun } = compare(runs, name, peerOf(scenario), measure);
  const [bar, values] = barOf(scenario, measure, { ratioByRun, ours: ours?.median });
  const cells = [
    name,
    spreadText(ours),
    spreadText(peer),
    spreadText(ratio),
    ...ratioByRun.map((value) => (value === undefined ? "–" : numberText(value))),
    bar === undefined ? "" : `≤ ${numberText(bar.must)} (${numberText(bar.aim)})`,
    bar === undefined ? "" : verdict(bar, values),
  ];
  return `| ${cells.join(" | ")} |`;
}

function barOf(
  scenario: ScenarioRecord,
  measure: Measure,
  { ratioByRun, ours }: { ratioByRun: readonly (number | undefined)[]; ours: number | undefined },
): readonly [{ must: number; aim: number } | undefined, readonly (number | undefined)[]] {
  const limit = limits[scenario.name]?.[measure.title];
  if (limit !== undefined) return [limit, [ours]];
  const isFirst = measures[kindOf(scenario)][0].title === measure.title;
  return [isFirst ? bars[scenario.name] : undefined, ratioByRun];
}

/** A bar holds only if it holds in every run. */
function verdict(bar: { must: number; aim: number }, values: readonly (number | undefined)[]): string {
  const known = values.filter((value) => value !== undefined);
  if (known.length === 0) return "not measured";
  const worst = Math.max(...known);
  if (worst <= bar.aim) return "yes, and the aim";
  return worst <= bar.must ? "yes" : "**no**";
}
