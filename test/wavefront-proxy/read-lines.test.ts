import t from "tap";
import { goldenCases, goldenFormats, goldenNotes, goldenNowMs, isWholeGolden } from "./golden.ts";
import { readLine, readLines, type LineFormat } from "./read-lines.ts";

void t.test("the reader decides every recorded line as the proxy's decoders did", async (t) => {
  if (!isWholeGolden) t.comment("recorded cases are absent: only the choice in test/fixtures is compared");
  for (const golden of goldenCases()) {
    for (const format of goldenFormats) {
      const expected = golden.verdicts[format] ?? [];
      const lineFormat: LineFormat = format === "internal" ? "wavefront" : format;
      const verdicts = readLines(lineFormat, golden.lines(format), { nowMs: goldenNowMs });
      t.equal(verdicts.length, expected.length, `${golden.name} ${format}: number of lines`);
      for (const [index, verdict] of verdicts.entries()) {
        const { verdict: decision, code, stage, decoded, truncated } = expected[index] ?? { verdict: "none" };
        const summary = [verdict.verdict, verdict.code, verdict.stage, verdict.truncated];
        const at = `${golden.name} ${format} ${index + 1}`;
        t.same(summary, [decision, code ?? undefined, stage, truncated], at);
        if (decoded !== undefined) t.same(verdict.decoded, decoded, `${at}: fields`);
      }
    }
  }
});

void t.test("the reader takes the lines that notes.json calls better, with the fields it names", async (t) => {
  for (const note of goldenNotes()) {
    for (const [index, line] of note.better_lines.entries()) {
      const verdict = readLine(note.format ?? "wavefront", line, { nowMs: goldenNowMs });
      t.equal(verdict.verdict, "accepted", `${note.id}: ${line.slice(0, 60)}`);
      t.same(verdict.decoded, note.better_decoded[index], `${note.id}: fields`);
    }
  }
});

void t.test("the reader refuses what is no line of the format", async (t) => {
  const ids = "traceId=f27200bf-eff3-15e5-d62b-c1d562621ac0 spanId=00000000-0000-0000-2309-04234409e501";
  const tags = '"application"="a" "service"="s"';
  const bad: readonly (readonly [LineFormat, string])[] = [
    ["wavefront", '"m" source="h"'],
    ["wavefront", '"m" 1 source="h" "k"'],
    ["wavefront", '"m" 1 source="h" "k"="v'],
    ["wavefront", '"m" Inf source="h"'],
    ["wavefront", '"m m" 1 source="h"'],
    ["wavefront", '"∆m" 0 source="h"'],
    ["histogram", '!X 1 #1 2 "m" source="h"'],
    ["histogram", '!M 1795176000 "m" source="h"'],
    ["histogram", '!M 1795176000 #1.5 2 "m" source="h"'],
    ["trace", `"n" source="h" ${ids} ${tags} 1795176000123`],
    ["trace", `"n" source="h" ${ids} ${tags} 1795176000123 1 2`],
    ["trace", `"n" source="h" ${ids} "12"="x" ${tags} 1795176000123 1`],
    ["trace", `"n" ${ids} ${tags} 1795176000123 1`.replace("traceId", "x")],
    ["spanLogs", "{}"],
    ["spanLogs", '{"traceId":"a","spanId":"b","logs":[{"timestamp":1,"fields":{"k":1}}]}'],
  ];
  for (const [format, line] of bad) t.not(readLine(format, line, { nowMs: goldenNowMs }).verdict, "accepted", line);
});
