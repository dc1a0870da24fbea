import { crc32 } from "node:zlib";

/** Texts are told apart by this many counters per level, as upstream; two texts may share one. */
const counterCount = 4096;

export interface SamplingOptions {
  readonly enabled: boolean;
  /** Length of a period, in ms. */
  readonly tick: number;
  /** Equal entries written in full per period. */
  readonly initial: number;
  /** Then every n-th of them; 0 is none. */
  readonly thereafter: number;
}

/**
 * Thins out entries of equal level and text (reference §11.2). A period begins with the first entry after the last one
 * has ended. Fixed memory: 48 KiB a level that is used.
 */
export class LogSampler {
  readonly #options: SamplingOptions;
  readonly #levels = new Map<string, { readonly counts: Uint32Array; readonly endsMs: Float64Array }>();

  constructor(options: SamplingOptions) {
    this.#options = options;
  }

  /** Counts an entry and answers whether to write it. `nowMs` is of a clock that never goes back. */
  passes(level: string, text: string | Uint8Array, nowMs: number): boolean {
    const { enabled, tick, initial, thereafter } = this.#options;
    if (!enabled) return true;
    const { counts, endsMs } = this.#countersOf(level);
    // All of the text counts, also of a long block; the checksum runs at several bytes per cycle.
    const slot = crc32(text) % counterCount;
    if (nowMs >= (endsMs[slot] as number)) {
      endsMs[slot] = nowMs + tick;
      counts[slot] = 0;
    }
    const count = (counts[slot] as number) + 1;
    counts[slot] = count;
    return count <= initial || (thereafter > 0 && (count - initial) % thereafter === 0);
  }

  #countersOf(level: string): { readonly counts: Uint32Array; readonly endsMs: Float64Array } {
    let counters = this.#levels.get(level);
    if (counters === undefined) {
      counters = { counts: new Uint32Array(counterCount), endsMs: new Float64Array(counterCount) };
      this.#levels.set(level, counters);
    }
    return counters;
  }
}
