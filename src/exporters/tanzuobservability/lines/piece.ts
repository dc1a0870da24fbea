import { wordSlack } from "./byte-buffer.ts";
import { copyWords } from "./words.ts";

const encoder = new TextEncoder();

/** Constant text, laid out so that it can be copied by words. */
export class Piece {
  readonly length: number;
  readonly #view: DataView;

  constructor(text: string | Uint8Array) {
    const bytes = typeof text === "string" ? encoder.encode(text) : text;
    const padded = new Uint8Array(bytes.length + wordSlack);
    padded.set(bytes);
    this.#view = new DataView(padded.buffer);
    this.length = bytes.length;
  }

  /** As `put`, from byte `start` to byte `end` of it. */
  putRange(to: DataView, at: number, start: number, end: number): number {
    return copyWords(to, at, this.#view, start, end);
  }

  /** Writes it at `at`; answers the position behind. Needs room, and word slack behind. */
  put(to: DataView, at: number): number {
    return copyWords(to, at, this.#view, 0, this.length);
  }
}
