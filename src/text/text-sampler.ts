import { crc32 } from "node:zlib";

const tickMs = 1000;

export interface TextSamplerOptions {
  /** Equal texts that are written in a second. */
  readonly initial: number;
  /** Then every n-th; 1 is all, 0 is none. */
  readonly thereafter: number;
  /** Texts are told apart by this many counters; two texts may share one, as in upstream's logger. */
  readonly slotCount: number;
}

/**
 * Thins out equal texts: in each second the first `initial` pass, then every `thereafter`-th. A second begins with the
 * first text after the last one has ended. Memory is fixed: twelve bytes a slot, none where all pass.
 */
export class TextSampler {
  readonly #options: TextSamplerOptions;
  readonly #counts: Uint32Array;
  readonly #tickEnds: Float64Array;

  constructor(options: TextSamplerOptions) {
    this.#options = options;
    const slotCount = options.thereafter === 1 ? 0 : options.slotCount;
    this.#counts = new Uint32Array(slotCount);
    this.#tickEnds = new Float64Array(slotCount);
  }

  /** Counts a text and answers whether to write it. `nowMs` never goes back. */
  passes(text: Uint8Array, nowMs: number): boolean {
    const { initial, thereafter, slotCount } = this.#options;
    if (thereafter === 1) return true;
    const slot = slotCount === 1 ? 0 : crc32(text) % slotCount;
    if (nowMs >= (this.#tickEnds[slot] as number)) {
      this.#tickEnds[slot] = nowMs + tickMs;
      this.#counts[slot] = 0;
    }
    const count = (this.#counts[slot] as number) + 1;
    this.#counts[slot] = count;
    return count <= initial || (thereafter > 0 && (count - initial) % thereafter === 0);
  }
}
