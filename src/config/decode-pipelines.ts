import type { PipelineConfig } from "./config.ts";
import type { Findings } from "./config-error.ts";
import { childOf, type ConfigNode } from "./config-node.ts";
import { parsePipelineId } from "./pipeline-id.ts";
import type { Position } from "./position.ts";
import type { ServiceConfig } from "./service-config.ts";

export interface DecodedPipeline {
  readonly config: PipelineConfig;
  readonly node: ConfigNode | undefined;
  readonly position: Position | undefined;
}

/** The pipelines with their ids read. What they refer to is not checked yet. */
export function decodePipelines(
  service: ServiceConfig,
  node: ConfigNode | undefined,
  findings: Findings,
): readonly DecodedPipeline[] {
  const written = childOf(node, "pipelines");
  const result = new Map<string, DecodedPipeline>();
  for (const [key, pipeline] of Object.entries(service.pipelines)) {
    const entry = written?.kind === "map" ? written.entries.get(key) : undefined;
    try {
      const { id, signal } = parsePipelineId(key);
      if (result.has(id)) throw new Error(`duplicate name "${key}" after unmarshaling ${id}; keep one of the two`);
      const receivers = Object.freeze(pipeline.receivers.map(normalizeId));
      const processors = Object.freeze(pipeline.processors.map(normalizeId));
      const exporters = Object.freeze(pipeline.exporters.map(normalizeId));
      const config = Object.freeze({ id, signal, receivers, processors, exporters });
      result.set(id, { config, node: entry?.value, position: entry?.keyPosition });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      findings.add("unmarshal", "service::pipelines", message, entry?.keyPosition);
    }
  }
  return [...result.values()];
}

/** Ids are compared without the blanks around their parts. */
export function normalizeId(id: string): string {
  const slash = id.indexOf("/");
  return slash < 0 ? id.trim() : `${id.slice(0, slash).trim()}/${id.slice(slash + 1).trim()}`;
}
