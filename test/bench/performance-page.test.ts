import { readFileSync } from "node:fs";
import path from "node:path";
import t from "tap";
import { performancePage } from "../../bench/report/page.ts";
import { committedResults, readNotes } from "../../bench/report/results.ts";

t.test("docs/performance.md is what the raw samples give", (t) => {
  const runs = committedResults();
  t.ok(runs.length > 0, "there are raw samples");
  const page = readFileSync(path.join(import.meta.dirname, "../../docs/performance.md"), "utf8");
  t.equal(page, performancePage(runs, readNotes()), "as npm run bench:report writes it");
  t.end();
});
