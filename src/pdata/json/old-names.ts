import type { FieldSchema, MessageSchema } from "../schema.ts";
import type { JsonObject } from "./json-object.ts";

/** What scopes were called until OTLP 0.15; exporters of that time, and of the change, still run. */
const oldNames: Readonly<Record<string, string>> = {
  instrumentationLibrary: "scope",
  instrumentationLibrarySpans: "scopeSpans",
  instrumentationLibraryMetrics: "scopeMetrics",
  instrumentationLibraryLogs: "scopeLogs",
  instrumentation_library: "scope",
  instrumentation_library_spans: "scopeSpans",
  instrumentation_library_metrics: "scopeMetrics",
  instrumentation_library_logs: "scopeLogs",
};

/**
 * The field that a JSON name means: lowerCamelCase, snake_case, or a former name. Senders that gave both, so that old and
 * new receivers understood them, meant one: the former counts only where the present one is absent or empty.
 */
export function fieldNamed(schema: MessageSchema, name: string, object: JsonObject): FieldSchema | undefined {
  const field = schema.byName.get(name);
  if (field !== undefined || !Object.hasOwn(oldNames, name)) return field;
  const renamed = schema.byName.get(oldNames[name] as string);
  if (renamed === undefined || isGiven(object[renamed.jsonName]) || isGiven(object[renamed.name])) return undefined;
  return renamed;
}

function isGiven(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== null;
}
