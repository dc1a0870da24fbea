import { appendFileSync, mkdirSync } from "node:fs";
import path from "node:path";
import { proxyLimits, type LineLimits } from "../../src/exporters/tanzuobservability/lines/limits.ts";
import type { LineFormat } from "./read-lines.ts";

/** Where tests leave the lines that they make, so that the decoders of a proxy can read them: `npm run interop:proxy`. */
const folder = process.env["WAVEFRONT_LINES"];

/**
 * Keeps lines for later, if somebody wants them. `limits` are those that the lines were made for; files are called
 * `<format>,<limit>=<n>,….<process>.txt` and name the limits that differ from those of a proxy.
 */
export function recordLines(format: LineFormat, body: string, limits: Partial<LineLimits> = {}): void {
  if (folder === undefined || folder === "" || body === "") return;
  const others = Object.entries(limits).filter(([name, value]) => value !== proxyLimits[name as keyof LineLimits]);
  const name = [format, ...others.map(([limit, value]) => `${limit}=${value}`)].join(",");
  mkdirSync(folder, { recursive: true });
  appendFileSync(path.join(folder, `${name}.${process.pid}.txt`), body.endsWith("\n") ? body : `${body}\n`);
}
