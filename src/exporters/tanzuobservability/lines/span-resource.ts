import { FieldSegment } from "./field-segment.ts";
import { ascii } from "./byte-buffer.ts";
import { cleanValue, isBlankText } from "./clean-text.ts";
import type { LineLimits } from "./limits.ts";
import type { ResourceText } from "./resource-text.ts";
import { Piece } from "./piece.ts";
import { RuleTally } from "./rule-tally.ts";
import { SpanTags, type SpanTagOptions } from "./span-tags.ts";
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
  /** By rank: those that stay on a line where there is not room for all, then the others. */
  readonly tags: TagSegment;
  /** How many of the tags rank first. */
  readonly firstTags: number;
  /** The tags as fields of a span log, in the same order, as they came. */
  readonly fields: FieldSegment;
  /** As in `TagSegment`, for both. */
  readonly isEscaped: boolean;
}

export function spanResource(text: ResourceText, options: SpanTagOptions): SpanResource {
  const { limits } = options;
  const tally = new RuleTally();
  const spanTags = new SpanTags(options, tally);
  const own = new Map<string, string>();
  const tags = spanTags.rank(spanTags.resolve({ own, resource: text.attributes, computed: [] }), own);
  const clean = tags.map(({ raw, key, value }) => {
    const text = cleanValue(value, limits.spanValueLength, tally, raw);
    return [key, text.isCut ? undefined : text.value] as const;
  });
  const kept = clean.filter((tag): tag is [string, string] => tag[1] !== undefined);
  const isPlain = tally.isEmpty && kept.length === clean.length && kept.length <= limits.spanTags;
  if (!isPlain) return { text, plain: undefined };
  const segment = new TagSegment(kept);
  const plain = {
    head: new Piece(ascii(` source="${text.source.replaceAll('"', '\\"')}" traceId=`)),
    tags: segment,
    firstTags: tags.filter((tag) => spanTags.isFirst(tag.raw, tag.key)).length,
    fields: new FieldSegment(tags.map(({ raw, value }) => [raw, value])),
    isEscaped: segment.isEscaped || needsEscape(text.source),
  };
  return { text, plain };
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
