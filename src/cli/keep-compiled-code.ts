import { existsSync, writeFileSync } from "node:fs";
import { flushCompileCache, getCompileCacheDir } from "node:module";
import path from "node:path";

/** The collector has settled by then: what it needs to start is compiled, and not yet thrown away for lack of use. */
const settledMs = 1000;

/**
 * Soon after the first start of this code writes down what it was compiled to, for the starts after it, and that it is
 * whole (bin/start.js).
 */
export function keepCompiledCode(): void {
  // Node's own folder, named for the version of V8, within ours.
  const folder = getCompileCacheDir();
  if (folder === undefined) return;
  const mark = path.join(path.dirname(folder), "whole");
  if (existsSync(mark)) return;
  setTimeout(() => {
    try {
      flushCompileCache();
      writeFileSync(mark, "");
    } catch {
      // The next start takes as long as this one.
    }
  }, settledMs).unref();
}
