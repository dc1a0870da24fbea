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
 * Holds 6144 runs or 2 MiB of them and their text (the last one may go beyond); then it starts anew.
 */
export class TagRuns {
  readonly #slots = new Int32Array(slotCount * slotWidth).fill(-1);
  readonly #arena = new ByteBuffer(64 * 1024);
  readonly #seen = new Int32Array(seenCount);
  readonly #dags: (string | undefined)[] = Array.from({ length: slotCount });
  #count = 0;

  /** The place of a run beside the attributes of a resource with these keys, or -1. `hash` is of the run. */
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

  /** The DAG among the attributes of the run at `slot`. */
  dagAt(slot: number): string | undefined {
    return this.#dags[slot / slotWidth];
  }

  /** Writes the tags of the run at `slot`. */
  write(out: ByteBuffer, slot: number): void {
    const start = this.#slots[slot + slotTextStart] as number;
    const length = this.#slots[slot + slotTextLength] as number;
    out.reserve(length);
    out.length = copyWords(out.view, out.length, this.#arena.view, start, start + length);
  }

  /** Takes in a run that was not found, if it came before. Answers its place, for `setText`, or -1. */
  add(bytes: Uint8Array, start: number, end: number, hash: WordHash, keySet: number): number {
    const seenAt = hash.first & (seenCount - 1);
    if (this.#seen[seenAt] !== hash.second) {
      this.#seen[seenAt] = hash.second;
      return -1;
    }
    const arena = this.#arena;
    if (this.#count >= maxRuns || arena.length > maxBytes) this.#clear();
    this.#count++;
    const slots = this.#slots;
    const slot = this.#placeFor(hash);
    slots[slot + slotCheck] = hash.second;
    slots[slot + slotKeySet] = keySet;
    slots[slot + slotRunStart] = arena.length;
    slots[slot + slotRunLength] = end - start;
    arena.writeBytes(bytes.subarray(start, end));
    return slot;
  }

  /** A free place, or the first one, whose run then goes. */
  #placeFor(hash: WordHash): number {
    for (let index = 0; index < tries; index++) {
      const slot = ((hash.first + index) & (slotCount - 1)) * slotWidth;
      if (this.#slots[slot + slotRunLength] === -1) return slot;
    }
    return (hash.first & (slotCount - 1)) * slotWidth;
  }

  /** Notes the tags of the run at `slot`, from `start` to `end` of `from`, and the DAG among them. */
  setText(slot: number, from: ByteBuffer, start: number, end: number, dag: string | undefined): void {
    this.#slots[slot + slotTextStart] = this.#arena.length;
    this.#slots[slot + slotTextLength] = end - start;
    this.#arena.copyFrom(from, start, end);
    this.#dags[slot / slotWidth] = dag;
  }

  #clear(): void {
    this.#slots.fill(-1);
    this.#arena.length = 0;
    this.#count = 0;
  }
}
