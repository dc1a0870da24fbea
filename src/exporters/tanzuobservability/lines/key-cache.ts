import { ByteBuffer } from "./byte-buffer.ts";
import { copyWords, equalWords } from "./words.ts";

const slotCount = 1024;
/** Slots that are tried for a key before the first of them is taken over. */
const tries = 4;
const arenaBytes = 64 * 1024;
const maxKeyLength = 255;
/** A power of two. */
const expectedKeys = 64;

const slotKeyStart = 0;
const slotKeyLength = 1;
const slotTextStart = 2;
const slotTextLength = 3;
const slotId = 4;
const slotFirst = 5;
const slotWidth = 6;

/** Text of a key as it stands in the output, or `undefined` for keys that need care. */
export type KeyText = (bytes: Uint8Array, start: number, end: number) => string | undefined;

/** Whether a key, with its text, stays where others have to go. */
export type KeyRank = (bytes: Uint8Array, start: number, end: number, text: string) => boolean;

/**
 * Keys as they came to keys as they are written, with their quotes. Attribute keys are few and come again with every
 * item, so cleaning one is worth remembering. Also tells whether two keys of one item are the same once written: every
 * written key has a number, and each number notes the item in which it was seen last.
 *
 * Holds 1024 keys or 64 KiB of text; then it starts anew.
 */
export class KeyCache {
  readonly #text: KeyText;
  readonly #isFirst: KeyRank;
  readonly #prefix: string;
  readonly #suffix: string;
  readonly #slots = new Int32Array(slotCount * slotWidth).fill(-1);
  readonly #arena = new ByteBuffer(arenaBytes);
  readonly #ids = new Map<string, number>();
  readonly #lastSeen = new Float64Array(slotCount);
  /** The slots of the keys of the last item, in their order: the next item mostly has the same ones. */
  readonly #expected = new Int32Array(expectedKeys);
  #order = 0;
  #item = 1;
  /** Whether the key written last ranks first. */
  isFirst = false;
  /** Changes when numbers lose their meaning. */
  generation = 0;

  /** A key `k` is written as `prefix + text(k) + suffix`. */
  constructor(prefix: string, suffix: string, text: KeyText, isFirst: KeyRank = () => false) {
    this.#prefix = prefix;
    this.#suffix = suffix;
    this.#text = text;
    this.#isFirst = isFirst;
  }

  /** Begins an item: no key is seen. */
  nextItem(): void {
    this.#item++;
    this.#order = 0;
    if (this.#ids.size > slotCount / 2 || this.#arena.length > arenaBytes / 2) this.#reset();
  }

  /** Notes a written key that the caller writes itself; `false` if it was seen in this item. */
  see(id: number): boolean {
    if (this.#lastSeen[id] === this.#item) return false;
    this.#lastSeen[id] = this.#item;
    return true;
  }

  /** The number of a written key; valid while `generation` stays. */
  idOf(text: string): number {
    let id = this.#ids.get(text);
    if (id === undefined) {
      id = this.#ids.size;
      this.#ids.set(text, id);
    }
    return id;
  }

  /** Writes the key at `at`: the position behind, or -1 if it needs care or was seen in this item. Needs room. */
  put(to: DataView, at: number, bytes: Uint8Array, from: DataView, start: number, end: number): number {
    const length = end - start;
    // Words at the very end of the batch cannot be read whole.
    if (length === 0 || length > maxKeyLength || end + 3 > from.byteLength) return -1;
    const slot = this.#slotOf(bytes, from, start, length);
    const id = this.#slots[slot + slotId] as number;
    if (id < 0 || this.#lastSeen[id] === this.#item) return -1;
    this.#lastSeen[id] = this.#item;
    this.isFirst = this.#slots[slot + slotFirst] === 1;
    const textStart = this.#slots[slot + slotTextStart] as number;
    return copyWords(to, at, this.#arena.view, textStart, textStart + (this.#slots[slot + slotTextLength] as number));
  }

  #slotOf(bytes: Uint8Array, from: DataView, start: number, length: number): number {
    const order = this.#order++ & (expectedKeys - 1);
    const expected = this.#expected[order] as number;
    const slots = this.#slots;
    if (
      slots[expected + slotKeyLength] === length &&
      equalWords(this.#arena.view, slots[expected + slotKeyStart] as number, from, start, length)
    ) {
      return expected;
    }
    return (this.#expected[order] = this.#find(bytes, from, start, length));
  }

  /** Whether the key ranks first; `undefined` if it needs care. It does not count as seen. */
  ranksFirst(bytes: Uint8Array, from: DataView, start: number, end: number): boolean | undefined {
    const length = end - start;
    if (length === 0 || length > maxKeyLength || end + 3 > from.byteLength) return undefined;
    const slot = this.#find(bytes, from, start, length);
    return (this.#slots[slot + slotId] as number) < 0 ? undefined : this.#slots[slot + slotFirst] === 1;
  }

  #find(bytes: Uint8Array, from: DataView, start: number, length: number): number {
    const slots = this.#slots;
    const first = firstSlot(from, start, length);
    for (let index = 0; index < tries; index++) {
      const slot = ((first + index) & (slotCount - 1)) * slotWidth;
      const found = slots[slot + slotKeyLength];
      if (found === -1) return this.#fill(slot, bytes, start, length);
      if (found !== length) continue;
      if (equalWords(this.#arena.view, slots[slot + slotKeyStart] as number, from, start, length)) return slot;
    }
    return this.#fill(first * slotWidth, bytes, start, length);
  }

  #fill(slot: number, bytes: Uint8Array, start: number, length: number): number {
    const arena = this.#arena;
    const slots = this.#slots;
    slots[slot + slotKeyStart] = arena.length;
    slots[slot + slotKeyLength] = length;
    arena.writeBytes(bytes.subarray(start, start + length));
    const text = this.#text(bytes, start, start + length);
    slots[slot + slotTextStart] = arena.length;
    if (text !== undefined) arena.writeText(this.#prefix + text + this.#suffix);
    slots[slot + slotTextLength] = arena.length - (slots[slot + slotTextStart] as number);
    slots[slot + slotId] = text === undefined || this.#ids.size >= slotCount ? -2 : this.idOf(text);
    slots[slot + slotFirst] = text !== undefined && this.#isFirst(bytes, start, start + length, text) ? 1 : 0;
    return slot;
  }

  #reset(): void {
    this.#slots.fill(-1);
    this.#arena.length = 0;
    this.#ids.clear();
    this.#lastSeen.fill(0);
    this.generation++;
  }
}

/** Keys differ in their ends more than in their middle. */
function firstSlot(from: DataView, start: number, length: number): number {
  const head = from.getInt32(start, true);
  const tail = length >= 4 ? from.getInt32(start + length - 4, true) : 0;
  const mask = length >= 4 ? -1 : ~(-1 << (length * 8));
  const hash = Math.imul(head & mask, 0x9e3779b1) ^ Math.imul(tail, 0x85ebca6b) ^ Math.imul(length, 0xc2b2ae35);
  return (hash ^ (hash >>> 15)) & (slotCount - 1);
}
