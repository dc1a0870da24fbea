import { Secret } from "../component/secret.ts";

/**
 * Whether two decoded configurations mean the same: plain values, lists, objects, maps and secrets by their content. What
 * it cannot look into counts as another one, so that a reload rather exchanges a part too many.
 */
export function sameConfig(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return false;
  if (one instanceof Secret) return other instanceof Secret && one.reveal() === other.reveal();
  if (one instanceof Map) return other instanceof Map && sameEntries(one, other);
  if (Array.isArray(one)) {
    return Array.isArray(other) && one.length === other.length && one.every((item, at) => sameConfig(item, other[at]));
  }
  if (!isPlain(one) || !isPlain(other)) return false;
  return sameEntries(new Map(Object.entries(one)), new Map(Object.entries(other)));
}

/** The order of keys means nothing. */
function sameEntries(one: ReadonlyMap<unknown, unknown>, other: ReadonlyMap<unknown, unknown>): boolean {
  if (one.size !== other.size) return false;
  for (const [key, value] of one) if (!other.has(key) || !sameConfig(value, other.get(key))) return false;
  return true;
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
