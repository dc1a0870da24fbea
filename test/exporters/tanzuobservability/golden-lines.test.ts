import t from "tap";
import { canonical } from "../../wavefront-proxy/canonical.ts";
import {
  goldenCases,
  goldenFormats,
  goldenNotes,
  goldenNowMs,
  isWholeGolden,
  type GoldenCase,
  type GoldenFormat,
} from "../../wavefront-proxy/golden.ts";
import { readLines } from "../../wavefront-proxy/read-lines.ts";
import type { Verdict } from "../../wavefront-proxy/verdict.ts";
import { linesOf, type LinesOf } from "./encode-lines.ts";

const internal = '"~sdk.otel.collector.';
const source = isWholeGolden ? "all recorded cases here" : "only the cases in test/fixtures/wavefront";

function encode(golden: GoldenCase): LinesOf | undefined {
  if (golden.signal === "logs") return undefined;
  const isIncluded = golden.config["metrics.resource_attrs_included"] === true;
  const isExcluded = golden.config["metrics.app_tags_excluded"] === true;
  return linesOf(golden.signal, golden.input, {
    resourceTags: isIncluded ? "all" : isExcluded ? "none" : "identity",
  });
}

function verdictsOf(lines: LinesOf, format: GoldenFormat): Verdict[] {
  if (format !== "internal" && format !== "wavefront") {
    return readLines(format, lines.body(format), { nowMs: goldenNowMs });
  }
  const body = lines.body("wavefront").split("\n");
  const own = body.filter((line) => line.startsWith(internal) === (format === "internal"));
  return readLines("wavefront", own.join("\n"), { nowMs: goldenNowMs });
}

/** Order carries meaning but among the internal counts and the three intervals of a distribution. */
function comparable(format: GoldenFormat, decoded: readonly unknown[]): unknown[] {
  const texts = decoded.map((fields) => JSON.stringify(canonical(fields)));
  return format === "internal" || format === "histogram" ? texts.toSorted() : texts;
}

void t.test("every recorded case that no note names gives upstream's lines", async (t) => {
  t.comment(source);
  for (const golden of goldenCases()) {
    const lines = golden.notes.length === 0 ? encode(golden) : undefined;
    if (lines === undefined) continue;
    for (const format of goldenFormats) {
      const actual = verdictsOf(lines, format).map(({ decoded }) => decoded);
      const expected = (golden.verdicts[format] ?? []).map(({ decoded }) => decoded);
      t.same(comparable(format, actual), comparable(format, expected), `${golden.name} ${format}`);
    }
  }
});

void t.test("plain recorded spans and points give upstream's text, but for the order of tags", async (t) => {
  const tag = /"[^"]+"="(?:[^"\\]|\\.)*"/g;
  const sorted = (line: string): string => [line.replaceAll(tag, ""), ...(line.match(tag) ?? []).toSorted()].join();
  for (const name of ["span-plain", "span-parent-child", "value-quotes", "value-airflow", "metric-name-airflow"]) {
    const golden = goldenCases().find((candidate) => candidate.name === name);
    const lines = golden === undefined ? undefined : encode(golden);
    if (golden === undefined || lines === undefined) continue;
    for (const format of ["trace", "wavefront"] as const) {
      const actual = lines
        .body(format)
        .split("\n")
        .filter((line) => !line.startsWith(internal));
      t.same(actual.map(sorted), golden.lines(format).split("\n").map(sorted), `${name} ${format}`);
    }
  }
});

void t.test("no recorded case gives a line that a proxy refuses or cuts, nor loses an item unsaid", async (t) => {
  for (const golden of goldenCases()) {
    const lines = encode(golden);
    if (lines === undefined) continue;
    const refused = goldenFormats
      .flatMap((format) => verdictsOf(lines, format))
      .filter(({ verdict, truncated }) => verdict !== "accepted" || truncated !== undefined)
      // No line could be right for these: the time is what it is.
      .filter(({ reason }) => !/outside of reasonable timeframe/.test(reason ?? ""));
    t.same(refused, [], golden.name);
    t.equal(Object.keys(lines.hits).length > 0 || lines.droppedCount === 0, true, `${golden.name}: drops have a rule`);
  }
});

/** Cases whose only difference from upstream is what a note says, with the lines that it calls better. */
const better: readonly (readonly [name: string, note: string])[] = [
  ["histogram-no-buckets", "U11"],
  ["histogram-no-buckets", "U12"],
  ["histogram-infinite-bound", "U18"],
  ["histogram-delta-huge-count", "U20"],
  ["metric-long-resource-attr", "U21"],
  ["histogram-bounds-edges", "U22"],
  ["value-whitespace-only", "U29"],
  ["metric-tag-empty-key", "U01"],
  ["metric-name-delta-only", "U02"],
  ["metric-tag-blank-value", "U04"],
  ["time-end-before-start", "U16"],
  ["key-reserved-ids", "U30"],
  ["name-trailing-backslash", "U14"],
  ["value-leading-trailing-space", "U43"],
];

void t.test("recorded cases that notes name give the better line", async (t) => {
  const notes = goldenNotes();
  for (const [name, id] of better) {
    const golden = goldenCases().find((candidate) => candidate.name === name);
    const note = notes.find((candidate) => candidate.id === id);
    const lines = golden === undefined ? undefined : encode(golden);
    if (note?.format === undefined || note.format === null || lines === undefined) continue;
    const wanted = note.better_decoded.map((decoded) => withoutIdentity(decoded));
    const actual = verdictsOf(lines, note.format).map(({ decoded }) => withoutIdentity(decoded));
    // Examples in notes may carry another name or span id than the case.
    t.ok(
      wanted.some((one) => actual.includes(one)),
      `${id}: ${name}`,
      { wanted, actual },
    );
  }
});

function withoutIdentity(decoded: unknown): string {
  const fields = { ...(canonical(decoded) as Record<string, unknown>) };
  for (const key of ["span_id", "trace_id"]) delete fields[key];
  return JSON.stringify(fields);
}
