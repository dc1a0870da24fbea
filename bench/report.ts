// npm run bench:report [-- FILE...]: writes docs/performance.md and docs/scaling.md from bench/results/*.jsonl and the
// texts in bench/report. With files, prints their tables instead.
import { writeFileSync } from "node:fs";
import path from "node:path";
import { root } from "./peers/peers.ts";
import { performancePage } from "./report/page.ts";
import { committedResults, readResults, readText } from "./report/results.ts";
import { scalingPage } from "./report/scaling.ts";
import { summary } from "./report/summary.ts";

const files = process.argv.slice(2);
if (files.length > 0) console.log(summary(files.map(readResults)));
else {
  const runs = committedResults();
  writeFileSync(path.join(root, "docs/performance.md"), performancePage(runs, readText("notes.md")));
  writeFileSync(path.join(root, "docs/scaling.md"), scalingPage(runs, readText("scaling.template.md")));
}
