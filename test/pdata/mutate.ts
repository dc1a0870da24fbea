import type { Random } from "../random.ts";

/** One small damage: a flipped bit, bytes cut off, put in, left out or overwritten. */
export function mutate(bytes: Uint8Array, random: Random): Uint8Array {
  const at = random.below(bytes.length + 1);
  switch (random.below(6)) {
    case 0:
      return bytes.slice(0, at);
    case 1:
      return splice(bytes, at, 0, random.bytes(1 + random.below(4)));
    case 2:
      return splice(bytes, at, 1 + random.below(4), new Uint8Array(0));
    case 3:
      return splice(bytes, at, 1, Uint8Array.of(random.pick([0, 0x7f, 0x80, 0xff, 0x0a, 0x12])));
    default: {
      const copy = bytes.slice();
      const index = Math.min(at, bytes.length - 1);
      if (index >= 0) copy[index] = (copy[index] ?? 0) ^ (1 << random.below(8));
      return copy;
    }
  }
}

function splice(bytes: Uint8Array, at: number, removed: number, inserted: Uint8Array): Uint8Array {
  return Uint8Array.of(...bytes.slice(0, at), ...inserted, ...bytes.slice(at + removed));
}
