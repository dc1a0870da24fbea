import type { Factory } from "../component/factory.ts";
import type { Findings } from "./config-error.ts";
import { childOf, formatPath, type ConfigNode } from "./config-node.ts";
import type { Draft } from "./cross-check.ts";
import { sectionKinds, type ComponentSection } from "./decode-components.ts";
import type { DecodedPipeline } from "./decode-pipelines.ts";
import { suggestion } from "./nearest-name.ts";
import { formatPosition, type Position } from "./position.ts";
import { withArticle } from "./unknown-component.ts";

/** What a pipeline names, and in which order. */
export function checkPipeline(pipeline: DecodedPipeline, draft: Draft, findings: Findings): void {
  const { config, node, position } = pipeline;
  const path = formatPath(["service", "pipelines", config.id]);
  if (config.receivers.length === 0) findings.add("validate", path, "must have at least one receiver", position);
  if (config.exporters.length === 0) findings.add("validate", path, "must have at least one exporter", position);
  for (const section of ["receivers", "processors", "exporters"] as const) {
    const seen = new Set<string>();
    for (const [index, id] of config[section].entries()) {
      const place = itemPosition(childOf(node, section), index) ?? position;
      const problem = checkReference(section, id, config.signal, draft);
      if (problem !== undefined) findings.add("validate", path, problem, place);
      if (section === "processors" && seen.has(id)) {
        findings.add("validate", path, `references processor "${id}" multiple times`, place);
      }
      seen.add(id);
    }
  }
  noteLateLimiter(pipeline, findings);
}

function isLimiter(id: string): boolean {
  return id.split("/", 1)[0] === "memory_limiter";
}

/** Legal, but then work is done, and memory taken, before anything can be refused. */
function noteLateLimiter({ config, node, position }: DecodedPipeline, findings: Findings): void {
  const [first, ...others] = config.processors;
  const late = others.findIndex(isLimiter);
  if (first === undefined || late < 0 || isLimiter(first)) return;
  const place = itemPosition(childOf(node, "processors"), late + 1) ?? position;
  const where = place === undefined ? "" : `${formatPosition(place)} `;
  const path = formatPath(["service", "pipelines", config.id]);
  findings.notice(
    `${where}${path}: "${others[late]}" stands behind "${first}": put it first, so that data is refused before work is done on it`,
  );
}

function checkReference(
  section: Exclude<ComponentSection, "extensions">,
  id: string,
  signal: DecodedPipeline["config"]["signal"],
  draft: Draft,
): string | undefined {
  const { components } = draft;
  if (!components[section].isMap) return undefined;
  if (!components[section].positions.has(id)) return notConfigured(section, id, draft);
  const factory = components[section].factories.get(id);
  if (factory === undefined || !hasSignals(factory) || factory.signals.includes(signal)) return undefined;
  const reason = `failed to create "${id}" ${factory.kind} for data type "${signal}": telemetry type is not supported`;
  return `${reason} (supported: ${factory.signals.join(", ")})`;
}

function hasSignals(factory: Factory): factory is Exclude<Factory, { kind: "extension" }> {
  return factory.kind !== "extension";
}

/** What to say of an id that a section does not have. */
export function notConfigured(
  section: ComponentSection,
  id: string,
  { components, connectors, registry }: Draft,
): string {
  const kind = sectionKinds[section];
  const message = `references ${kind} "${id}" which is not configured`;
  if (connectors.has(id)) return `${message}; "${id}" is a connector, and connectors are not available here`;
  const known = [...components[section].positions.keys()];
  const nearest = suggestion(id, known);
  if (nearest !== "") return message + nearest;
  const other = Object.values(components).find((one) => one.positions.has(id));
  if (other !== undefined) return `${message}; "${id}" is configured as ${withArticle(sectionKinds[other.section])}`;
  const kinds = registry.filter((entry) => entry.kind === kind);
  const [type = ""] = id.split("/", 1);
  if (kinds.some((entry) => entry.type === type || entry.aliases?.includes(type) === true)) {
    return `${message}; write "${id}:" under ${section}`;
  }
  return known.length === 0 ? message : `${message} (configured ${section}: ${known.join(", ")})`;
}

/** Place of one item; a list written as `a,b` has a single one. */
export function itemPosition(list: ConfigNode | undefined, index: number): Position | undefined {
  return list?.kind === "list" ? list.items[index]?.position : list?.position;
}
