import { ByteBuffer } from "./byte-buffer.ts";
import type { KeyCache } from "./key-cache.ts";
import { writeTag } from "./line-writer.ts";
import { Piece } from "./piece.ts";

const out = new ByteBuffer(4096);

/** Tags that many lines have in common, written once. */
export class TagSegment {
  /** As they stand on a line: ` "key"="value" "key"="value"`. */
  readonly line: Piece;
  /** The same for a line inside a JSON string, between single quotes where that needs no escape. */
  readonly json: Piece;
  readonly count: number;
  /** Offsets of the quotes in `line`. */
  readonly quotes: readonly number[];
  readonly #keys: readonly string[];
  #ids = new Int32Array(0);
  #generation = -1;

  constructor(tags: readonly (readonly [string, string])[]) {
    out.length = 0;
    for (const [key, value] of tags) writeTag(out, key, value);
    const line = out.take();
    this.line = new Piece(line);
    this.json = embedded(line);
    this.count = tags.length;
    this.quotes = [...line.keys()].filter((index) => line[index] === 0x22);
    this.#keys = tags.map(([key]) => key);
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

/**
 * Part of a line as it stands inside a JSON string. The line format takes single quotes as well, which JSON need not
 * escape, so plain text differs from the line in nothing but its quotes.
 */
export function embedded(line: Uint8Array): Piece {
  const text = new TextDecoder().decode(line);
  return new Piece(/['\\]|[^ -\uffff]/.test(text) ? JSON.stringify(text).slice(1, -1) : text.replaceAll('"', "'"));
}
