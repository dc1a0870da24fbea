import type { ConfigNode, MapEntry, MapNode } from "./config-node.ts";

/**
 * `later` laid over `earlier` (reference §2.4): maps merge key by key, everything else is replaced, also by null. Each
 * value keeps the position that it was written at; a key that both have is where the later one wrote it.
 */
export function mergeNodes(earlier: MapNode, later: MapNode): MapNode {
  const entries = new Map<string, MapEntry>(earlier.entries);
  for (const [key, entry] of later.entries) {
    const before = entries.get(key);
    entries.set(key, before === undefined ? entry : { ...entry, value: mergeValues(before.value, entry.value) });
  }
  return { kind: "map", entries, position: later.position };
}

function mergeValues(earlier: ConfigNode, later: ConfigNode): ConfigNode {
  return earlier.kind === "map" && later.kind === "map" ? mergeNodes(earlier, later) : later;
}
