import { Piece } from "./piece.ts";

/** What the field for the name of a log is called; other fields must not be. */
const nameField = "name";

/** Attributes as fields of a span log, written once: `,"key":"value"` for each. */
export class FieldSegment {
  /** Keys as they came. */
  readonly keys: readonly string[];
  /** Whether none of the keys has to give way to another field. */
  readonly isPlain: boolean;
  readonly #piece: Piece;
  /** Where each field begins, and where the last one ends. */
  readonly #starts: Int32Array;

  constructor(fields: readonly (readonly [key: string, value: string])[]) {
    const encoder = new TextEncoder();
    const parts = fields.map(([key, value]) => encoder.encode(`,${JSON.stringify(key)}:${JSON.stringify(value)}`));
    this.keys = fields.map(([key]) => key);
    this.isPlain = !this.keys.includes(nameField) && new Set(this.keys).size === this.keys.length;
    this.#starts = new Int32Array(parts.length + 1);
    let length = 0;
    for (const [index, part] of parts.entries()) this.#starts[index + 1] = length += part.length;
    const bytes = new Uint8Array(length);
    for (const [index, part] of parts.entries()) bytes.set(part, this.#starts[index]);
    this.#piece = new Piece(bytes);
  }

  /** Bytes of all fields. */
  get length(): number {
    return this.#piece.length;
  }

  /** Writes the fields from number `first` on at `at`; answers the position behind. Needs room for all. */
  putFrom(to: DataView, at: number, first: number): number {
    return this.#piece.putRange(to, at, this.#starts[first] as number, this.#piece.length);
  }
}
