// `npm run interop:proxy`: shows every line that the tests, the captures, seeded random requests and the benches give to the
// decoders of the Wavefront proxy. Lines of tests come from the folder that `WAVEFRONT_LINES` names, where `npm test` left
// them; without it the tests of the exporter run first. Where the decoders cannot run it says why, and passes.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { missingDecoders } from "./decoders.ts";

const root = path.join(import.meta.dirname, "../../..");

function runTests(names: readonly string[], env: NodeJS.ProcessEnv): number {
  const { status } = spawnSync(process.execPath, ["scripts/run-tests.mjs", ...names], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: "inherit",
  });
  return status ?? 1;
}

const missing = missingDecoders();
if (missing !== undefined) {
  console.log(`interop:proxy skipped: ${missing}`);
  console.log("0 passed, 0 failed");
} else {
  const given = process.env["WAVEFRONT_LINES"] ?? "";
  const folder = given !== "" && existsSync(given) ? given : mkdtempSync(path.join(tmpdir(), "wavefront-tests-"));
  if (folder !== given) runTests(["test/exporters/tanzuobservability"], { WAVEFRONT_LINES: folder });
  const names = ["lines", "recorded"].map((name) => `test/interop/proxy/${name}.interop.ts`);
  process.exitCode = runTests(names, { WAVEFRONT_LINES: folder });
  if (folder !== given) rmSync(folder, { recursive: true });
}
