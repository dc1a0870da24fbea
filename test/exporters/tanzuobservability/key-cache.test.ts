import t from "tap";
import { ByteBuffer } from "../../../src/exporters/tanzuobservability/lines/byte-buffer.ts";
import { KeyCache } from "../../../src/exporters/tanzuobservability/lines/key-cache.ts";
import { plainKey } from "../../../src/exporters/tanzuobservability/lines/plain-text.ts";
import {
  copyPlainWords,
  copyRequoted,
  copyWords,
  equalWords,
} from "../../../src/exporters/tanzuobservability/lines/words.ts";
import { Random } from "../../random.ts";

/** A key among other bytes, as in a batch. */
function keyBytes(key: string): { bytes: Uint8Array; view: DataView; start: number; end: number } {
  const encoded = new TextEncoder().encode(key);
  const bytes = new Uint8Array(encoded.length + 8).fill(0x2a);
  bytes.set(encoded, 3);
  return { bytes, view: new DataView(bytes.buffer), start: 3, end: 3 + encoded.length };
}

function put(cache: KeyCache, key: string): string | undefined {
  const out = new ByteBuffer(400);
  const { bytes, view, start, end } = keyBytes(key);
  const at = cache.put(out.view, 0, bytes, view, start, end);
  return at < 0 ? undefined : new TextDecoder().decode(out.bytes.subarray(0, at));
}

t.test("KeyCache writes cleaned keys, and leaves others to the careful way", async (t) => {
  const cache = new KeyCache(' "', '"="', plainKey);
  for (const [key, text] of [
    ["a", ' "a"="'],
    ["http.method", ' "http.method"="'],
    ["TASK run id", ' "TASK-run-id"="'],
    ["größe", ' "gr----e"="'],
    ["∆x", undefined],
    ["~x", undefined],
    ["1a", undefined],
    ["", undefined],
    ["x".repeat(300), undefined],
  ] as const) {
    cache.nextItem();
    t.equal(put(cache, key), text, key);
    cache.nextItem();
    t.equal(put(cache, key), text, `${key} again`);
  }
});

t.test("KeyCache tells keys that are the same once written, within one item", async (t) => {
  const cache = new KeyCache('"', '"', plainKey);
  cache.nextItem();
  t.equal(put(cache, "a b"), '"a-b"');
  t.equal(put(cache, "a:b"), undefined);
  t.equal(put(cache, "a-b"), undefined);
  t.equal(cache.see(cache.idOf("a-b")), false);
  cache.nextItem();
  t.equal(cache.see(cache.idOf("a-b")), true);
  t.equal(put(cache, "a:b"), undefined);
});

t.test("KeyCache stays right and bounded under keys that never come again", async (t) => {
  const cache = new KeyCache('"', '"', plainKey);
  const random = new Random(21);
  for (let round = 0; round < 20_000; round++) {
    cache.nextItem();
    const key = `k.${random.below(5000)}.${"x".repeat(random.below(40))}`;
    if (put(cache, key) !== `"${key}"`) t.fail(key);
    if (put(cache, "always") !== '"always"') t.fail("always");
  }
  t.ok(cache.generation > 5);
});

t.test("word loops copy, compare and find what byte loops would", async (t) => {
  const random = new Random(23);
  const special = new Set([0x22, 0x27, 0x5c, ...Array.from({ length: 0x20 }, (_, code) => code)]);
  for (let round = 0; round < 20_000; round++) {
    const length = random.below(20);
    const bytes = random.bytes(length + 10);
    if (random.chance(70)) for (let pos = 2; pos < 2 + length; pos++) bytes[pos] = 0x23 + random.below(220);
    // Quotes and their neighbours, where an inexact test would see one too many.
    else if (random.chance(50)) for (let pos = 2; pos < 2 + length; pos++) bytes[pos] = 0x20 + random.below(9);
    const view = new DataView(bytes.buffer);
    const target = new Uint8Array(32);
    const targetView = new DataView(target.buffer);
    const text = bytes.subarray(2, 2 + length);
    const end = copyPlainWords(targetView, 1, view, 2, 2 + length);
    const isPlain = !text.some((byte) => special.has(byte));
    // A borrow may mark more than there is, never less.
    if (end >= 0 !== isPlain) t.fail(`marks of ${text.join()}`);
    if (copyWords(targetView, 1, view, 2, 2 + length) !== 1 + length) t.fail("end");
    if (text.join() !== target.subarray(1, 1 + length).join()) t.fail("copy");
    if (!equalWords(view, 2, targetView, 1, length)) t.fail("equal");
    const requoted = new Uint8Array(32);
    if (copyRequoted(new DataView(requoted.buffer), 1, view, 2, 2 + length) !== 1 + length) t.fail("requoted end");
    const expected = text.map((byte) => (byte === 0x22 ? 0x27 : byte));
    if (expected.join() !== requoted.subarray(1, 1 + length).join()) t.fail(`requoted ${text.join()}`);
    const at = random.below(Math.max(1, length));
    target[1 + at] = (target[1 + at] as number) ^ 1;
    if (length > 0 && equalWords(view, 2, targetView, 1, length)) t.fail("different");
  }
});
