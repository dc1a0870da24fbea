import * as v from "valibot";

type AnySchema = v.GenericSchema;

/** Schemas that wrap another one hold it here. */
interface Wrapping {
  readonly wrapped: AnySchema;
}

/**
 * The plain schemas that a value may meet: wrappers such as `optional`, pipes and unions are looked through. Those that
 * say more stand later, as a pipe narrows.
 */
export function formsOf(schema: AnySchema): readonly AnySchema[] {
  if ("pipe" in schema && Array.isArray(schema.pipe)) {
    const items = schema.pipe as readonly { readonly kind: string }[];
    return items.filter((item): item is AnySchema => item.kind === "schema").flatMap(formsOf);
  }
  if ("wrapped" in schema) return formsOf((schema as unknown as Wrapping).wrapped);
  if (
    (schema.type === "union" || schema.type === "intersect") &&
    "options" in schema &&
    Array.isArray(schema.options)
  ) {
    return (schema.options as readonly AnySchema[]).flatMap(formsOf);
  }
  return [schema];
}

/** What the keys of a map must be: known entries with their schemas, or any key with one schema. */
export interface MapForm {
  readonly entries: Readonly<Record<string, AnySchema>>;
  /** For keys that are not in `entries`; without it they are errors. */
  readonly rest: AnySchema | undefined;
}

export function mapForm(schema: AnySchema): MapForm | undefined {
  let found: MapForm | undefined;
  for (const form of formsOf(schema)) {
    if ("entries" in form) {
      const entries = form.entries as Readonly<Record<string, AnySchema>>;
      const open = form.type === "strict_object" ? undefined : v.unknown();
      const rest = "rest" in form ? (form.rest as AnySchema) : open;
      found = { entries: { ...found?.entries, ...entries }, rest: rest ?? found?.rest };
    } else if (form.type === "record" && "value" in form) {
      found = { entries: { ...found?.entries }, rest: form.value as AnySchema };
    }
  }
  return found;
}

/** Schema of a list's items; `undefined` if no list is expected. */
export function itemForm(schema: AnySchema): AnySchema | undefined {
  const items = formsOf(schema).filter((form) => form.type === "array" && "item" in form);
  const last = items.at(-1);
  return last !== undefined && "item" in last ? (last.item as AnySchema) : undefined;
}

/** Whether the field is text: then a value that came from a reference keeps its letters, `0123` say. */
export function wantsText(schema: AnySchema): boolean {
  const [first, ...others] = formsOf(schema);
  if (first === undefined || (first.type !== "string" && first.type !== "picklist")) return false;
  return others.every((form) => form.type === "string" || form.type === "picklist" || form.type === "custom");
}

/** Keys to offer: not those that are accepted for old files only, or known only to be refused in words. */
export function validKeys(form: MapForm): readonly string[] {
  return Object.entries(form.entries).flatMap(([key, schema]) => {
    const { deprecated, unsupported } = notesOf(schema);
    return deprecated === undefined && unsupported !== true ? [key] : [];
  });
}

/** What the notes of a field say about writing it at all; `undefined` for a key of today. */
export function deprecationOf(schema: AnySchema): string | undefined {
  const text = notesOf(schema).deprecated;
  return typeof text === "string" ? text : undefined;
}

export interface Notes {
  readonly about?: string;
  readonly default?: unknown;
  readonly unit?: string;
  readonly example?: string;
  readonly deprecated?: string;
  readonly unsupported?: true;
  readonly refersTo?: "extension";
}

/** The notes that `field` and `optionalField` leave in a schema. */
export function notesOf(schema: AnySchema): Notes {
  let notes: Notes = "wrapped" in schema ? notesOf((schema as unknown as Wrapping).wrapped) : {};
  if (!("pipe" in schema) || !Array.isArray(schema.pipe)) return notes;
  for (const item of schema.pipe as readonly Readonly<Record<string, unknown>>[]) {
    if (item["type"] === "description") notes = { ...notes, about: String(item["description"]) };
    if (item["type"] === "metadata") notes = { ...notes, ...(item["metadata"] as Notes) };
  }
  return notes;
}
