// Runs before `npm start` and `npm test`, on any Node.js from 18 on: installs what package-lock.json names, if that is
// not what node_modules holds. Silent and fast otherwise.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";

const root = path.join(import.meta.dirname ?? new URL(".", import.meta.url).pathname, "..");

/** The packages of a lock file, by folder; `undefined` without the file. */
function readPackages(file) {
  try {
    return JSON.parse(readFileSync(path.join(root, file), "utf8")).packages;
  } catch {
    // Missing or torn: both mean that there is nothing to rely on.
    return undefined;
  }
}

/** npm keeps the lock file of what it has installed. Optional packages may be missing: they are for other platforms. */
function isInstalled() {
  const wanted = readPackages("package-lock.json");
  const present = readPackages("node_modules/.package-lock.json");
  if (wanted === undefined || present === undefined) return false;
  return Object.entries(wanted).every(([folder, { version, optional }]) => {
    const found = present[folder];
    return folder === "" || (found === undefined ? optional === true : found.version === version);
  });
}

/** Runs npm; resolves to its exit code and, unless it may speak for itself, to what it said. */
function npm(args, stdio) {
  process.stderr.write(`Installing dependencies: npm ${args.join(" ")}\n`);
  const options = { cwd: root, encoding: "utf8", stdio, shell: process.platform === "win32" };
  return spawnSync("npm", [...args, "--no-audit", "--no-fund", "--loglevel=error"], options);
}

if (!isInstalled()) {
  // stdout belongs to the command that this prepares. A refusal of `npm ci` is long and no news if `npm install` works.
  const first = npm(["ci"], ["ignore", "ignore", "pipe"]);
  if (first.status !== 0 && npm(["install", "--no-save"], ["ignore", 2, 2]).status !== 0) {
    process.stderr.write(`${first.stderr ?? ""}\nError: Cannot install the dependencies: see npm above, then npm ci\n`);
    process.exitCode = 1;
  }
}
