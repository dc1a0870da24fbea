import { readFileSync } from "node:fs";
import path from "node:path";
import t from "tap";
import { performancePage } from "../../bench/report/page.ts";
import { committedResults, readText } from "../../bench/report/results.ts";
import { scalingPage } from "../../bench/report/scaling.ts";

const runs = committedResults();
const docs = (name: string): string => readFileSync(path.join(import.meta.dirname, "../../docs", name), "utf8");

t.test("docs/performance.md is what the raw samples give", (t) => {
  t.ok(runs.length > 0, "there are raw samples");
  t.equal(docs("performance.md"), performancePage(runs, readText("notes.md")), "as npm run bench:report writes it");
  t.end();
});

t.test("docs/scaling.md is what the raw samples give", (t) => {
  t.equal(docs("scaling.md"), scalingPage(runs, readText("scaling.template.md")), "as npm run bench:report writes it");
  t.end();
});
