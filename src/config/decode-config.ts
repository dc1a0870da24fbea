import type { FactoryRegistry } from "../component/factory-registry.ts";
import type { Config, ConfiguredComponent } from "./config.ts";
import type { Findings } from "./config-error.ts";
import type { MapEntry, MapNode } from "./config-node.ts";
import { crossCheck } from "./cross-check.ts";
import { decodeComponents, type ComponentSection, type DecodedComponents } from "./decode-components.ts";
import { decodePipelines, normalizeId } from "./decode-pipelines.ts";
import { decodeSection } from "./decode-section.ts";
import { freezeConfig } from "./freeze-config.ts";
import { replaceOldAddress } from "./old-metrics-address.ts";
import type { Position } from "./position.ts";
import { serviceConfig } from "./service-config.ts";
import { readTopLevel, refuseConnectors } from "./top-level.ts";

/** The merged and expanded tree as a frozen `Config`. Throws a `ConfigError` that holds everything that is wrong. */
export async function decodeConfig(root: MapNode, registry: FactoryRegistry, findings: Findings): Promise<Config> {
  const top = readTopLevel(root, registry, findings);
  if (top.entries.size === 0 && findings.count === 0) {
    findings.add("validate", "", "empty configuration file", root.position, { noExcerpt: true });
    findings.throwIfAny();
  }
  const decode = (section: ComponentSection): Promise<DecodedComponents> =>
    decodeComponents(section, top.entries.get(section)?.value, registry, findings);
  const [receivers, processors, exporters, extensions] = await Promise.all([
    decode("receivers"),
    decode("processors"),
    decode("exporters"),
    decode("extensions"),
  ]);
  const connectors = refuseConnectors(top.entries.get("connectors"), findings);

  const entry = top.entries.get("service");
  const service = decodeSection(serviceConfig, entry ?? absent(root.position), ["service"], findings);
  const pipelines = service && decodePipelines(service, entry?.value, findings);
  const telemetry = service && replaceOldAddress(service.telemetry, entry?.value, findings);
  const startedExtensions = service?.extensions.map(normalizeId) ?? [];

  const components = { receivers, processors, exporters, extensions };
  crossCheck({ root, top, registry, components, pipelines, startedExtensions, telemetry, connectors }, findings);
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
      extensions: startedExtensions,
      pipelines: new Map(pipelines.map(({ config }) => [config.id, config])),
      telemetry,
    },
    notices: findings.notices,
  });
}

function absent(position: Position): MapEntry {
  return { keyPosition: position, value: { kind: "scalar", value: null, position } };
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
