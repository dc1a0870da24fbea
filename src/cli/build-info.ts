import { readFileSync } from "node:fs";
import type { BuildInfo } from "../component/host.ts";

/** Name and version from `package.json`, which a bundle finds where this file would be. */
export function readBuildInfo(): BuildInfo {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  const { version } = JSON.parse(text) as { readonly version: string };
  return { command: "otelcol", description: "OpenTelemetry-compatible collector for Node.js", version };
}
