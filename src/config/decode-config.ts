import type { FactoryRegistry } from "../component/factory-registry.ts";
import type { Config, ConfiguredComponent } from "./config.ts";
import type { Findings } from "./config-error.ts";
import { isEmpty, type MapEntry, type MapNode } from "./config-node.ts";
import { crossCheck } from "./cross-check.ts";
import { decodeComponents, type ComponentSection, type DecodedComponents } from "./decode-components.ts";
import { decodePipelines, normalizeId } from "./decode-pipelines.ts";
import { decodeSection } from "./decode-section.ts";
import { freezeConfig } from "./freeze-config.ts";
import { suggestion } from "./nearest-name.ts";
import { replaceOldAddress } from "./old-metrics-address.ts";
import { formatPosition, type Position } from "./position.ts";
import { serviceConfig } from "./service-config.ts";

const componentSections = ["receivers", "processors", "exporters", "extensions"] as const;
const topLevelKeys = [...componentSections, "connectors", "service"];

/** The merged and expanded tree as a frozen `Config`. Throws a `ConfigError` that holds everything that is wrong. */
export async function decodeConfig(root: MapNode, registry: FactoryRegistry, findings: Findings): Promise<Config> {
  const top = readTopLevel(root, findings);
  if (top.size === 0) {
    findings.add("validate", "", "empty configuration file");
    findings.throwIfAny();
  }
  const decode = (section: ComponentSection): Promise<DecodedComponents> =>
    decodeComponents(section, top.get(section)?.value, registry, findings);
  const [receivers, processors, exporters, extensions] = await Promise.all([
    decode("receivers"),
    decode("processors"),
    decode("exporters"),
    decode("extensions"),
  ]);
  checkConnectors(top.get("connectors"), findings);

  const entry = top.get("service");
  const node = entry?.value;
  const service = decodeSection(serviceConfig, entry ?? absent(root.position), ["service"], findings);
  const pipelines = service && decodePipelines(service, node, findings);
  const telemetry = service && replaceOldAddress(service.telemetry, node, findings);
  if (telemetry?.metrics.readers.length === 0 && telemetry.metrics.level !== "none") {
    const message = "collector telemetry metrics reader should exist when metric level is not none";
    findings.add("validate", "service::telemetry::metrics", message, entry?.keyPosition);
  }

  const components = { receivers, processors, exporters, extensions };
  const place = { node, position: entry?.keyPosition };
  crossCheck({ components, pipelines, extensions: service?.extensions ?? [], service: place }, findings);
  findings.throwIfAny();
  if (service === undefined || pipelines === undefined || telemetry === undefined) {
    throw new Error("Cannot decode the service section: it failed without an error");
  }
  return freezeConfig({
    receivers: ofKind(receivers, "receiver"),
    processors: ofKind(processors, "processor"),
    exporters: ofKind(exporters, "exporter"),
    extensions: ofKind(extensions, "extension"),
    service: {
      extensions: service.extensions.map(normalizeId),
      pipelines: new Map(pipelines.map(({ config }) => [config.id, config])),
      telemetry,
    },
    notices: findings.notices,
  });
}

function absent(position: Position): MapEntry {
  return { keyPosition: position, value: { kind: "scalar", value: null, position } };
}

/** The top-level keys by their right names; empty sections are left out, as if they were not written. */
function readTopLevel(root: MapNode, findings: Findings): ReadonlyMap<string, MapEntry> {
  const result = new Map<string, MapEntry>();
  for (const [key, entry] of root.entries) {
    const known = topLevelKeys.find((one) => one.toLowerCase() === key.toLowerCase());
    if (known === undefined) {
      const message = `has invalid keys: ${key}${suggestion(key, topLevelKeys)} (valid keys: ${topLevelKeys.join(", ")})`;
      findings.add("unmarshal", "", message, entry.keyPosition);
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
  return result;
}

function checkConnectors(entry: MapEntry | undefined, findings: Findings): void {
  if (entry === undefined) return;
  const message = "connectors are not available in this version; remove the section, or leave it empty";
  findings.add("unmarshal", "connectors", message, entry.keyPosition);
}

type KindOf<K> = Extract<ConfiguredComponent["factory"], { readonly kind: K }>;

function ofKind<K extends ConfiguredComponent["factory"]["kind"]>(
  { configured }: DecodedComponents,
  kind: K,
): ReadonlyMap<string, ConfiguredComponent<KindOf<K>>> {
  const isOfKind = (one: ConfiguredComponent): one is ConfiguredComponent<KindOf<K>> => one.factory.kind === kind;
  const result = new Map<string, ConfiguredComponent<KindOf<K>>>();
  for (const [id, one] of configured) if (isOfKind(one)) result.set(id, one);
  return result;
}
