import type { FactoryRegistry } from "../component/factory-registry.ts";
import { checkExtensionReferences } from "./check-extension-references.ts";
import { checkPipeline, itemPosition, notConfigured } from "./check-pipeline.ts";
import { checkPorts } from "./check-ports.ts";
import type { Findings } from "./config-error.ts";
import { childOf, isEmpty, type MapNode } from "./config-node.ts";
import { sectionKinds, type ComponentSection, type DecodedComponents } from "./decode-components.ts";
import type { DecodedPipeline } from "./decode-pipelines.ts";
import type { TelemetryConfig } from "./telemetry-config.ts";

/** A configuration whose parts were decoded, as far as they could be. */
export interface Draft {
  /** As written. */
  readonly root: MapNode;
  /** Its sections that have any content, by their right names. */
  readonly top: MapNode;
  readonly registry: FactoryRegistry;
  readonly components: Readonly<Record<ComponentSection, DecodedComponents>>;
  /** `undefined` if the `service` section itself could not be decoded. */
  readonly pipelines: readonly DecodedPipeline[] | undefined;
  readonly startedExtensions: readonly string[];
  readonly telemetry: TelemetryConfig | undefined;
  /** Ids under `connectors`, which are not available. */
  readonly connectors: ReadonlySet<string>;
}

/** Whether the parts fit together (reference §2.7): unlike upstream, all that do not are named at once. */
export function crossCheck(draft: Draft, findings: Findings): void {
  checkPresence(draft, findings);
  checkExtensions(draft, findings);
  for (const pipeline of draft.pipelines ?? []) checkPipeline(pipeline, draft, findings);
  const inUse = usedComponents(draft);
  checkPorts(draft, inUse, findings);
  checkExtensionReferences(draft, inUse, findings);
}

/** What pipelines and `service::extensions` name: other components are legal, and never start. */
export type InUse = Readonly<Record<ComponentSection, ReadonlySet<string>>>;

function usedComponents({ pipelines = [], startedExtensions }: Draft): InUse {
  const configs = pipelines.map(({ config }) => config);
  return {
    receivers: new Set(configs.flatMap(({ receivers }) => receivers)),
    processors: new Set(configs.flatMap(({ processors }) => processors)),
    exporters: new Set(configs.flatMap(({ exporters }) => exporters)),
    extensions: new Set(startedExtensions),
  };
}

function checkPresence({ root, top, components, pipelines, telemetry }: Draft, findings: Findings): void {
  for (const section of ["receivers", "exporters"] as const) {
    if (components[section].isWritten) continue;
    const message = `no ${sectionKinds[section]} configuration specified in config`;
    const position = root.entries.get(section)?.keyPosition;
    findings.add("validate", "", message, position ?? root.position, { noExcerpt: position === undefined });
  }
  const service = top.entries.get("service");
  // Pipelines that stand beside `service` are told of as such.
  const isElsewhere = root.entries.has("pipelines");
  if (pipelines?.length === 0 && isEmpty(childOf(service?.value, "pipelines")) && !isElsewhere) {
    const message = "service must have at least one pipeline";
    const options = { noExcerpt: service === undefined };
    findings.add("validate", "service::pipelines", message, service?.keyPosition ?? root.position, options);
  }
  if (telemetry?.metrics.readers.length === 0 && telemetry.metrics.level !== "none") {
    const message = "collector telemetry metrics reader should exist when metric level is not none";
    findings.add("validate", "service::telemetry::metrics", message, service?.keyPosition);
  }
}

function checkExtensions(draft: Draft, findings: Findings): void {
  const { extensions } = draft.components;
  if (!extensions.isMap) return;
  const service = draft.top.entries.get("service");
  for (const [index, id] of draft.startedExtensions.entries()) {
    if (extensions.positions.has(id)) continue;
    const position = itemPosition(childOf(service?.value, "extensions"), index) ?? service?.keyPosition;
    findings.add("validate", "service::extensions", notConfigured("extensions", id, draft), position);
  }
}
