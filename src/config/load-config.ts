import type { FactoryRegistry } from "../component/factory-registry.ts";
import type { Config } from "./config.ts";
import { Findings } from "./config-error.ts";
import type { MapNode } from "./config-node.ts";
import { decodeConfig } from "./decode-config.ts";
import { Expander } from "./expand.ts";
import { mergeNodes } from "./merge.ts";
import { readSource, type ConfigSource } from "./read-source.ts";
import type { Environment } from "./retrieve.ts";

/**
 * Reads, merges, expands, decodes and checks a configuration. Opens nothing but the sources. Throws a `ConfigError` that
 * holds all that is wrong: a part that cannot be read ends it early, because the rest would only be guesses.
 */
export async function loadConfig(
  sources: readonly ConfigSource[],
  factories: FactoryRegistry,
  environment: Environment,
): Promise<Config> {
  const findings = new Findings();
  return decodeConfig(await resolveSources(sources, environment, findings), factories, findings);
}

/** The tree that all sources make together, with its references replaced; each value knows where it was written. Throws a `ConfigError`. */
export async function resolveSources(
  sources: readonly ConfigSource[],
  environment: Environment,
  findings: Findings,
): Promise<MapNode> {
  const nowhere = { file: "", line: 1, column: 1, length: 1 };
  let root: MapNode = { kind: "map", entries: new Map(), position: nowhere };
  for (const source of sources) {
    const node = await readSource(source, environment, findings);
    if (node !== undefined) root = mergeNodes(root, node);
  }
  findings.throwIfAny();
  const expanded = await new Expander(environment, findings).expand(root, []);
  findings.throwIfAny();
  return expanded.kind === "map" ? expanded : root;
}
