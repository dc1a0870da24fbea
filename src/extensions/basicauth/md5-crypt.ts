import { createHash } from "node:crypto";

/**
 * The 22 letters after the salt of an MD5-crypt hash. `magic` is `$apr1$` (Apache) or `$1$` (crypt). The salt is cut to 8
 * letters, as everybody does.
 */
export function md5Crypt(password: string, salt: string, magic: string): string {
  const key = Buffer.from(password, "utf8");
  const seed = Buffer.from(salt.slice(0, 8), "latin1");
  const inner = md5(key, seed, key);
  const start = createHash("md5").update(key).update(magic).update(seed);
  for (let left = key.length; left > 0; left -= 16) start.update(inner.subarray(0, Math.min(16, left)));
  // A quirk of the first implementation that is part of the format: a zero byte or the key's first byte for each bit.
  for (let bits = key.length; bits > 0; bits >>= 1) start.update((bits & 1) === 1 ? zero : key.subarray(0, 1));
  let digest = start.digest();
  for (let round = 0; round < 1000; round++) {
    const isOdd = (round & 1) === 1;
    const hash = createHash("md5").update(isOdd ? key : digest);
    if (round % 3 !== 0) hash.update(seed);
    if (round % 7 !== 0) hash.update(key);
    digest = hash.update(isOdd ? digest : key).digest();
  }
  return lettersOf(digest);
}

const zero = Buffer.alloc(1);
const alphabet = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/** Which bytes make each group of four letters, highest first. */
const groups = [
  [0, 6, 12],
  [1, 7, 13],
  [2, 8, 14],
  [3, 9, 15],
  [4, 10, 5],
] as const;

function lettersOf(digest: Buffer): string {
  let text = "";
  for (const [high, middle, low] of groups) {
    text += letters((digest.readUInt8(high) << 16) | (digest.readUInt8(middle) << 8) | digest.readUInt8(low), 4);
  }
  return text + letters(digest.readUInt8(11), 2);
}

function letters(bits: number, count: number): string {
  let text = "";
  for (let index = 0; index < count; index++) text += alphabet.charAt((bits >> (6 * index)) & 63);
  return text;
}

function md5(...parts: readonly Buffer[]): Buffer {
  const hash = createHash("md5");
  for (const part of parts) hash.update(part);
  return hash.digest();
}
