import type { Findings } from "./config-error.ts";
import { childOf, formatPath, type ConfigNode } from "./config-node.ts";
import type { Draft, InUse } from "./cross-check.ts";
import { formatPosition, type Position } from "./position.ts";

interface Listener {
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly position: Position | undefined;
}

/** Two components on one port: the second would not start. */
export function checkPorts(draft: Draft, inUse: InUse, findings: Findings): void {
  const seen: Listener[] = [];
  for (const listener of [...telemetryListeners(draft), ...componentListeners(draft, inUse)]) {
    const other = seen.find((one) => one.port === listener.port && canMeet(one.host, listener.host));
    if (other === undefined) seen.push(listener);
    else {
      const where = other.position === undefined ? "" : ` (${formatPosition(other.position)})`;
      const message = `port ${listener.port} is also that of ${other.path}${where}; give one of the two another port`;
      findings.add("validate", listener.path, message, listener.position);
    }
  }
}

function* telemetryListeners({ telemetry, top }: Draft): Iterable<Listener> {
  if (telemetry === undefined || telemetry.metrics.level === "none") return;
  const path = ["service", "telemetry", "metrics"];
  for (const { pull } of telemetry.metrics.readers) {
    const { host, port } = pull.exporter.prometheus;
    if (port > 0) yield { host, port, path: formatPath(path), position: placeOf(top, path) };
  }
}

function* componentListeners({ components, top }: Draft, inUse: InUse): Iterable<Listener> {
  for (const decoded of [components.receivers, components.extensions]) {
    for (const [id, { factory, config }] of decoded.configured) {
      if (!inUse[decoded.section].has(id) || factory.listens === undefined) continue;
      for (const { host, port, path } of factory.listens(config)) {
        const whole = [decoded.section, id, ...path];
        const position = placeOf(top, whole) ?? decoded.positions.get(id);
        if (port > 0) yield { host, port, path: formatPath(whole), position };
      }
    }
  }
}

/** Where the value is written, or the nearest key above it. */
function placeOf(root: ConfigNode, path: readonly string[]): Position | undefined {
  let node: ConfigNode | undefined = root;
  let position: Position | undefined;
  for (const key of path) {
    const entry = node?.kind === "map" ? node.entries.get(key) : undefined;
    if (entry === undefined) return position;
    node = childOf(node, key);
    position = node === undefined || node.kind === "map" ? entry.keyPosition : node.position;
  }
  return position;
}

/** Whether two hosts may be the same address of this machine. */
function canMeet(a: string, b: string): boolean {
  const [first, second] = [addresses(a), addresses(b)];
  return first === "all" || second === "all" || first.some((address) => second.includes(address));
}

function addresses(host: string): readonly string[] | "all" {
  if (["", "0.0.0.0", "::"].includes(host)) return "all";
  return host.toLowerCase() === "localhost" ? ["127.0.0.1", "::1"] : [host.toLowerCase()];
}
