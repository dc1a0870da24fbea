import { textOf, type ResourceView, type ScopeView } from "../../../pdata/views/index.ts";
import { readAttributes } from "./attributes.ts";
import { cleanValue, trimText } from "./clean-text.ts";
import type { LineLimits } from "./limits.ts";
import type { RuleTally } from "./rule-tally.ts";

/** Attributes that name the source; the first one that is present counts. */
const sourceKeys = ["source", "host.name", "hostname", "host.id"];

export interface ResourceText {
  /** Clean, ready to be quoted. */
  readonly source: string;
  /** The attributes without the one that became the source. */
  readonly attributes: ReadonlyMap<string, string>;
}

/**
 * Source and attributes of a resource. As upstream has it, a source attribute that is there but empty hides the others:
 * the source is then `defaultSource`.
 */
export function readResource(
  resource: ResourceView,
  defaultSource: string,
  limits: LineLimits,
  tally: RuleTally,
): ResourceText {
  const emptyKeys = new Set<string>();
  const attributes = readAttributes(resource.bytes, resource.attributes, tally, emptyKeys);
  const key = sourceKeys.find((candidate) => attributes.has(candidate) || emptyKeys.has(candidate));
  const value = key === undefined ? undefined : attributes.get(key);
  if (key !== undefined) attributes.delete(key);
  if (key !== undefined && value === undefined) tally.hit("source_blank", key);
  return { source: cleanSource(value ?? defaultSource, limits, tally), attributes };
}

/** Without blanks around and at most as long as a proxy takes it. */
export function cleanSource(text: string, limits: LineLimits, tally: RuleTally): string {
  const { value, isCut } = cleanValue(trimText(text), limits.sourceLength, tally, text);
  if (isCut) tally.hit("source_too_long", text);
  return value;
}

/** The tags that a scope gives to each of its spans. */
export function scopeTags(scope: ScopeView): [string, string][] {
  const name = textOf(scope.bytes, scope.nameStart, scope.nameEnd);
  const version = textOf(scope.bytes, scope.versionStart, scope.versionEnd);
  const tags: [string, string][] = [];
  if (name !== "") tags.push(["otel.scope.name", name]);
  if (version !== "") tags.push(["otel.scope.version", version]);
  return tags;
}

/** `attributes`, and what of `defaults` they do not have. */
export function withDefaults(
  attributes: ReadonlyMap<string, string>,
  defaults: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  return defaults.size === 0 ? attributes : new Map([...defaults, ...attributes]);
}
