import type { LineLimits } from "./limits.ts";
import type { LineOptions } from "./line-options.ts";
import type { RuleTally } from "./rule-tally.ts";
import { separateKeys, tagOf, valueOf, type ComputedTag, type KeyRules, type Tag } from "./tags.ts";

/** Keys that the span format gives a meaning of its own. */
export const formatKeys = ["host", "traceId", "spanId", "parent", "followsFrom", "_spanLogs"];

const reserved: ReadonlySet<string> = new Set(formatKeys);
const defaultApplication = "defaultApp";
const defaultService = "defaultService";

/** Ranked first when there are too many tags: what names the service, and what the user interface needs. */
const identity: ReadonlySet<string> = new Set(["application", "service", "cluster", "shard", "span.kind", "error"]);

export type SpanTagOptions = Pick<LineOptions, "limits" | "isPreferred" | "areSpanKeysDistinct">;

export interface SpanTagSources {
  /** The span's own attributes; of equal keys they win over the resource's. */
  readonly own: ReadonlyMap<string, string>;
  /** Attributes of the resource without the one that became the source. */
  readonly resource: ReadonlyMap<string, string>;
  /** The exporter's own: `span.kind`, `error`, scope and so on. They win over attributes, which get another key. */
  readonly computed: readonly ComputedTag[];
}

/**
 * The tags of a span, with clean keys and values as they came. Where there are too many of them they go by rank: identity,
 * the keys that the user ranks first, then what describes the span, then its resource.
 */
export class SpanTags {
  readonly #limits: LineLimits;
  readonly #tally: RuleTally;
  readonly #isPreferred: (key: string) => boolean;
  readonly #areKeysDistinct: boolean;

  constructor({ limits, isPreferred, areSpanKeysDistinct }: SpanTagOptions, tally: RuleTally) {
    this.#limits = limits;
    this.#tally = tally;
    this.#isPreferred = isPreferred;
    this.#areKeysDistinct = areSpanKeysDistinct;
  }

  resolve({ own, resource, computed }: SpanTagSources): Tag[] {
    const tags: Tag[] = computed.map(([key, value]) => ({ raw: key, key, value, claim: "computed" }));
    const rules = { reserved, computed, isNumericAllowed: false, maxLength: this.#limits.spanKeyLength };
    const hasService = own.has("service") || resource.has("service");
    for (const [raw, value] of own) this.#add(tags, raw, value, rules, hasService);
    for (const [raw, value] of resource) if (!own.has(raw)) this.#add(tags, raw, value, rules, hasService);
    const isNamed = hasService || own.has("service.name") || resource.has("service.name");
    if (!isNamed) tags.push(fallback("service", defaultService));
    if (!own.has("application") && !resource.has("application")) tags.push(fallback("application", defaultApplication));
    if (!tags.some(isChanged)) return tags;
    if (this.#areKeysDistinct) separateKeys(tags, this.#limits.spanKeyLength, this.#tally);
    else this.#countRepeated(tags);
    return tags;
  }

  /** Sorts by rank, stable otherwise. */
  rank(tags: readonly Tag[], own: ReadonlyMap<string, string>): Tag[] {
    const ranks: Tag[][] = [[], [], [], []];
    for (const tag of tags) ranks[this.#rankOf(tag, own)]?.push(tag);
    return ranks.flat();
  }

  /** Whether a tag stays on its line when there is not room for all. */
  isFirst(raw: string, key: string): boolean {
    return identity.has(key) || this.#isPreferred(raw);
  }

  #add(tags: Tag[], raw: string, value: string, rules: KeyRules, hasService: boolean): void {
    // The same key with the same value loses nothing.
    if (valueOf(rules.computed, raw) === value) return;
    tags.push(tagOf(raw, wantedKey(raw, hasService), value, rules, this.#tally));
  }

  /** Wavefront lets the tags of a span repeat a key, and so does upstream where cleaning makes keys equal. */
  #countRepeated(tags: readonly Tag[]): void {
    const keys = new Set<string>();
    for (const { key, raw } of tags) {
      if (keys.has(key)) this.#tally.hit("key_repeated", raw);
      keys.add(key);
    }
  }

  #rankOf(tag: Tag, own: ReadonlyMap<string, string>): number {
    if (identity.has(tag.key)) return 0;
    if (this.#isPreferred(tag.raw)) return 1;
    return tag.claim === "computed" || own.has(tag.raw) ? 2 : 3;
  }
}

/** Upstream's renaming: `source` belongs to the line, and `service.name` is the service where `service` is not set. */
function wantedKey(raw: string, hasService: boolean): string {
  if (raw === "source") return "_source";
  if (raw === "service.name" && !hasService) return "service";
  return raw;
}

/** Only keys that were changed can meet another one. */
function isChanged({ raw, claim }: Tag): boolean {
  return claim === "changed" || (claim === "moved" && raw === "source");
}

function fallback(key: string, value: string): Tag {
  return { raw: key, key, value, claim: "own" };
}
