import type { BuildInfo } from "../../component/host.ts";

/** Go's words where Node has others, so that backends see the names that they know. */
const platforms: Readonly<Record<string, string>> = { win32: "windows", sunos: "solaris" };
const architectures: Readonly<Record<string, string>> = { x64: "amd64", ia32: "386", ppc64: "ppc64le" };

/** `OpenTelemetry Collector/0.1.0 (linux/amd64)`. */
export function userAgent({ description, version }: BuildInfo): string {
  const platform = platforms[process.platform] ?? process.platform;
  const architecture = architectures[process.arch] ?? process.arch;
  // Header values are ASCII.
  const name = description.replaceAll(/[^\x20-\x7e]/g, "?");
  return `${name}/${version} (${platform}/${architecture})`;
}
