import type { Factory } from "../component/factory.ts";
import type { Findings } from "./config-error.ts";
import { childOf, formatPath, isEmpty, type ConfigNode } from "./config-node.ts";
import { sectionKinds, withArticle, type ComponentSection, type DecodedComponents } from "./decode-components.ts";
import { normalizeId, type DecodedPipeline } from "./decode-pipelines.ts";
import { suggestion } from "./nearest-name.ts";
import type { Position } from "./position.ts";

export interface Draft {
  readonly components: Readonly<Record<ComponentSection, DecodedComponents>>;
  /** `undefined` if the `service` section itself could not be decoded. */
  readonly pipelines: readonly DecodedPipeline[] | undefined;
  readonly extensions: readonly string[];
  readonly service: { readonly node: ConfigNode | undefined; readonly position: Position | undefined };
}

/** Whether the parts fit together (reference §2.7): unlike upstream, all that do not are named at once. */
export function crossCheck(draft: Draft, findings: Findings): void {
  checkPresence(draft, findings);
  const { extensions } = draft.components;
  for (const [index, text] of draft.extensions.entries()) {
    const id = normalizeId(text);
    if (extensions.positions.has(id)) continue;
    const position = itemPosition(childOf(draft.service.node, "extensions"), index) ?? draft.service.position;
    findings.add("validate", "service::extensions", notConfigured("extensions", id, draft.components), position);
  }
  for (const pipeline of draft.pipelines ?? []) checkPipeline(pipeline, draft, findings);
}

function checkPresence({ components, pipelines, service }: Draft, findings: Findings): void {
  const { receivers, exporters } = components;
  if (!receivers.isWritten) findings.add("validate", "", "no receiver configuration specified in config");
  if (!exporters.isWritten) findings.add("validate", "", "no exporter configuration specified in config");
  if (pipelines?.length === 0 && isEmpty(childOf(service.node, "pipelines"))) {
    findings.add("validate", "service::pipelines", "service must have at least one pipeline", service.position);
  }
}

function checkPipeline(pipeline: DecodedPipeline, { components }: Draft, findings: Findings): void {
  const { config, node, position } = pipeline;
  const path = formatPath(["service", "pipelines", config.id]);
  if (config.receivers.length === 0) findings.add("validate", path, "must have at least one receiver", position);
  if (config.exporters.length === 0) findings.add("validate", path, "must have at least one exporter", position);
  for (const section of ["receivers", "processors", "exporters"] as const) {
    const seen = new Set<string>();
    for (const [index, id] of config[section].entries()) {
      const place = itemPosition(childOf(node, section), index) ?? position;
      const problem = checkReference(section, id, config.signal, components);
      if (problem !== undefined) findings.add("validate", path, problem, place);
      if (section === "processors" && seen.has(id)) {
        findings.add("validate", path, `references processor "${id}" multiple times`, place);
      }
      seen.add(id);
    }
  }
}

function checkReference(
  section: Exclude<ComponentSection, "extensions">,
  id: string,
  signal: DecodedPipeline["config"]["signal"],
  components: Draft["components"],
): string | undefined {
  if (!components[section].positions.has(id)) return notConfigured(section, id, components);
  const factory = components[section].factories.get(id);
  if (factory === undefined || !hasSignals(factory) || factory.signals.includes(signal)) return undefined;
  const reason = `failed to create "${id}" ${factory.kind} for data type "${signal}": telemetry type is not supported`;
  return `${reason} (supported: ${factory.signals.join(", ")})`;
}

function hasSignals(factory: Factory): factory is Exclude<Factory, { kind: "extension" }> {
  return factory.kind !== "extension";
}

function notConfigured(section: ComponentSection, id: string, components: Draft["components"]): string {
  const kind = sectionKinds[section];
  const message = `references ${kind} "${id}" which is not configured`;
  const known = [...components[section].positions.keys()];
  const nearest = suggestion(id, known);
  if (nearest !== "") return message + nearest;
  const other = Object.values(components).find((one) => one.positions.has(id));
  if (other !== undefined) return `${message}; "${id}" is configured as ${withArticle(sectionKinds[other.section])}`;
  return known.length === 0 ? message : `${message} (configured ${section}: ${known.join(", ")})`;
}

/** Place of one item; a list written as `a,b` has a single one. */
function itemPosition(list: ConfigNode | undefined, index: number): Position | undefined {
  return list?.kind === "list" ? list.items[index]?.position : list?.position;
}
