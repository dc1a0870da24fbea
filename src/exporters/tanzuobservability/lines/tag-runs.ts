import { ByteBuffer } from "./byte-buffer.ts";
import type { WordHash } from "./word-hash.ts";
import { copyWords, equalWords } from "./words.ts";

const slotCount = 8192;
const maxRuns = 6144;
const maxBytes = 2 * 1024 * 1024;
/** Slots that are tried for a run. */
const tries = 4;

const slotCheck = 0;
const slotKeySet = 1;
const slotRunStart = 2;
const slotRunLength = 3;
const slotTextStart = 4;
const slotTextLength = 5;
const slotWidth = 6;

/** How many hashes of runs seen once are kept: several times as many as runs, so that they do not drive one another out. */
const seenCount = 32768;

/**
 * The attributes of points, as their bytes came, to tags as they stand on a line. A series comes again with every export,
 * so its tags are written once and then copied: finding them costs a quarter of writing them. A run of attributes is taken
 * in when it comes for the second time, so that those which never come again cost little.
 *
 * Holds 6144 runs or 2 MiB of them and their text; then it starts anew.
 */
export class TagRuns {
  readonly #slots = new Int32Array(slotCount * slotWidth).fill(-1);
  readonly #arena = new ByteBuffer(64 * 1024);
  readonly #seen = new Int32Array(seenCount);
  #count = 0;

  /** The place of a run beside common tags of these keys, or -1. `hash` is of the run. */
  find(from: DataView, start: number, end: number, hash: WordHash, keySet: number): number {
    // Words at the very end of the batch cannot be read whole.
    if (end + 3 > from.byteLength) return -1;
    const slots = this.#slots;
    for (let index = 0; index < tries; index++) {
      const slot = ((hash.first + index) & (slotCount - 1)) * slotWidth;
      if (slots[slot + slotRunLength] !== end - start) continue;
      if (slots[slot + slotCheck] !== hash.second || slots[slot + slotKeySet] !== keySet) continue;
      if (equalWords(this.#arena.view, slots[slot + slotRunStart] as number, from, start, end - start)) return slot;
    }
    return -1;
  }

  /** Writes the tags of the run at `slot`. */
  write(out: ByteBuffer, slot: number): void {
    const start = this.#slots[slot + slotTextStart] as number;
    const length = this.#slots[slot + slotTextLength] as number;
    out.reserve(length);
    out.length = copyWords(out.view, out.length, this.#arena.view, start, start + length);
  }

  /** Notes the tags of a run that was not found: what `out` holds from `textStart` on. Answers its place, or -1. */
  put(
    bytes: Uint8Array,
    start: number,
    end: number,
    hash: WordHash,
    keySet: number,
    out: ByteBuffer,
    textStart: number,
  ) {
    const seenAt = hash.first & (seenCount - 1);
    if (this.#seen[seenAt] !== hash.second) {
      this.#seen[seenAt] = hash.second;
      return -1;
    }
    const arena = this.#arena;
    if (this.#count >= maxRuns || arena.length + end - start + out.length - textStart > maxBytes) this.#clear();
    const slots = this.#slots;
    let slot = (hash.first & (slotCount - 1)) * slotWidth;
    for (let index = 0; index < tries; index++) {
      const free = ((hash.first + index) & (slotCount - 1)) * slotWidth;
      if (slots[free + slotRunLength] !== -1) continue;
      slot = free;
      break;
    }
    this.#count++;
    slots[slot + slotCheck] = hash.second;
    slots[slot + slotKeySet] = keySet;
    slots[slot + slotRunStart] = arena.length;
    slots[slot + slotRunLength] = end - start;
    arena.writeBytes(bytes.subarray(start, end));
    slots[slot + slotTextStart] = arena.length;
    slots[slot + slotTextLength] = out.length - textStart;
    arena.copyFrom(out, textStart, out.length);
    return slot;
  }

  #clear(): void {
    this.#slots.fill(-1);
    this.#arena.length = 0;
    this.#count = 0;
  }
}
