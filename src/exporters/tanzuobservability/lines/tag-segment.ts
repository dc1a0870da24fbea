import { ByteBuffer } from "./byte-buffer.ts";
import type { KeyCache } from "./key-cache.ts";
import { writeTag } from "./line-writer.ts";
import { Piece } from "./piece.ts";

const out = new ByteBuffer(4096);

/** Tags that many lines have in common, written once. */
export class TagSegment {
  /** As they stand on a line: ` "key"="value" "key"="value"`. */
  readonly line: Piece;
  /** Whether a line with it cannot be part of a JSON string just by changing its quotes. */
  readonly isEscaped: boolean;
  readonly count: number;
  /** Where each tag ends in `line`. */
  readonly #ends: Int32Array;
  readonly #keys: readonly string[];
  #ids = new Int32Array(0);
  #generation = -1;

  constructor(tags: readonly (readonly [string, string])[]) {
    out.length = 0;
    this.#ends = Int32Array.from(tags, ([key, value]) => {
      writeTag(out, key, value);
      return out.length;
    });
    this.line = new Piece(out.take());
    this.isEscaped = tags.some(([, value]) => needsEscape(value));
    this.count = tags.length;
    this.#keys = tags.map(([key]) => key);
  }

  /** Writes the first `count` tags at `at`; answers the position behind. */
  putFirst(to: DataView, at: number, count: number): number {
    return count === 0 ? at : this.line.putRange(to, at, 0, this.#ends[count - 1] as number);
  }

  /** Notes its keys as seen in the current item; `false` if one of them was seen before. */
  markIn(cache: KeyCache): boolean {
    if (this.#generation !== cache.generation) {
      this.#ids = Int32Array.from(this.#keys, (key) => cache.idOf(key));
      this.#generation = cache.generation;
    }
    const ids = this.#ids;
    let isNew = true;
    for (let index = 0; index < ids.length; index++) isNew = cache.see(ids[index] as number) && isNew;
    return isNew;
  }
}

/** Whether text means something else between single quotes, or in JSON. */
export function needsEscape(text: string): boolean {
  return /["'\\]|[^ -\uffff]/.test(text);
}
