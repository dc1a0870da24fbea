// `npm test`: runs tap on the named test files and folders (all of test/ without names) and ends with one line,
// `N passed, N failed`, counted by tap itself. Exit code 0 only if tests ran and none failed.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { createInterface } from "node:readline";
import path from "node:path";

const root = path.join(import.meta.dirname ?? new URL(".", import.meta.url).pathname, "..");
const bundled = path.join(root, "node_modules", "node", "bin", process.platform === "win32" ? "node.exe" : "node");
const node = existsSync(bundled) ? bundled : process.execPath;
const tap = path.join(root, "node_modules", "tap", "dist", "esm", "run.mjs");

// Tap comes built with its TypeScript plugin, which .taprc switches off because Node.js runs our files as they are.
// Tap rebuilds itself when that differs, but one run too late: the first run after an install would fail.
const testClass = path.join(root, "node_modules", "@tapjs", "test", "test-built", "dist", "esm", "index.js");
if (!existsSync(testClass) || readFileSync(testClass, "utf8").includes("@tapjs/typescript")) {
  console.log("Building tap without its TypeScript plugin, once after an install");
  spawnSync(node, [tap, "build"], { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
}

/** Tap takes files; people also name folders. */
const args = process.argv.slice(2).flatMap((name) => {
  if (!statSync(path.join(root, name), { throwIfNoEntry: false })?.isDirectory()) return [name];
  const files = readdirSync(path.join(root, name), { recursive: true }).filter((file) => file.endsWith(".test.ts"));
  return files.map((file) => path.join(name, file));
});

const child = spawn(node, [tap, "run", "--reporter=tap", ...args], {
  cwd: root,
  stdio: ["ignore", "pipe", "inherit"],
  // Test files, and what they spawn, find the same Node.js first.
  env: { ...process.env, PATH: `${path.dirname(node)}${path.delimiter}${process.env.PATH ?? ""}` },
});

/** The last `# { total: 6, pass: 4, fail: 1, skip: 1 }` that is not indented is the sum of all files. */
const counts = { total: 0, pass: 0, fail: 0, skip: 0, todo: 0 };
/** Files without a single test: they promise nothing, and hide a test that is never reached. */
let emptyFiles = 0;
/** Inside the report of a failed assertion, which is shown whole. */
let isFailing = false;
for await (const line of createInterface({ input: child.stdout })) {
  const sums = /^# \{ (total: .*) \}$/.exec(line);
  if (sums !== null) for (const [, name, count] of sums[1].matchAll(/(\w+): (\d+)/g)) counts[name] = Number(count);
  if (/^\s*not ok /.test(line) && !/ # (?:TODO|SKIP)\b/i.test(line)) isFailing = true;
  else if (/^\s*(?:ok |# Subtest|\d+\.\.\d+)/.test(line)) isFailing = false;
  const isFile = /^ok \d+ - /.test(line);
  if (/^ok .* # SKIP no tests found$/.test(line)) emptyFiles++;
  const isSkipped = / # SKIP\b/.test(line);
  if (isFailing || isFile || isSkipped || /^Bail out!|^\s*# (?!Subtest|\{|time=|No coverage)/.test(line))
    console.log(line);
}
const exitCode = await new Promise((resolve) => {
  if (child.exitCode !== null || child.signalCode !== null) resolve(child.exitCode ?? 1);
  else child.once("exit", (code) => resolve(code ?? 1));
});

const didRun = counts.pass + counts.fail > 0;
if (!didRun) console.log("Cannot pass: no test ran");
const failed = Math.max(counts.fail + emptyFiles, exitCode === 0 && didRun ? 0 : 1);
if (counts.skip + counts.todo > 0) console.log(`${counts.skip + counts.todo} skipped, named above`);
console.log(`${counts.pass} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
