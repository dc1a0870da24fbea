import t from "tap";
import { findReference } from "../../src/config/find-reference.ts";

t.test("findReference() finds the innermost reference that closes first", async (t) => {
  const cases: readonly (readonly [string, string | undefined])[] = [
    ["${A}", "A"],
    ["x${env:A}y${B}", "env:A"],
    ["${env:${B}}", "B"],
    ["a } ${A}", "A"],
    ["$A", undefined],
    ["${A", undefined],
    ["{A}", undefined],
    ["$${A}", undefined],
    ["$$${A}", "A"],
    ["$$$${A}", undefined],
    ["$${A} ${B}", undefined],
    ["${A:-}", "A:-"],
  ];
  for (const [text, uri] of cases) t.equal(findReference(text)?.uri, uri, text);
});
