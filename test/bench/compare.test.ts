import t from "tap";
import type { Sample } from "../../bench/measure/sample.ts";
import { compare } from "../../bench/report/compare.ts";
import { measures } from "../../bench/report/measures.ts";
import type { Results } from "../../bench/report/results.ts";
import { comparisonTable } from "../../bench/report/table.ts";

const [cpu] = measures.throughput;

function sample(peer: "ours" | "go", round: number, cpuSecondsPerMillion: number, reason?: string): Sample {
  const head = { kind: "sample", scenario: "traces-grpc-512", peer, round, when: "", loadAverage: 0 } as const;
  return { ...head, cpuSecondsPerMillion, ...(reason === undefined ? {} : { void: reason }) };
}

function results(samples: readonly Sample[]): Results {
  const run = { kind: "run", when: "", command: "", commit: "", node: "", machine: "", peers: {} } as const;
  const settings = { kind: "throughput", peer: "go" };
  const scenario = { kind: "scenario", name: "traces-grpc-512", settings, configuration: "" } as const;
  return { file: "x.jsonl", run, scenarios: [scenario], samples };
}

const quiet = results([
  sample("ours", 0, 2),
  sample("go", 0, 8),
  sample("ours", 1, 100, "lost"),
  sample("go", 1, 8),
  sample("ours", 2, 4),
  sample("go", 2, 10),
]);
const noisy = results([sample("ours", 0, 9), sample("go", 0, 10)]);

t.test("compare() divides within a round and leaves out void rounds", (t) => {
  t.match(compare([quiet], "traces-grpc-512", "go", cpu), {
    ours: { median: 3, min: 2, max: 4, count: 2 },
    peer: { median: 8, min: 8, max: 10, count: 3 },
    ratio: { median: 0.325, min: 0.25, max: 0.4, count: 2 },
  });
  t.end();
});

t.test("compare() keeps runs apart", (t) => {
  t.strictSame(compare([quiet, noisy], "traces-grpc-512", "go", cpu).ratioByRun, [0.325, 0.9]);
  t.end();
});

/** The last cell of the only row. */
const verdictOf = (runs: readonly Results[]): string | undefined =>
  comparisonTable(runs, ["throughput"], cpu).split("\n").at(-1)?.split("|").at(-2)?.trim();

t.test("a bar holds only if it holds in every run", (t) => {
  t.equal(verdictOf([quiet]), "yes");
  t.equal(verdictOf([quiet, noisy]), "**no**");
  t.equal(verdictOf([results([])]), "not measured");
  t.end();
});
