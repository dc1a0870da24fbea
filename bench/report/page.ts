import type { PeerName } from "../peers/peers.ts";
import type { Sample } from "../measure/sample.ts";
import { compare } from "./compare.ts";
import { measures, type Measure, type ScenarioKind } from "./measures.ts";
import type { Results, ScenarioRecord } from "./results.ts";
import { numberText, spreadOf, spreadText } from "./statistics.ts";
import { comparisonTable, kindOf, peerOf, scenariosOf } from "./table.ts";

const titles: Readonly<Record<ScenarioKind, string>> = {
  "throughput": "Cost per item",
  "latency": "Latency of an export call",
  "overload": "Overload: the backend is too slow",
  "dead-sink": "Overload: the backend is away",
  "start": "Start",
  "idle": "At rest",
};

/** `docs/performance.md`, whole: from the raw results and the notes that people wrote about them. */
export function performancePage(runs: readonly Results[], notes: string): string {
  const kinds = [...new Set(scenariosOf(runs).map(kindOf))];
  const sections = kinds.flatMap((kind) => [
    `## ${titles[kind]}`,
    ...measures[kind].flatMap((measure) => [
      `${capital(measure.title)}${kind === "throughput" || kind === "idle" ? "" : ` (${kind})`}:`,
      comparisonTable(runs, [kind], measure),
    ]),
    ...(kind === "overload" || kind === "dead-sink" ? [overloadTable(runs, kind)] : []),
  ]);
  return `${[
    "# Performance",
    "Made by `npm run bench:report` from the raw samples in [bench/results](../bench/results); do not edit. What a figure " +
      "means, and how to make your own, is in [bench/README.md](../bench/README.md).",
    runsTable(runs),
    "Every cell is the median of the rounds with minimum and maximum. Ratios are ours ÷ the Go collector of the same " +
      "round: below 1 is cheaper than Go. The Wavefront rows compare with v0.91.0, the last Go collector with that exporter. " +
      "Rounds that did not deliver what they had accepted, or whose load took more than 70 % of its core, do not count.",
    "## What we win, what we lose",
    winsAndLosses(runs),
    ...sections,
    "## The floor",
    "A Node server over `node:http2` and `node:http` that reads the same requests and drops them, CPU seconds per million items:",
    floorTable(runs),
    "## Rounds that do not count",
    voidList(runs),
    notes.trim(),
  ].join("\n\n")}\n`;
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

function runsTable(runs: readonly Results[]): string {
  const rows = runs.map(
    ({ file, run }, index) =>
      `| ${index + 1} | ${run.when.slice(0, 16).replace("T", " ")} | \`${run.command}\` | ${run.commit} | ${run.node} | ${run.machine} | [${file}](../bench/results/${file}) |`,
  );
  return ["| run | when (UTC) | command | commit | Node | machine | raw |", `|${"---|".repeat(7)}`, ...rows].join("\n");
}

function winsAndLosses(runs: readonly Results[]): string {
  const rated = scenariosOf(runs).flatMap((scenario) =>
    measures[kindOf(scenario)].slice(0, 2).flatMap((measure: Measure) => {
      const { ratio } = compare(runs, scenario.name, peerOf(scenario), measure);
      return ratio === undefined ? [] : [{ text: `${scenario.name}, ${measure.title}`, ratio: ratio.median }];
    }),
  );
  const sorted = rated.toSorted((a, b) => a.ratio - b.ratio);
  const list = (chosen: typeof sorted): string =>
    chosen.map(({ text, ratio }) => `${text} (${numberText(ratio)})`).join("; ");
  const [wins, losses] = [
    sorted.filter(({ ratio }) => ratio < 1),
    sorted.filter(({ ratio }) => ratio >= 1).toReversed(),
  ];
  return [`Won: ${list(wins) || "nothing"}.`, `Lost: ${list(losses) || "nothing"}.`].join("\n\n");
}

const countable = (runs: readonly Results[], scenario: string, peer: PeerName): readonly Sample[] =>
  runs.flatMap(({ samples }) =>
    samples.filter((sample) => sample.scenario === scenario && sample.peer === peer && sample.void === undefined),
  );

function floorTable(runs: readonly Results[]): string {
  const rows = scenariosOf(runs).flatMap(({ name }) => {
    const cpuOf = (peer: PeerName) =>
      spreadOf(countable(runs, name, peer).flatMap(({ cpuSecondsPerMillion }) => cpuSecondsPerMillion ?? []));
    const floor = cpuOf("floor");
    return floor === undefined ? [] : [`| ${name} | ${spreadText(floor)} | ${spreadText(cpuOf("ours"))} |`];
  });
  return ["| scenario | floor | ours |", "|---|---|---|", ...rows].join("\n");
}

function overloadTable(runs: readonly Results[], kind: ScenarioKind): string {
  const rows = scenariosOf(runs)
    .filter((scenario) => kindOf(scenario) === kind)
    .flatMap((scenario: ScenarioRecord) =>
      (["ours", peerOf(scenario)] as const).map((peer) => {
        const samples = countable(runs, scenario.name, peer);
        const cells = [
          (sample: Sample) => sample.load?.offered,
          (sample: Sample) => sample.load?.accepted,
          (sample: Sample) => Object.values(sample.load?.refused ?? {}).reduce((sum, items) => sum + items, 0),
          (sample: Sample) => sample.load?.shed,
          (sample: Sample) => sample.delivered,
        ].map((of) => spreadText(spreadOf(samples.flatMap((sample) => of(sample) ?? []))));
        return `| ${scenario.name} | ${peer} | ${cells.join(" | ")} |`;
      }),
    );
  const head =
    "| scenario | peer | items offered | accepted | refused to the sender | not sent: all workers waited | delivered |";
  return [head, `|${"---|".repeat(7)}`, ...rows].join("\n");
}

function voidList(runs: readonly Results[]): string {
  const lines = runs.flatMap(({ samples }, index) =>
    samples.flatMap(({ void: reason, scenario, peer, round }) =>
      reason === undefined
        ? []
        : [`- run ${index + 1}, ${scenario}, ${peer}, round ${round + 1}: ${reason.split("\n", 1)[0]}`],
    ),
  );
  return lines.length === 0 ? "None." : lines.join("\n");
}
