const maxSets = 256;
const sets = new Map<string, number>();
let lastSet = 0;

/** A number that stands for keys in their order. Of 256 sets; one that comes again later has another one, never that of others. */
export function keySetOf(keys: Iterable<string>): number {
  const text = JSON.stringify([...keys]);
  let set = sets.get(text);
  if (set === undefined) {
    if (sets.size >= maxSets) sets.clear();
    set = lastSet = (lastSet + 1) | 0;
    sets.set(text, set);
  }
  return set;
}
