import { cleanValue } from "./clean-text.ts";
import type { LineLimits } from "./limits.ts";
import type { RuleTally } from "./rule-tally.ts";
import { separateKeys, tagOf, type KeyRules, type Tag } from "./tags.ts";

/** A tag that a line of its own adds: the bound of a bucket, the quantile of a summary. */
export type ExtraKey = "" | "le" | "quantile";

/** Resource attributes that identify a service. */
export const identityKeys = ["application", "service.name", "service", "shard", "cluster"];

/** Ranked first when there are too many tags. */
const identity: ReadonlySet<string> = new Set(["application", "service", "cluster", "shard"]);

const noKeys: ReadonlySet<string> = new Set();

export interface CarefulPointOptions {
  readonly limits: LineLimits;
  readonly tally: RuleTally;
  readonly isPreferred: (key: string) => boolean;
  /** Whether `resource` holds all attributes of the resource, and not only its identity. */
  readonly isResourceIncluded: boolean;
}

/** Resolves the tags of a point in strings: the way for attributes that `PlainTags` does not take. */
export class CarefulPointTags {
  readonly #options: CarefulPointOptions;

  constructor(options: CarefulPointOptions) {
    this.#options = options;
  }

  /** Clean keys that differ, clean values, at most as many as fit beside the extra tag. */
  resolve(
    own: ReadonlyMap<string, string>,
    resource: ReadonlyMap<string, string>,
    extraKey: ExtraKey,
  ): readonly (readonly [string, string])[] {
    const { limits, tally } = this.#options;
    const attributes = this.#merge(own, resource);
    const rules: KeyRules = {
      reserved: noKeys,
      computed: [],
      isNumericAllowed: true,
      maxLength: limits.pointKeyLength,
    };
    const tags: Tag[] = [];
    for (const [raw, value] of attributes) {
      tags.push(tagOf(raw, wantedKey(raw, attributes, extraKey), value, rules, tally));
    }
    separateKeys(tags, limits.pointKeyLength, tally);
    return this.#fit(tags, own, extraKey === "" ? 0 : 1).map((tag) => this.#clean(tag));
  }

  /**
   * The attributes of a point win over those of its resource. One exception, as upstream has it: `service.name` of the
   * resource is its identity, unless all resource attributes are wanted as tags.
   */
  #merge(own: ReadonlyMap<string, string>, resource: ReadonlyMap<string, string>): Map<string, string> {
    const merged = new Map(own);
    for (const [key, value] of resource) {
      const ownValue = own.get(key);
      if (ownValue !== undefined && (this.#options.isResourceIncluded || key !== "service.name")) continue;
      if (ownValue !== undefined && ownValue !== value) this.#options.tally.hit("point_tag_overridden", key);
      merged.set(key, value);
    }
    return merged;
  }

  #fit(tags: readonly Tag[], own: ReadonlyMap<string, string>, taken: number): readonly Tag[] {
    const room = this.#options.limits.pointTags - taken;
    if (tags.length <= room) return tags;
    const ranks: Tag[][] = [[], [], [], []];
    for (const tag of tags) ranks[this.#rankOf(tag, own)]?.push(tag);
    const ranked = ranks.flat();
    for (const tag of ranked.slice(room)) this.#options.tally.hit("too_many_tags", tag.raw);
    return ranked.slice(0, room);
  }

  #rankOf(tag: Tag, own: ReadonlyMap<string, string>): number {
    if (identity.has(tag.key)) return 0;
    if (this.#options.isPreferred(tag.raw)) return 1;
    return own.has(tag.raw) ? 2 : 3;
  }

  #clean({ raw, key, value }: Tag): readonly [string, string] {
    const { limits, tally } = this.#options;
    const clean = cleanValue(value, limits.pointTagLength - key.length, tally, raw);
    if (clean.isCut) tally.hit("value_too_long", raw);
    return [key, clean.value];
  }
}

/** Renaming as upstream does; and `host` and `tag`, which the decoder would move itself. */
function wantedKey(raw: string, attributes: ReadonlyMap<string, string>, extraKey: ExtraKey): string {
  if (raw === "source" || raw === "host" || raw === "tag" || (raw === extraKey && extraKey !== "")) return `_${raw}`;
  if (raw === "service.name" && !attributes.has("service")) return "service";
  return raw;
}
