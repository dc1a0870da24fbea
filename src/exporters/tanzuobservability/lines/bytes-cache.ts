import type { RangeList } from "../../../pdata/views/index.ts";

const capacity = 16;

interface Entry<T> {
  /** The ranges put end to end, and where each of them ends. */
  readonly parts: Uint8Array;
  readonly ends: Int32Array;
  readonly value: T;
}

/**
 * What was last made of the same bytes. Batches are many requests put end to end, each with its own copy of the resource:
 * comparing bytes is far cheaper than reading them anew. Holds the 16 most recent.
 */
export class BytesCache<T> {
  readonly #entries: Entry<T>[] = [];

  find(bytes: Uint8Array, ranges: RangeList): T | undefined {
    for (let index = this.#entries.length - 1; index >= 0; index--) {
      const entry = this.#entries[index] as Entry<T>;
      if (!isSame(entry, bytes, ranges)) continue;
      if (index < this.#entries.length - 1) {
        this.#entries.splice(index, 1);
        this.#entries.push(entry);
      }
      return entry.value;
    }
    return undefined;
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
    if (this.#entries.length >= capacity) this.#entries.shift();
    this.#entries.push({ parts, ends, value });
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
