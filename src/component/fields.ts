import * as v from "valibot";
import { parseDuration } from "../duration/parse-duration.ts";
import { Secret } from "./secret.ts";

type CamelCase<Text extends string> = Text extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : Text;

/** Keys of a section as code names them: `send_batch_size` is `sendBatchSize`. */
export type CamelKeys<T> = { readonly [K in keyof T as K extends string ? CamelCase<K> : K]: T[K] };

/** What a key means, beside its type: the source of `explain`, of the JSON Schema and of the README tables. */
export interface FieldNotes<D> {
  /** One sentence, without full stop at the end. */
  readonly about: string;
  /** What a missing key means. */
  readonly default: D;
  /** Unit of the value as users write it, if any: `MiB`, `items`. */
  readonly unit?: string;
  readonly example?: string;
  /** For an old key that is still accepted: what to do about it; printed once where it is written. */
  readonly deprecated?: string;
  /** A key of upstream that is an error here, unless it is empty. */
  readonly unsupported?: true;
  /** The value is the id of an extension, which has to be there. */
  readonly refersTo?: "extension";
}

/**
 * A key with a default. A key that is written but empty (null) is the zero value of its type, not the default, as
 * upstream has it (reference §2.2); the types below say what theirs is.
 */
export function field<S extends v.GenericSchema, const D extends v.InferInput<S>>(schema: S, notes: FieldNotes<D>) {
  const { about, default: value, ...metadata } = notes;
  return v.optional(v.pipe(schema, v.description(about), v.metadata({ ...metadata, default: value })), value as never);
}

/** A key without a default: absent is `undefined`. */
export function optionalField<S extends v.GenericSchema>(schema: S, notes: Omit<FieldNotes<never>, "default">) {
  const { about, ...metadata } = notes;
  return v.optional(v.pipe(schema, v.description(about), v.metadata(metadata)));
}

/**
 * A map of known keys. Unknown keys are errors; a bare `batch:` (null) means all defaults; the result has camelCase
 * keys. Cross-field rules go into a `v.check` or `v.rawCheck` piped behind it.
 */
export function section<const E extends v.ObjectEntries>(entries: E) {
  return v.pipe(
    v.nullable(v.strictObject(entries), {} as never),
    v.transform(
      (value) =>
        camelKeys(value as Record<string, unknown>) as CamelKeys<v.InferOutput<v.StrictObjectSchema<E, undefined>>>,
    ),
  );
}

function camelKeys(value: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    result[key.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())] = value[key];
  }
  return result;
}

/** Go duration text, or a number of nanoseconds; the result is in milliseconds. */
export const duration = v.pipe(
  v.nullable(v.union([v.string(), v.number()], "Expected a duration such as 200ms, 5s or 1m30s"), 0),
  v.rawTransform<string | number, number>(({ dataset, addIssue, NEVER }) => {
    if (typeof dataset.value === "number") return dataset.value / 1e6;
    try {
      return parseDuration(dataset.value);
    } catch (error) {
      addIssue({
        message: error instanceof Error ? error.message : String(error),
        expected: "a duration such as 200ms, 5s or 1m30s",
      });
      return NEVER;
    }
  }),
);

export const boolean = v.nullable(v.boolean(), false);

export const string = v.nullable(v.string(), "");

/** A whole number of either sign. */
export const integer = v.nullable(v.pipe(v.number(), v.safeInteger()), 0);

/** A whole number, 0 or more. */
export const count = v.nullable(v.pipe(v.number(), v.safeInteger(), v.minValue(0)), 0);

export const number = v.nullable(v.pipe(v.number(), v.finite()), 0);

/** A list; a string is split at commas (reference §2.6). */
export function list<S extends v.GenericSchema>(item: S) {
  return v.nullable(
    v.pipe(
      v.union([v.string(), v.array(v.unknown())], "Expected a list"),
      v.transform((value) => (typeof value === "string" ? (value === "" ? [] : value.split(",")) : value)),
      v.array(item),
    ),
    [],
  );
}

/** One of a few words; letter case does not matter, the result is as listed. */
export function oneOf<const T extends readonly string[]>(words: T) {
  return v.pipe(
    v.string(),
    v.transform((value) => words.find((word) => word.toLowerCase() === value.toLowerCase()) ?? value),
    v.picklist(words),
  );
}

/** Text that is never printed. */
export const secret = v.pipe(
  v.nullable(v.string(), ""),
  v.transform((text) => new Secret(text)),
);

/** Map of names to text, or a list of `{name, value}`; values are secrets, because headers often hold tokens. */
export const headers = v.nullable(
  v.pipe(
    v.union([v.record(v.string(), v.string()), v.array(v.strictObject({ name: v.string(), value: v.string() }))]),
    v.transform((value): ReadonlyMap<string, Secret> => {
      const pairs = Array.isArray(value)
        ? value.map((item) => [item.name, item.value] as const)
        : Object.entries(value);
      return new Map(pairs.map(([name, text]) => [name, new Secret(text)]));
    }),
  ),
  {},
);
