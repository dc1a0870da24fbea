import type { GenericSchema } from "valibot";
import type { FactoryRegistry } from "../component/factory-registry.ts";
import type { Factory } from "../component/factory.ts";
import { sectionKinds } from "./decode-components.ts";
import { fieldType } from "./field-type.ts";
import { nearestName } from "./nearest-name.ts";
import { itemForm, mapForm, notesOf, validKeys, type MapForm } from "./schema-forms.ts";
import { serviceConfig } from "./service-config.ts";

/** A place in the configuration, with what is known of it. */
export interface Explained {
  /** Upstream's notation: `processors::batch::timeout`. */
  readonly path: readonly string[];
  readonly about: string;
  readonly type: string;
  /** As users would write it; `undefined` for a key that is absent unless written. */
  readonly default: string | undefined;
  readonly unit: string | undefined;
  readonly example: string | undefined;
  /** The component, where the path ends at one. */
  readonly factory: Factory | undefined;
  /** The keys below, for a section. */
  readonly keys: readonly ExplainedKey[];
}

export interface ExplainedKey {
  readonly key: string;
  readonly type: string;
  readonly default: string | undefined;
  readonly about: string;
}

/** Nothing is there under that name; the message says what is. */
export class NotExplained extends Error {
  override readonly name = "NotExplained";
}

/**
 * What a component or key means: `batch`, `processors::batch::timeout`, `otlp.protocols.grpc`, `service.telemetry`. A name
 * that stands for several components (`otlp`) gives each of them. Throws `NotExplained`.
 */
export async function explain(text: string, registry: FactoryRegistry): Promise<readonly Explained[]> {
  const words = text.split(/::|[.\s]+/).filter((word) => word !== "");
  const [first = "", ...others] = words;
  if (first === "service") return [walk(["service"], others, serviceConfig, undefined)];
  const section = Object.entries(sectionKinds).find(([plural, kind]) => plural === first || kind === first);
  const [type = "", ...keys] = section === undefined ? words : others;
  const bare = type.split("/", 1)[0] ?? "";
  const entries = registry.filter(
    (entry) =>
      (section === undefined || entry.kind === section[1]) &&
      (entry.type === bare || entry.aliases?.includes(bare) === true),
  );
  if (entries.length === 0) throw new NotExplained(noComponent(text, bare, section?.[1], registry));
  const found: Explained[] = [];
  const problems: unknown[] = [];
  for (const entry of entries) {
    const factory = await entry.load();
    try {
      found.push(walk([`${entry.kind}s`, entry.type], keys, factory.config, factory));
    } catch (error) {
      problems.push(error);
    }
  }
  if (found.length === 0) throw problems[0];
  return found;
}

function noComponent(text: string, type: string, kind: string | undefined, registry: FactoryRegistry): string {
  const entries = registry.filter((entry) => kind === undefined || entry.kind === kind);
  const names = [...new Set([...entries.map((entry) => entry.type), ...(kind === undefined ? ["service"] : [])])];
  const nearest = nearestName(type, names);
  const hint = nearest === undefined ? ` (there are: ${names.join(", ")})` : `; did you mean "${nearest}"?`;
  return `Cannot explain "${text}": there is no ${kind ?? "component"} "${type}"${hint}`;
}

function walk(
  start: readonly string[],
  keys: readonly string[],
  root: GenericSchema,
  factory: Factory | undefined,
): Explained {
  let schema = root;
  const path = [...start];
  for (const key of keys) {
    const list = itemForm(schema);
    if (list !== undefined && /^\d+$/.test(key)) {
      schema = list;
      path.push(key);
      continue;
    }
    const form = mapForm(list ?? schema);
    const next = form?.entries[key] ?? form?.rest;
    if (form === undefined || next === undefined) throw new NotExplained(noKey(path, key, form));
    schema = next;
    path.push(key);
  }
  const isComponent = keys.length === 0;
  const { about, unit, example } = notesOf(schema);
  return {
    path,
    about:
      (isComponent ? factory?.description : about) ??
      (isComponent ? "What runs: pipelines, extensions, own telemetry" : ""),
    type: fieldType(schema),
    default: isComponent ? undefined : defaultText(schema),
    unit,
    example,
    factory: isComponent ? factory : undefined,
    keys: keysOf(mapForm(itemForm(schema) ?? schema)),
  };
}

function noKey(path: readonly string[], key: string, form: MapForm | undefined): string {
  const place = path.join("::");
  const valid = form === undefined ? [] : validKeys(form);
  if (valid.length === 0) return `Cannot explain "${place}::${key}": ${place} has no keys`;
  const nearest = nearestName(key, valid);
  const hint = nearest === undefined ? ` (valid keys: ${valid.join(", ")})` : `; did you mean "${nearest}"?`;
  return `Cannot explain "${place}::${key}": ${place} has no key "${key}"${hint}`;
}

function keysOf(form: MapForm | undefined): readonly ExplainedKey[] {
  return Object.entries(form?.entries ?? {}).map(([key, schema]) => {
    const { about = "", unit } = notesOf(schema);
    const whole = unit === undefined ? about : `${about} (${unit})`;
    return { key, type: fieldType(schema), default: defaultText(schema), about: whole };
  });
}

/** The default as YAML on one line; of a section that is there by default nothing, its keys tell. */
function defaultText(schema: GenericSchema): string | undefined {
  const value = notesOf(schema).default;
  if (value === undefined) return undefined;
  if (typeof value === "string") return value === "" ? '""' : value;
  if (Array.isArray(value))
    return `[${value.map((one) => (one === "" ? '""' : typeof one === "string" ? one : JSON.stringify(one))).join(", ")}]`;
  if (typeof value === "object" && value !== null && mapForm(schema) !== undefined) {
    return Object.keys(mapForm(schema)?.entries ?? {}).length > 0 ? undefined : "{}";
  }
  return JSON.stringify(value);
}
