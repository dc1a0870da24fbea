import { spawnSync } from "node:child_process";
import { cpSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import t, { type Test } from "tap";
import { root } from "../e2e/collector-process.ts";

/** A copy of parts of this checkout. */
function copy(t: Test, names: readonly string[]): string {
  const folder = t.testdir({});
  for (const name of names) cpSync(path.join(root, name), path.join(folder, name), { recursive: true });
  return folder;
}

/** stdout of a command that ends well. */
function run(folder: string, ...args: readonly string[]): string {
  const env = { ...process.env, NODE_OPTIONS: "" };
  const options = { encoding: "utf8", timeout: 60_000, env } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, [path.join(folder, "bin/otelcol"), ...args], options);
  if (status !== 0) throw new Error(`Cannot run otelcol ${args.join(" ")}: exit ${status}\n${stderr}`);
  return stdout;
}

/** Makes `main`, in its source or in a bundle, print a line of its own first. */
function edit(file: string, line: string): void {
  const text = readFileSync(file, "utf8").replace(/^ *console\.log\("From .*\n/m, "");
  const edited = text.replace(/async function main\(.*\{\n/, (head) => `${head}console.log("${line}");\n`);
  if (edited === text) throw new Error(`Cannot find main in ${file}`);
  writeFileSync(file, edited);
}

t.test("bin/otelcol --version needs nothing but package.json", async (t) => {
  t.equal(run(copy(t, ["bin", "package.json"]), "--version"), run(root, "--version"));
});

t.test("bin/otelcol runs a bundle, and never one of older sources", async (t) => {
  const parts = ["bin", "scripts", "src", "package.json", "package-lock.json", "tsconfig.json"];
  const folder = copy(t, parts);
  const bundle = path.join(folder, "dist/otelcol.cjs");
  const source = path.join(folder, "src/cli/main.ts");
  symlinkSync(path.join(root, "node_modules"), path.join(folder, "node_modules"));

  const expected = run(root, "--help");
  t.equal(run(folder, "--help"), expected, "builds it");
  const built = readFileSync(bundle, "utf8");
  t.ok(/\/\*! yaml\s+Copyright/.test(built));
  t.ok(/\/\*! valibot\s+MIT License/.test(built));
  t.equal(/[^\0-\x7f]/.exec(built), null, "one other character would double its memory");

  edit(bundle, "From the bundle");
  t.match(run(folder, "--help"), /^From the bundle\n/, "runs it");

  edit(source, "From source 1");
  t.match(run(folder, "--help"), /^From source 1\n/, "builds it again");
  t.ok(readFileSync(bundle, "utf8").includes("From source 1"));

  edit(source, "From source 2");
  rmSync(path.join(folder, "scripts"), { recursive: true });
  rmSync(path.join(folder, ".cache"), { recursive: true });
  // Where folders should be: not even root can write there.
  writeFileSync(path.join(folder, ".cache"), "");
  t.match(run(folder, "--help"), /^From source 2\n/, "runs the sources where it cannot build");
  t.ok(readFileSync(bundle, "utf8").includes("From source 1"));

  for (const name of ["src", "tsconfig.json", "node_modules"]) rmSync(path.join(folder, name), { recursive: true });
  t.match(run(folder, "--help"), /^From source 1\n/, "an installed package has no sources");
});
