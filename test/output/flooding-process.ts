// A process of its own whose standard output a test can leave unread: writes entries, reports on descriptor 3, and ends
// through `process.exit` (`exit`) or after closing its outputs (`close`).
import { writeSync } from "node:fs";
import { OutputSet } from "../../src/output/output-set.ts";

const [, , entryCount = "0", entryBytes = "0", end = "exit"] = process.argv;

const outputs = new OutputSet({ maxBytes: 1024 * 1024 });
const output = outputs.open("stdout");

function report(values: Readonly<Record<string, unknown>>): void {
  writeSync(3, `${JSON.stringify({ pid: process.pid, ...values })}\n`);
}

let longestTurnMs = 0;
let written = 0;
let lastMs = performance.now();

function writeOne(): void {
  const nowMs = performance.now();
  if (written > 0) longestTurnMs = Math.max(longestTurnMs, nowMs - lastMs);
  lastMs = nowMs;
  if (written < Number(entryCount)) {
    output.write(`${String(written++).padStart(Number(entryBytes) - 1, "0")}\n`);
    setImmediate(writeOne);
  } else {
    report({ longestTurnMs, lost: output.lost, pendingBytes: output.pendingBytes, isGone: output.isGone });
    void finish();
  }
}

async function finish(): Promise<void> {
  if (end === "close") {
    await outputs.close(AbortSignal.timeout(10_000));
    output.write("last words\n");
    report({ lost: output.lost, pendingBytes: output.pendingBytes, isGone: output.isGone });
  }
  process.exit(0);
}

writeOne();
