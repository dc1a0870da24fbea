import type { GenericSchema } from "valibot";
import { duration, headers, secret } from "../component/fields.ts";
import type { FactoryRegistry } from "../component/factory-registry.ts";
import type { Factory } from "../component/factory.ts";
import { signals } from "../pdata/signal.ts";
import { sectionKinds } from "./decode-components.ts";
import { itemForm, mapForm, notesOf } from "./schema-forms.ts";
import { serviceConfig } from "./service-config.ts";
import { isMadeOf } from "./shape.ts";

/** A JSON Schema, or a part of one. */
export type JsonSchema = Readonly<Record<string, unknown>>;

// A value may always come from elsewhere: `${env:X}`, alone or within a text.
const reference = { $ref: "#/$defs/reference" } as const;
const durationText = String.raw`^[-+]?(0|((\d+(\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h))+)$`;
const name = String.raw`(\s*/\s*\S+)?\s*$`;

/**
 * The whole configuration as a JSON Schema (draft 7, which editors read), made from the schemas that decode it: keys,
 * types, defaults and texts. What no schema of one value can say (references between parts, sizes that depend on each
 * other) is left to `otelcol validate`.
 */
export async function configSchema(registry: FactoryRegistry): Promise<JsonSchema> {
  const properties: Record<string, unknown> = {};
  for (const [section, kind] of Object.entries(sectionKinds)) {
    const entries = registry.filter((entry) => entry.kind === kind);
    const components = entries.map(async (entry) => ({ factory: await entry.load(), aliases: entry.aliases ?? [] }));
    properties[section] = componentSection(await Promise.all(components));
  }
  properties["connectors"] = { type: ["object", "null"], maxProperties: 0, description: "Not available here" };
  properties["service"] = describe(serviceConfig, { description: "What runs: pipelines, extensions, own telemetry" });
  return share({
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Configuration of otelcol",
    type: "object",
    properties,
    additionalProperties: false,
    $defs: { reference: { type: "string", pattern: String.raw`\$\{[^}]+\}`, title: "Reference such as ${env:NAME}" } },
  });
}

interface Named {
  readonly factory: Factory;
  readonly aliases: readonly string[];
}

function componentSection(components: readonly Named[]): JsonSchema {
  const patternProperties: Record<string, unknown> = {};
  // Editors complete names from `properties`, not from patterns.
  const properties: Record<string, unknown> = {};
  for (const { factory, aliases } of components) {
    const { type, description, config } = factory;
    properties[type] = describe(config, { description });
    patternProperties[String.raw`^\s*${type}${name}`] = properties[type];
    for (const alias of aliases) {
      const notice = factory.aliases?.find((one) => one.type === alias)?.notice;
      const words =
        notice === undefined ? { description } : { description: `${description}. ${notice}`, deprecated: true };
      patternProperties[String.raw`^\s*${alias}${name}`] = describe(config, words);
    }
  }
  return orReference({ type: ["object", "null"], properties, patternProperties, additionalProperties: false });
}

function orReference(schema: JsonSchema, more: JsonSchema = {}): JsonSchema {
  return { ...more, anyOf: [schema, reference] };
}

/** The schema of a key or component, with its words. */
function describe(schema: GenericSchema, more: JsonSchema = {}): JsonSchema {
  const { about, default: value, unit, example, deprecated } = notesOf(schema);
  const description = about === undefined ? undefined : unit === undefined ? about : `${about} (${unit})`;
  const words = {
    ...(description !== undefined && { description: description.replaceAll("`", "") }),
    ...(value !== undefined && { default: value }),
    ...(example !== undefined && { examples: [example] }),
    ...(deprecated !== undefined && { deprecated: true }),
    ...more,
  };
  return { ...valueSchema(schema), ...words };
}

function valueSchema(schema: GenericSchema): JsonSchema {
  if (isMadeOf(schema, duration)) {
    return { anyOf: [{ type: "string", pattern: durationText }, { type: ["number", "null"] }, reference] };
  }
  if (isMadeOf(schema, secret)) return { type: ["string", "null"] };
  if (isMadeOf(schema, headers)) return orReference(headersSchema);
  const item = itemForm(schema);
  if (item !== undefined) {
    // A text is split at commas; a list of sections has no such form.
    const text = mapForm(item) === undefined ? { type: ["string", "null"] } : { type: "null" };
    return { anyOf: [{ type: "array", items: describe(item) }, text, reference] };
  }
  const form = mapForm(schema);
  if (form !== undefined) {
    const properties = Object.fromEntries(Object.entries(form.entries).map(([key, child]) => [key, describe(child)]));
    if (schema === (mapForm(serviceConfig)?.entries["pipelines"] as unknown)) {
      const names = { pattern: String.raw`^\s*(${signals.join("|")})${name}` };
      return orReference({
        type: ["object", "null"],
        propertyNames: names,
        additionalProperties: form.rest && describe(form.rest),
      });
    }
    const rest = form.rest === undefined ? false : describe(form.rest);
    return orReference({ type: ["object", "null"], properties, additionalProperties: rest });
  }
  return scalarSchema(schema);
}

const headersSchema = {
  anyOf: [
    { type: ["object", "null"], additionalProperties: { type: "string" } },
    {
      type: "array",
      items: {
        type: "object",
        properties: { name: { type: "string" }, value: { type: "string" } },
        required: ["name", "value"],
        additionalProperties: false,
      },
    },
  ],
};

/** What is known of a value that is neither map nor list: each step of a pipe narrows it. */
function scalarSchema(schema: GenericSchema): JsonSchema {
  if (schema.type === "union" && "options" in schema) {
    return { anyOf: [...(schema.options as readonly GenericSchema[]).map(valueSchema), reference] };
  }
  if ("pipe" in schema && Array.isArray(schema.pipe)) {
    return (schema.pipe as readonly GenericSchema[]).reduce<JsonSchema>(narrowed, {});
  }
  if ("wrapped" in schema) {
    const inner = valueSchema(schema.wrapped as GenericSchema);
    return schema.type === "nullable" ? { anyOf: [inner, { type: "null" }] } : inner;
  }
  switch (schema.type) {
    case "string":
      return { type: "string" };
    case "number":
      return orReference({ type: "number" });
    case "boolean":
      return orReference({ type: "boolean" });
    case "null":
      return { type: "null" };
    case "picklist":
      return "options" in schema ? words(schema.options as readonly string[]) : {};
    default:
      return {};
  }
}

function narrowed(before: JsonSchema, step: GenericSchema): JsonSchema {
  if (step.kind === "schema") {
    const next = valueSchema(step);
    return Object.keys(next).length === 0 ? before : next;
  }
  const { type, requirement } = step as unknown as { readonly type: string; readonly requirement: unknown };
  const limit = {
    safe_integer: { type: "integer" },
    integer: { type: "integer" },
    min_value: { minimum: requirement },
    max_value: { maximum: requirement },
    non_empty: { minLength: 1 },
  }[type];
  if (limit === undefined || Object.keys(before).length === 0) return before;
  const [first, ...others] = Array.isArray(before["anyOf"]) ? (before["anyOf"] as readonly JsonSchema[]) : [before];
  return others.length === 0 ? { ...first, ...limit } : { anyOf: [{ ...first, ...limit }, ...others] };
}

/** Letter case does not matter; editors offer the words as they are listed. */
function words(list: readonly string[]): JsonSchema {
  return { anyOf: [{ enum: list }, { type: "string", pattern: `^(${list.map(anyCase).join("|")})$` }, reference] };
}

/** A pattern for the word in any letter case: JSON Schema has no flags. */
function anyCase(word: string): string {
  return word.replaceAll(/[a-z]|[^a-z0-9]/gi, (letter) =>
    /[a-z]/i.test(letter) ? `[${letter.toLowerCase()}${letter.toUpperCase()}]` : `[${letter}]`,
  );
}

/** From how many characters on a part is written once. */
const sharedLength = 400;

/** Large parts that stand in several places are written once, under `$defs`. */
function share(schema: JsonSchema): JsonSchema {
  const seen = new Map<string, { count: number; name: string }>();
  const count = (value: unknown, key: string): void => {
    if (typeof value !== "object" || value === null) return;
    if (!Array.isArray(value) && "anyOf" in value) {
      const text = JSON.stringify(value);
      const known = seen.get(text);
      if (known !== undefined) {
        known.count++;
        return;
      }
      if (text.length > sharedLength) seen.set(text, { count: 1, name: key });
    }
    for (const [name, child] of Object.entries(value))
      count(child, /^\d+$|anyOf|items|properties/i.test(name) ? key : name);
  };
  count(schema["properties"], "");
  const defs: Record<string, unknown> = {};
  const names = new Map<string, string>();
  for (const [text, { count: times, name }] of seen) {
    if (times < 2) continue;
    const plain = name.replaceAll(/\W|^\^/g, "") || "part";
    let unique = plain;
    for (let n = 2; Object.hasOwn(defs, unique); n++) unique = `${plain}_${n}`;
    defs[unique] = true;
    names.set(text, unique);
  }
  const replace = (value: unknown, isTop = false): unknown => {
    if (typeof value !== "object" || value === null) return value;
    if (Array.isArray(value)) return value.map((one) => replace(one));
    const unique = isTop || !("anyOf" in value) ? undefined : names.get(JSON.stringify(value));
    if (unique !== undefined) return { $ref: `#/$defs/${unique}` };
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, replace(one)]));
  };
  for (const [text, unique] of names) defs[unique] = replace(JSON.parse(text), true);
  return { ...(replace(schema) as JsonSchema), $defs: { ...(schema["$defs"] as JsonSchema), ...defs } };
}
