import type { FactoryRegistry } from "../component/factory-registry.ts";
import { signals } from "../pdata/signal.ts";
import type { Findings } from "./config-error.ts";
import { isEmpty, type MapEntry, type MapNode } from "./config-node.ts";
import { normalizeId } from "./decode-pipelines.ts";
import { nearestName, suggestion } from "./nearest-name.ts";
import { formatPosition } from "./position.ts";
import { mapForm } from "./schema-forms.ts";
import { serviceConfig } from "./service-config.ts";

const topLevelKeys = ["receivers", "processors", "exporters", "extensions", "connectors", "service"];

/** The top-level keys by their right names; empty sections are left out, as if they were not written. */
export function readTopLevel(root: MapNode, registry: FactoryRegistry, findings: Findings): MapNode {
  const result = new Map<string, MapEntry>();
  for (const [key, entry] of root.entries) {
    const known = topLevelKeys.find((one) => one.toLowerCase() === key.toLowerCase());
    if (known === undefined) {
      const hint = misplacedSection(key, registry) ?? suggestion(key, topLevelKeys);
      const message = `has invalid keys: ${key}${hint} (valid keys: ${topLevelKeys.join(", ")})`;
      findings.add("unmarshal", "", message, entry.keyPosition);
      // As if it were written right, so that what is wrong inside is told as well, and nothing that follows from it.
      const meant = nearestName(key, topLevelKeys);
      if (meant !== undefined && !root.entries.has(meant) && !isEmpty(entry.value)) result.set(meant, entry);
    } else if (known !== key && root.entries.has(known)) {
      const message = `keys "${key}" and "${known}" are the same; keep one of the two`;
      findings.add("unmarshal", "", message, entry.keyPosition);
    } else {
      if (known !== key) {
        const where = formatPosition(entry.keyPosition);
        findings.notice(`${where}: key "${key}" is accepted, write "${known}": letter case matters now`);
      }
      if (!isEmpty(entry.value)) result.set(known, entry);
    }
  }
  return { ...root, entries: result };
}

/** A part of a section that stands at the height of the sections: its indentation is missing. */
function misplacedSection(key: string, registry: FactoryRegistry): string | undefined {
  const belongs = (where: string): string => `; "${key}" belongs under ${where}: indent it more`;
  if (mapForm(serviceConfig)?.entries[key] !== undefined) return belongs("service");
  const [type = ""] = key.split("/", 1);
  if (signals.some((signal) => signal === type)) return belongs("service::pipelines");
  const kinds = registry.filter((entry) => entry.type === type || entry.aliases?.includes(type) === true);
  return kinds.length === 0 ? undefined : belongs(kinds.map(({ kind }) => `${kind}s`).join(" or "));
}

/** Ids of what is written there. */
export function refuseConnectors(entry: MapEntry | undefined, findings: Findings): ReadonlySet<string> {
  if (entry === undefined) return new Set();
  const message = "connectors are not available here; remove the section, and what pipelines say of it";
  findings.add("unmarshal", "connectors", message, entry.keyPosition);
  return new Set(entry.value.kind === "map" ? Array.from(entry.value.entries.keys(), normalizeId) : []);
}
