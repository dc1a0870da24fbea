"use strict";
// Runs the collector in this process: dist/otelcol.cjs if it is what the sources are, otherwise the sources themselves.

const fs = require("node:fs");
const nodeModule = require("node:module");
const path = require("node:path");

const root = path.join(__dirname, "..");
const sources = path.join(root, "src", "cli", "main.ts");
const bundle = path.join(root, "dist", "otelcol.cjs");

/** Whether the bundle was built from the sources as they are now; its first line lists them with time and size. */
function isCurrent() {
  try {
    const states = JSON.parse(firstLine(bundle).slice("//".length));
    for (const name in states) {
      // Joined by hand: path.join takes longer than all the rest of this.
      const { mtimeMs, size } = fs.statSync(`${root}/${name}`);
      if (mtimeMs !== states[name][0] || size !== states[name][1]) return false;
    }
    return true;
  } catch {
    // There is no bundle, or a source is gone.
    return false;
  }
}

function firstLine(name) {
  const file = fs.openSync(name, "r");
  try {
    const piece = Buffer.allocUnsafe(65_536);
    let text = "";
    for (let count = 1; count > 0 && !text.includes("\n");) {
      count = fs.readSync(file, piece, 0, piece.length, null);
      text += piece.latin1Slice(0, count);
    }
    return text.slice(0, text.indexOf("\n"));
  } finally {
    fs.closeSync(file);
  }
}

/** Builds the bundle where there is a builder and a place for its result. */
function build() {
  try {
    fs.accessSync(root, fs.constants.W_OK);
    require.resolve("esbuild");
  } catch {
    return false;
  }
  const { spawnSync } = require("node:child_process");
  const builder = path.join(root, "scripts", "bundle.mjs");
  return spawnSync(process.execPath, [builder], { stdio: "ignore" }).status === 0;
}

/** An installed package has only the bundle. A checkout has sources, and never runs what was built from older ones. */
function findMain() {
  if (!fs.existsSync(sources)) return bundle;
  return isCurrent() || (build() && isCurrent()) ? bundle : sources;
}

/**
 * Keeps compiled code between runs, in a folder that nobody else can write to: of the package, or of the user where the
 * package belongs to somebody else.
 */
function useCompiledCode() {
  const { version } = require("../package.json");
  const own = path.join(root, ".cache", "compiled");
  if (keepIn(own)) return;
  const users = process.env.XDG_CACHE_HOME || path.join(require("node:os").homedir(), ".cache");
  keepIn(path.join(users, "otelcol", version));
}

/**
 * Node keeps for each file what the first run has compiled, for good. So short commands have a folder of their own, and
 * what a run left behind that did not get as far as src/cli/keep-compiled-code.ts is thrown away.
 */
function keepIn(folder) {
  const [first = "--"] = process.argv.slice(2);
  const isRun = first === "run" || (first.startsWith("-") && first !== "-h" && first !== "--help");
  const place = path.join(folder, process.version, isRun ? "run" : "other");
  try {
    if (isRun && !fs.existsSync(path.join(place, "whole"))) fs.rmSync(place, { recursive: true, force: true });
  } catch {
    return false;
  }
  const { FAILED } = nodeModule.constants.compileCacheStatus;
  return nodeModule.enableCompileCache(place).status !== FAILED;
}

/** A collector whose launcher (bin/otelcol under an old Node.js) was killed must not stay behind and keep the ports. */
function followLauncher() {
  if (process.env.OTELCOL_LAUNCHER !== String(process.ppid) || !process.connected) return;
  process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));
  process.channel.unref();
}

async function start() {
  const main = findMain();
  useCompiledCode();
  const cli = main === bundle ? require(bundle) : await import(require("node:url").pathToFileURL(sources).href);
  await cli.main(process.argv.slice(2));
}

followLauncher();
start().catch((error) => {
  process.stderr.write(`Error: Cannot run otelcol: ${error?.stack ?? error}\n`);
  process.exitCode = 1;
});
