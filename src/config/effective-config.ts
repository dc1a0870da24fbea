import type { GenericSchema } from "valibot";
import { duration, headers, secret } from "../component/fields.ts";
import type { FactoryRegistry } from "../component/factory-registry.ts";
import { formatDuration } from "../duration/format-duration.ts";
import { parseDuration } from "../duration/parse-duration.ts";
import { Findings } from "./config-error.ts";
import { childOf, type ConfigNode, type MapNode } from "./config-node.ts";
import { decodeConfig } from "./decode-config.ts";
import { sectionKinds, type ComponentSection } from "./decode-components.ts";
import { normalizeId } from "./decode-pipelines.ts";
import { resolveSources } from "./load-config.ts";
import type { ConfigSource } from "./read-source.ts";
import type { Environment } from "./retrieve.ts";
import { formsOf, itemForm, mapForm, notesOf } from "./schema-forms.ts";
import { serviceConfig } from "./service-config.ts";
import { isMadeOf, plainValue, shape } from "./shape.ts";
import { readTopLevel } from "./top-level.ts";

export interface EffectiveOptions {
  /** Secrets as `[REDACTED]`. */
  readonly isRedacted: boolean;
  /** Throw if the configuration is not valid; without, wrong values stay as written, and unknown keys are left out. */
  readonly isChecked: boolean;
}

export interface EffectiveConfig {
  /** Plain values under the keys that users write. */
  readonly value: Readonly<Record<string, unknown>>;
  readonly notices: readonly string[];
}

/**
 * What a configuration comes to: merged, expanded, with the default of every key that is not written. Used as a
 * configuration, it comes to itself. Throws a `ConfigError`.
 */
export async function effectiveConfig(
  sources: readonly ConfigSource[],
  registry: FactoryRegistry,
  environment: Environment,
  { isRedacted, isChecked }: EffectiveOptions,
): Promise<EffectiveConfig> {
  const findings = new Findings();
  const root = await resolveSources(sources, environment, findings);
  const config = isChecked ? await decodeConfig(root, registry, findings) : undefined;
  // What it finds has been told, or is not asked for.
  const unheard = new Findings();
  const top = readTopLevel(root, registry, unheard);
  const value: Record<string, unknown> = {};
  for (const section of Object.keys(sectionKinds) as ComponentSection[]) {
    const node = top.entries.get(section)?.value;
    if (node !== undefined) value[section] = await effectiveSection(section, node, registry, isRedacted);
  }
  const node = top.entries.get("service")?.value ?? emptyMap(root);
  const service = withDefaults(shape(node, serviceConfig, ["service"], unheard), serviceConfig, isRedacted);
  // The old `address` stands for readers: they are what is in effect.
  const metrics = config?.service.telemetry.metrics;
  if (metrics !== undefined && childOf(childOf(childOf(node, "telemetry"), "metrics"), "address") !== undefined) {
    const telemetry = (service as Readonly<Record<string, Record<string, unknown>>>)["telemetry"] ?? {};
    telemetry["metrics"] = { level: metrics.level, readers: snakeKeys(metrics.readers) };
  }
  value["service"] = service;
  return { value: escapeDollars(value) as EffectiveConfig["value"], notices: findings.notices };
}

async function effectiveSection(
  section: ComponentSection,
  node: ConfigNode,
  registry: FactoryRegistry,
  isRedacted: boolean,
): Promise<unknown> {
  if (node.kind !== "map") return plainValue(node);
  const result: Record<string, unknown> = {};
  for (const [key, { value }] of node.entries) {
    const id = normalizeId(key);
    const type = id.split("/", 1)[0] ?? "";
    const entry = registry.find(
      (one) => one.kind === sectionKinds[section] && (one.type === type || one.aliases?.includes(type) === true),
    );
    const schema = (await entry?.load())?.config;
    result[id] =
      schema === undefined
        ? plainValue(value)
        : withDefaults(shape(value, schema, [section, id], new Findings()), schema, isRedacted);
  }
  return result;
}

function emptyMap({ position }: MapNode): MapNode {
  return { kind: "map", entries: new Map(), position };
}

/** `undefined` for a key that is not written and has no default. */
function withDefaults(value: unknown, schema: GenericSchema, isRedacted: boolean): unknown {
  if (schema.type === "optional") {
    const written = value === undefined ? defaultOf(schema) : value;
    return written === undefined ? undefined : withDefaults(written, wrappedOf(schema), isRedacted);
  }
  if (isMadeOf(schema, secret)) return isRedacted && value !== null && value !== "" ? redacted : (value ?? "");
  if (isMadeOf(schema, headers)) return effectiveHeaders(value, isRedacted);
  if (isMadeOf(schema, duration)) return effectiveDuration(value);
  const filled = value === null ? zeroOf(schema) : value;
  const item = itemForm(schema);
  if (item !== undefined) {
    const list = typeof filled === "string" ? (filled === "" ? [] : filled.split(",")) : filled;
    return Array.isArray(list) ? list.map((one: unknown) => withDefaults(one, item, isRedacted)) : list;
  }
  const form = mapForm(schema);
  if (form === undefined || typeof filled !== "object" || filled === null || Array.isArray(filled)) {
    return isRedacted && typeof filled === "string" ? withoutPassword(filled) : wordOf(filled, schema);
  }
  const written = filled as Readonly<Record<string, unknown>>;
  const result: Record<string, unknown> = {};
  for (const [key, child] of Object.entries(form.entries)) {
    const inner = withDefaults(written[key], child, isRedacted);
    if (inner !== undefined) result[key] = inner;
  }
  for (const [key, one] of Object.entries(written)) {
    if (Object.hasOwn(form.entries, key)) continue;
    result[key] = form.rest === undefined ? one : withDefaults(one, form.rest, isRedacted);
  }
  return result;
}

const redacted = "[REDACTED]";

/** A key whose default depends on the machine has the text of it in its notes. */
function defaultOf(schema: GenericSchema): unknown {
  const value = "default" in schema ? schema.default : undefined;
  const { default: noted } = notesOf(schema);
  return value === null && noted !== undefined ? noted : value;
}

function wrappedOf(schema: GenericSchema): GenericSchema {
  return "wrapped" in schema ? (schema.wrapped as GenericSchema) : schema;
}

/** What an empty key means. */
function zeroOf(schema: GenericSchema): unknown {
  if ("pipe" in schema && Array.isArray(schema.pipe)) return zeroOf(schema.pipe[0] as GenericSchema);
  return schema.type === "nullable" && "default" in schema ? (schema.default ?? null) : null;
}

function effectiveDuration(value: unknown): unknown {
  if (value === null) return "0s";
  if (typeof value === "number") return formatDuration(value / 1e6);
  try {
    return typeof value === "string" ? formatDuration(parseDuration(value)) : value;
  } catch {
    // Only where nothing is checked.
    return value;
  }
}

function effectiveHeaders(value: unknown, isRedacted: boolean): unknown {
  const pairs = Array.isArray(value)
    ? (value as { name: string; value: string }[]).map((one) => [one.name, one.value] as const)
    : Object.entries(value ?? {});
  return Object.fromEntries(pairs.map(([name, text]) => [name, isRedacted && text !== "" ? redacted : text]));
}

/** One of a few words, in the letters that are listed. */
function wordOf(value: unknown, schema: GenericSchema): unknown {
  if (typeof value !== "string") return value;
  const words = formsOf(schema).flatMap((form) =>
    form.type === "picklist" && "options" in form ? (form.options as readonly unknown[]) : [],
  );
  return words.find((word) => typeof word === "string" && word.toLowerCase() === value.toLowerCase()) ?? value;
}

function withoutPassword(text: string): string {
  return text.replaceAll(/(:\/\/[^/?#@:]*:)[^/?#@]+@/g, `$1${redacted}@`);
}

function snakeKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(snakeKeys);
  if (typeof value !== "object" || value === null) return value;
  const pairs = Object.entries(value).map(([key, one]) => [
    key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    snakeKeys(one),
  ]);
  return Object.fromEntries(pairs) as unknown;
}

/** What looks like a reference now is none. */
function escapeDollars(value: unknown): unknown {
  if (typeof value === "string") return /\$[{$]/.test(value) ? value.replaceAll("$", "$$$$") : value;
  if (Array.isArray(value)) return value.map(escapeDollars);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, escapeDollars(one)])) as unknown;
}
