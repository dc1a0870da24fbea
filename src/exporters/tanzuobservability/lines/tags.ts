import { cleanKey, cutText } from "./clean-text.ts";
import type { RuleTally } from "./rule-tally.ts";

/** A tag on its way to a line, in strings: the careful way, for items that need a repair. */
export interface Tag {
  /** The attribute's key as it came; also the name under which a span log keeps what did not fit. */
  readonly raw: string;
  key: string;
  /** Value as it came. */
  readonly value: string;
  /** Who keeps the key when several tags end up with the same: the lowest. */
  readonly claim: Claim;
}

/** A tag that the exporter makes itself. */
export type ComputedTag = readonly [key: string, value: string];

/** `computed`: the exporter's own; `moved`: renamed as upstream does; `own`: nothing had to change. */
export type Claim = "computed" | "moved" | "own" | "changed";

const claims: readonly Claim[] = ["computed", "moved", "own", "changed"];

export interface KeyRules {
  /** Keys that mean something else in the line. */
  readonly reserved: ReadonlySet<string>;
  /** Tags whose keys are not to be had either. */
  readonly computed: readonly ComputedTag[];
  /** A key of digits would end the tags of a span. */
  readonly isNumericAllowed: boolean;
  readonly maxLength: number;
}

/** A tag from an attribute, its key made fit for a line. `wanted` is its key after renaming as upstream does. */
export function tagOf(raw: string, wanted: string, value: string, rules: KeyRules, tally: RuleTally): Tag {
  let key = cleanKey(wanted, tally);
  if (rules.reserved.has(key) || valueOf(rules.computed, key) !== undefined) {
    tally.hit("key_reserved", raw);
    key = `_${key}`;
  } else if (!rules.isNumericAllowed && isNumeric(key)) {
    tally.hit("key_numeric", raw);
    key = `_${key}`;
  }
  if (key.length > rules.maxLength) {
    tally.hit("key_too_long", raw);
    key = cutText(key, rules.maxLength);
  }
  return { raw, key, value, claim: wanted === raw ? (key === raw ? "own" : "changed") : "moved" };
}

/** Of the few tags with this key, the last one's value. */
export function valueOf(tags: readonly ComputedTag[], wanted: string): string | undefined {
  for (let index = tags.length - 1; index >= 0; index--) if (tags[index]?.[0] === wanted) return tags[index]?.[1];
  return undefined;
}

function isNumeric(key: string): boolean {
  const first = key.charCodeAt(0);
  return first >= 0x30 && first <= 0x39 && /^\d+$/.test(key);
}

/**
 * Makes equal keys differ: one tag keeps the key, the others get `_2`, `_3` and so on in the order of their raw keys, so
 * that the outcome does not depend on the order in which the attributes came.
 */
export function separateKeys(tags: readonly Tag[], maxLength: number, tally: RuleTally): void {
  if (new Set(tags.map(({ key }) => key)).size === tags.length) return;
  const taken = new Set<string>();
  const losers: Tag[] = [];
  for (const tag of tags.toSorted(byClaim)) {
    if (taken.has(tag.key)) losers.push(tag);
    else taken.add(tag.key);
  }
  const numbers = new Map<string, number>();
  for (const tag of losers) {
    tally.hit("key_collision", tag.raw);
    tag.key = freeKey(tag.key, taken, numbers, maxLength);
    taken.add(tag.key);
  }
}

function byClaim(a: Tag, b: Tag): number {
  return claims.indexOf(a.claim) - claims.indexOf(b.claim) || (a.raw < b.raw ? -1 : a.raw > b.raw ? 1 : 0);
}

/** `numbers` remembers where each key's count stands: thousands of equal keys must not cost their square. */
function freeKey(key: string, taken: ReadonlySet<string>, numbers: Map<string, number>, maxLength: number): string {
  for (let number = numbers.get(key) ?? 2; ; number++) {
    const suffix = `_${number}`;
    const candidate = cutText(key, maxLength - suffix.length) + suffix;
    if (taken.has(candidate)) continue;
    numbers.set(key, number + 1);
    return candidate;
  }
}
