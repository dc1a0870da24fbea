import type { LineLimits } from "./limits.ts";
import type { RuleTally } from "./rule-tally.ts";
import { tagOf, type KeyRules, type Tag } from "./tags.ts";

/** Keys that the span format gives a meaning of its own. */
export const formatKeys = ["host", "traceId", "spanId", "parent", "followsFrom", "_spanLogs"];

const defaultApplication = "defaultApp";
const defaultService = "defaultService";

/** Ranked first when there are too many tags: what names the service, and what the user interface needs. */
const identity: ReadonlySet<string> = new Set(["application", "service", "cluster", "shard", "span.kind", "error"]);

export interface SpanTagSources {
  /** The span's own attributes; of equal keys they win over the resource's. */
  readonly own: ReadonlyMap<string, string>;
  /** Attributes of the resource without the one that became the source. */
  readonly resource: ReadonlyMap<string, string>;
  /** The exporter's own: `span.kind`, `error`, scope and so on. They win over attributes, which get another key. */
  readonly computed: readonly (readonly [string, string])[];
}

/**
 * The tags of a span by rank: identity, the keys that the user ranks first, then what describes the span, then its
 * resource. Keys are clean; values are still as they came.
 */
export class SpanTags {
  readonly #limits: LineLimits;
  readonly #tally: RuleTally;
  readonly #isPreferred: (key: string) => boolean;

  constructor(limits: LineLimits, tally: RuleTally, isPreferred: (key: string) => boolean) {
    this.#limits = limits;
    this.#tally = tally;
    this.#isPreferred = isPreferred;
  }

  resolve({ own, resource, computed }: SpanTagSources): Tag[] {
    const attributes = merge(own, resource);
    const computedByKey = new Map(computed);
    const rules: KeyRules = {
      reserved: new Set([...formatKeys, ...computedByKey.keys()]),
      isNumericAllowed: false,
      maxLength: this.#limits.spanKeyLength,
    };
    const tags: Tag[] = computed.map(([key, value]) => ({ raw: key, key, value, claim: "computed" }));
    for (const [raw, value] of attributes) {
      // The same key with the same value loses nothing.
      if (computedByKey.get(raw) === value) continue;
      tags.push(tagOf(raw, wantedKey(raw, attributes), value, rules, this.#tally));
    }
    if (!attributes.has("service") && !attributes.has("service.name")) tags.push(fallback("service", defaultService));
    if (!attributes.has("application")) tags.push(fallback("application", defaultApplication));
    this.#countRepeated(tags);
    return this.#rank(tags, own);
  }

  /** Wavefront lets the tags of a span repeat a key, and so does upstream where cleaning makes keys equal. */
  #countRepeated(tags: readonly Tag[]): void {
    const keys = new Set<string>();
    for (const { key, raw } of tags) {
      if (keys.has(key)) this.#tally.hit("key_repeated", raw);
      keys.add(key);
    }
  }

  #rank(tags: readonly Tag[], own: ReadonlyMap<string, string>): Tag[] {
    const ranks: Tag[][] = [[], [], [], []];
    for (const tag of tags) ranks[this.#rankOf(tag, own)]?.push(tag);
    return ranks.flat();
  }

  #rankOf(tag: Tag, own: ReadonlyMap<string, string>): number {
    if (identity.has(tag.key)) return 0;
    if (this.#isPreferred(tag.raw)) return 1;
    return tag.claim === "computed" || own.has(tag.raw) ? 2 : 3;
  }
}

function merge(own: ReadonlyMap<string, string>, resource: ReadonlyMap<string, string>): Map<string, string> {
  const merged = new Map(own);
  for (const [key, value] of resource) if (!merged.has(key)) merged.set(key, value);
  return merged;
}

/** Upstream's renaming: `source` belongs to the line, and `service.name` is the service where `service` is not set. */
function wantedKey(raw: string, attributes: ReadonlyMap<string, string>): string {
  if (raw === "source") return "_source";
  if (raw === "service.name" && !attributes.has("service")) return "service";
  return raw;
}

function fallback(key: string, value: string): Tag {
  return { raw: key, key, value, claim: "own" };
}
