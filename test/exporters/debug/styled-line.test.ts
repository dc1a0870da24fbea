import t from "tap";
import { durationText } from "../../../src/exporters/debug/formats/span-texts.ts";
import { StyledLine } from "../../../src/exporters/debug/formats/styled-line.ts";

t.test("a line is cut to the width of a terminal, never inside a character", async (t) => {
  const cases: readonly (readonly [string, number, string])[] = [
    ["abcdef", 6, "abcdef"],
    ["abcdefg", 6, "abcde…"],
    ["日本語", 6, "日本語"],
    ["日本語", 5, "日本…"],
    ["日本語", 4, "日…"],
    ["a😀b", 4, "a😀b"],
    ["e\u0301e\u0301", 2, "e\u0301e\u0301"],
  ];
  for (const [text, columns, expected] of cases) {
    t.equal(new StyledLine().add(text).text({ columns, hasColour: false }), `${expected}\n`, `${text} in ${columns}`);
  }
  const two = new StyledLine().add("ab", "red").add("cd").add("ef");
  t.equal(two.text({ columns: 5, hasColour: true }), "\u001b[31mab\u001b[0mcd…\n");
  t.equal(two.text({ columns: 6, hasColour: true }), "\u001b[31mab\u001b[0mcdef\n");
  t.equal(two.text(undefined), "abcdef\n");
});

t.test("durations have three digits that matter", async (t) => {
  for (const [ms, text] of [
    [0, "0µs"],
    [0.05, "50µs"],
    [1.234, "1.23ms"],
    [87, "87ms"],
    [999.4, "999ms"],
    [1250, "1.25s"],
    [59_990, "60s"],
    [123_000, "2m03s"],
    [3_720_000, "1h02m"],
    [-5, "-5ms"],
  ] as const) {
    t.equal(durationText(ms), text, String(ms));
  }
});
