// npm run bench:report [-- FILE...]: writes docs/performance.md from bench/results/*.jsonl and bench/report/notes.md. With
// files, prints their tables instead.
import { writeFileSync } from "node:fs";
import path from "node:path";
import { root } from "./peers/peers.ts";
import { performancePage } from "./report/page.ts";
import { committedResults, readNotes, readResults } from "./report/results.ts";
import { summary } from "./report/summary.ts";

const files = process.argv.slice(2);
if (files.length > 0) console.log(summary(files.map(readResults)));
else writeFileSync(path.join(root, "docs/performance.md"), performancePage(committedResults(), readNotes()));
