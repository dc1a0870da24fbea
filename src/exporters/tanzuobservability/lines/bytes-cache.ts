import type { RangeList } from "../../../pdata/views/index.ts";

const maxEntries = 128;
const maxBytes = 1024 * 1024;

interface Entry<T> {
  /** The ranges put end to end, and where each of them ends. */
  readonly parts: Uint8Array;
  readonly ends: Int32Array;
  readonly value: T;
}

/**
 * What was last made of the same bytes. Batches are many requests put end to end, each with its own copy of the resource:
 * comparing bytes is far cheaper than reading them anew. Holds 128 of them or 1 MiB of their bytes; the oldest goes first.
 * So many because a fleet of senders takes turns: with room for fewer than there are, none would ever be found.
 */
export class BytesCache<T> {
  /** By hash; one with the hash of another takes its place. */
  readonly #entries = new Map<number, Entry<T>>();
  /** Found last: a request often has the resource of the one before, which then needs no hash. */
  #last: Entry<T> | undefined;
  #byteCount = 0;

  find(bytes: Uint8Array, ranges: RangeList): T | undefined {
    if (this.#last !== undefined && isSame(this.#last, bytes, ranges)) return this.#last.value;
    const entry = this.#entries.get(hashOf(bytes, ranges));
    if (entry === undefined || !isSame(entry, bytes, ranges)) return undefined;
    this.#last = entry;
    return entry.value;
  }

  put(bytes: Uint8Array, ranges: RangeList, value: T): void {
    const ends = new Int32Array(ranges.length);
    let length = 0;
    for (let index = 0; index < ranges.length; index++) {
      length += ranges.end(index) - ranges.start(index);
      ends[index] = length;
    }
    const parts = new Uint8Array(length);
    for (let index = 0; index < ranges.length; index++) {
      parts.set(bytes.subarray(ranges.start(index), ranges.end(index)), index === 0 ? 0 : ends[index - 1]);
    }
    const hash = hashOf(bytes, ranges);
    this.#remove(hash);
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size < maxEntries && this.#byteCount + length <= maxBytes) break;
      this.#remove(oldest);
    }
    this.#last = { parts, ends, value };
    this.#entries.set(hash, this.#last);
    this.#byteCount += length;
  }

  #remove(hash: number): void {
    this.#byteCount -= this.#entries.get(hash)?.parts.length ?? 0;
    this.#entries.delete(hash);
  }
}

function isSame<T>({ parts, ends }: Entry<T>, bytes: Uint8Array, ranges: RangeList): boolean {
  if (ends.length !== ranges.length) return false;
  let at = 0;
  for (let index = 0; index < ends.length; index++) {
    const end = ranges.end(index);
    if (at + end - ranges.start(index) !== ends[index]) return false;
    for (let pos = ranges.start(index); pos < end; pos++) if (bytes[pos] !== parts[at++]) return false;
  }
  return true;
}

/** Of 31 bits, which V8 keeps without an object around it. */
function hashOf(bytes: Uint8Array, ranges: RangeList): number {
  let hash = ranges.length;
  for (let index = 0; index < ranges.length; index++) {
    const end = ranges.end(index);
    for (let pos = ranges.start(index); pos < end; pos++) hash = Math.imul(hash ^ (bytes[pos] as number), 0x01000193);
  }
  return hash >> 1;
}
