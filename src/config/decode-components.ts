import { parseComponentId, type ComponentId, type ComponentKind } from "../component/component-id.ts";
import type { FactoryEntry, FactoryRegistry } from "../component/factory-registry.ts";
import type { Factory } from "../component/factory.ts";
import type { ConfiguredComponent } from "./config.ts";
import type { Findings } from "./config-error.ts";
import { formatPath, isEmpty, typeName, type ConfigNode, type MapEntry } from "./config-node.ts";
import { normalizeId } from "./decode-pipelines.ts";
import { decodeSection } from "./decode-section.ts";
import { foundText, listHint } from "./issue-text.ts";
import { formatPosition, type Position } from "./position.ts";
import { suggestion } from "./nearest-name.ts";
import { mapForm } from "./schema-forms.ts";
import { unknownType } from "./unknown-component.ts";

export type ComponentSection = "receivers" | "processors" | "exporters" | "extensions";

export const sectionKinds = {
  receivers: "receiver",
  processors: "processor",
  exporters: "exporter",
  extensions: "extension",
} as const satisfies Record<ComponentSection, ComponentKind>;

/** A component section, decoded as far as it could be. */
export interface DecodedComponents {
  readonly section: ComponentSection;
  /** Whether the file has anything under this key, right or wrong. */
  readonly isWritten: boolean;
  /** Whether that is a map, so that what is not in it is missing. */
  readonly isMap: boolean;
  readonly configured: ReadonlyMap<string, ConfiguredComponent>;
  /** Factories by id, also of components whose keys are wrong; `undefined` for a type that is not known. */
  readonly factories: ReadonlyMap<string, Factory | undefined>;
  readonly positions: ReadonlyMap<string, Position>;
}

/** Decodes one section; loads the code of just the types that it names. */
export async function decodeComponents(
  section: ComponentSection,
  node: ConfigNode | undefined,
  registry: FactoryRegistry,
  findings: Findings,
): Promise<DecodedComponents> {
  const configured = new Map<string, ConfiguredComponent>();
  const factories = new Map<string, Factory | undefined>();
  const positions = new Map<string, Position>();
  const entries = registry.filter((entry) => entry.kind === sectionKinds[section]);
  const written = sectionEntries(section, node, findings);
  const loaded = await loadAll(written.keys(), entries);
  for (const [key, entry] of written) {
    const id = readId(section, key, entry, entries, findings);
    if (id === undefined) {
      // What refers to it is not a mistake of its own.
      positions.set(normalizeId(key), entry.keyPosition);
      continue;
    }
    if (positions.has(id.text)) {
      const message = `duplicate name "${key}" after unmarshaling ${id.text}; keep one of the two`;
      findings.add("unmarshal", section, message, entry.keyPosition);
      continue;
    }
    positions.set(id.text, entry.keyPosition);
    const factory = loaded.get(id.type);
    factories.set(id.text, factory);
    if (factory === undefined) {
      const message = unknownType(sectionKinds[section], id, registry, section);
      const hint = indentHint(id.type, loaded.values());
      findings.add("unmarshal", section, hint === "" ? message : message.split("; ", 1)[0] + hint, entry.keyPosition);
      continue;
    }
    const alias = factory.aliases?.find(({ type }) => type === id.type);
    const path = formatPath([section, id.text]);
    if (alias !== undefined) findings.notice(`${formatPosition(entry.keyPosition)} ${path}: ${alias.notice}`);
    const config = decodeSection(factory.config, entry, [section, id.text], findings);
    if (config !== undefined) configured.set(id.text, { id, factory, config });
  }
  const isMap = node === undefined || node.kind === "map" || isEmpty(node);
  return { section, isWritten: !isEmpty(node), isMap, configured, factories, positions };
}

function sectionEntries(
  section: ComponentSection,
  node: ConfigNode | undefined,
  findings: Findings,
): ReadonlyMap<string, MapEntry> {
  if (node?.kind === "map") return node.entries;
  if (node !== undefined && !isEmpty(node)) {
    const items = node.kind === "list" ? listHint(node.items) : "";
    const hint = items === "" ? `; write one key for each ${sectionKinds[section]}` : items;
    const message = `expected a map or struct, got "${typeName(node)}"${foundText(node)}${hint}`;
    findings.add("unmarshal", section, message, node.position);
  }
  return new Map();
}

/** Side by side, because loading is most of what a start costs. */
async function loadAll(ids: Iterable<string>, entries: FactoryRegistry): Promise<ReadonlyMap<string, Factory>> {
  const types = new Set(Array.from(ids, (id) => (id.split("/", 1)[0] ?? "").trim()));
  const pairs = [...types].flatMap((type) => {
    const entry = entries.find((one) => one.type === type || one.aliases?.includes(type) === true);
    return entry === undefined ? [] : [loadOne(type, entry)];
  });
  return new Map(await Promise.all(pairs));
}

async function loadOne(type: string, entry: FactoryEntry): Promise<readonly [string, Factory]> {
  return [type, await entry.load()];
}

function readId(
  section: ComponentSection,
  key: string,
  entry: MapEntry,
  known: FactoryRegistry,
  findings: Findings,
): ComponentId | undefined {
  try {
    return parseComponentId(key);
  } catch (error) {
    const types = known.map(({ type }) => type);
    const message = error instanceof Error ? error.message : String(error);
    findings.add("unmarshal", section, message + suggestion(key.split("/", 1)[0] ?? "", types), entry.keyPosition);
    return undefined;
  }
}

/** `protocols` at the height of `otlp`, whose key it is, is a slip of the indentation. */
function indentHint(key: string, factories: Iterable<Factory>): string {
  for (const { type, config } of factories) {
    if (mapForm(config)?.entries[key] !== undefined) return `; "${key}" is a key of ${type}: indent it more`;
  }
  return "";
}
