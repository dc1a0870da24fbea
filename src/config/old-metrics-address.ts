import type { Findings } from "./config-error.ts";
import { childOf, type ConfigNode } from "./config-node.ts";
import { formatPosition } from "./position.ts";
import type { TelemetryConfig } from "./telemetry-config.ts";

const path = "service::telemetry::metrics::address";

/**
 * The spelling of v0.45 to v0.122, `address: host:port`, as the reader that it stood for. An empty host is all
 * interfaces, an empty address switches the port off, as they did then.
 */
export function replaceOldAddress(
  telemetry: TelemetryConfig,
  service: ConfigNode | undefined,
  findings: Findings,
): TelemetryConfig {
  const { address, ...metrics } = telemetry.metrics;
  if (address === undefined) return telemetry;
  const written = childOf(childOf(service, "telemetry"), "metrics");
  const node = childOf(written, "address");
  const where = node === undefined ? "" : `${formatPosition(node.position)} `;
  if (childOf(written, "readers") !== undefined) {
    findings.notice(`${where}${path}: is ignored, readers say where metrics are served`);
    return { ...telemetry, metrics };
  }
  findings.notice(`${where}${path}: is accepted, write readers: [{pull: {exporter: {prometheus: {host, port}}}}]`);
  if (address === "") return { ...telemetry, metrics: { ...metrics, level: "none" } };
  const parsed = /^(?:\[([^\]]*)\]|([^:]*)):(\d{1,5})$/.exec(address);
  const port = Number(parsed?.[3]);
  if (parsed === null || port > 65_535) {
    const message = `expected host:port such as localhost:8888, found ${JSON.stringify(address)}`;
    findings.add("validate", path, message, node?.position);
    return telemetry;
  }
  const host = parsed[1] ?? parsed[2] ?? "";
  const readers = metrics.readers.map(({ pull: { exporter } }) => ({
    pull: { exporter: { prometheus: { ...exporter.prometheus, host: host === "" ? "0.0.0.0" : host, port } } },
  }));
  return { ...telemetry, metrics: { ...metrics, readers } };
}
