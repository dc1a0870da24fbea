import { ascii } from "./byte-buffer.ts";
import { cleanValue, isBlankText } from "./clean-text.ts";
import type { LineLimits } from "./limits.ts";
import type { ResourceText } from "./resource-text.ts";
import { Piece } from "./piece.ts";
import { RuleTally } from "./rule-tally.ts";
import { SpanTags } from "./span-tags.ts";
import { needsEscape, TagSegment } from "./tag-segment.ts";

/** A resource as its spans need it: in strings for the careful way, as bytes for the plain one. */
export interface SpanResource {
  readonly text: ResourceText;
  /** Absent if every span of this resource needs care, so that it is counted for each. */
  readonly plain: PlainResource | undefined;
}

export interface PlainResource {
  /** ` source="host-1" traceId=` */
  readonly head: Piece;
  readonly tags: TagSegment;
  /** As in `TagSegment`, for both. */
  readonly isEscaped: boolean;
}

export function spanResource(text: ResourceText, limits: LineLimits): SpanResource {
  const tally = new RuleTally();
  const spanTags = new SpanTags(limits, tally, () => false);
  const tags = spanTags.resolve({ own: new Map(), resource: text.attributes, computed: [] });
  const clean = tags.map(({ raw, key, value }) => {
    const text = cleanValue(value, limits.spanValueLength, tally, raw);
    return [key, text.isCut ? undefined : text.value] as const;
  });
  const kept = clean.filter((tag): tag is [string, string] => tag[1] !== undefined);
  const isPlain = tally.isEmpty && kept.length === clean.length && kept.length <= limits.spanTags;
  return { text, plain: isPlain ? plainResource(text.source, kept) : undefined };
}

function plainResource(source: string, clean: readonly (readonly [string, string])[]): PlainResource {
  const head = ascii(` source="${source.replaceAll('"', '\\"')}" traceId=`);
  const tags = new TagSegment(clean);
  return { head: new Piece(head), tags, isEscaped: tags.isEscaped || needsEscape(source) };
}

/** The tags of a scope, or `undefined` if its text needs care. */
export function scopeSegment(tags: readonly (readonly [string, string])[], limits: LineLimits): TagSegment | undefined {
  const tally = new RuleTally();
  const clean: [string, string][] = [];
  for (const [key, value] of tags) {
    const text = cleanValue(value, limits.spanValueLength, tally, key);
    if (text.isCut || isBlankText(value)) return undefined;
    clean.push([key, text.value]);
  }
  return tally.isEmpty ? new TagSegment(clean) : undefined;
}
