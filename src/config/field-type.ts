import type { GenericSchema } from "valibot";
import { duration, headers, secret } from "../component/fields.ts";
import { formsOf, itemForm, mapForm } from "./schema-forms.ts";
import { isMadeOf } from "./shape.ts";

/** What kind of value a key takes, for people: `duration`, `list of text`, `basic, normal or detailed`. */
export function fieldType(schema: GenericSchema): string {
  if (isMadeOf(schema, duration)) return "duration";
  if (isMadeOf(schema, secret)) return "text, secret";
  if (isMadeOf(schema, headers)) return "map of text, secret";
  const item = itemForm(schema);
  if (item !== undefined) return mapForm(item) === undefined ? `list of ${fieldType(item)}` : "list of sections";
  const form = mapForm(schema);
  if (form !== undefined) {
    if (Object.keys(form.entries).length > 0) return "section";
    return form.rest === undefined || form.rest.type === "unknown" ? "map" : `map of ${fieldType(form.rest)}`;
  }
  const words = wordsOf(schema);
  if (words !== undefined) return words;
  const names = new Set(formsOf(schema).flatMap((one) => scalarNames[one.type] ?? []));
  return names.size === 0 ? "any value" : [...names].join(" or ");
}

const scalarNames: Readonly<Record<string, readonly string[]>> = {
  string: ["text"],
  number: ["number"],
  boolean: ["true or false"],
};

/** `a, b or c` for one of a few words. */
function wordsOf(schema: GenericSchema): string | undefined {
  const list = formsOf(schema).find((form) => form.type === "picklist");
  if (list === undefined || !("options" in list)) return undefined;
  const words = (list.options as readonly unknown[]).map((word) => (word === "" ? '""' : String(word)));
  return words.length === 1 ? words[0] : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}
