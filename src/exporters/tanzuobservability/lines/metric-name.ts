import { textOf, type MetricView } from "../../../pdata/views/index.ts";
import { ByteBuffer } from "./byte-buffer.ts";
import { cleanKey, cutText } from "./clean-text.ts";
import type { LineLimits } from "./limits.ts";
import { Piece } from "./piece.ts";
import { putPlainKey } from "./plain-text.ts";
import type { RuleTally } from "./rule-tally.ts";
import { copyWords } from "./words.ts";

const deltaSign = "∆";
const startsWithDelta = /^[∆Δ]/u;

const quote = 0x22;
const quotedDelta = new Piece(`"${deltaSign}`);

/** Writes metric names: in the characters that Wavefront allows, cut to its length, with a delta sign where one belongs. */
export class MetricNames {
  readonly #maxLength: number;
  readonly #tally: RuleTally;
  /** The name as it was written last, for the next line of the same metric. */
  readonly #last = new ByteBuffer(256);
  #isLastDelta = false;

  constructor(limits: LineLimits, tally: RuleTally) {
    this.#maxLength = limits.metricNameLength;
    this.#tally = tally;
  }

  /** Begins a metric. */
  begin(): void {
    this.#last.length = 0;
  }

  /** Writes the name in quotes. `suffix` is upstream's for the parts of a summary. */
  write(out: ByteBuffer, metric: MetricView, isDelta: boolean, suffix: string): void {
    const { bytes, nameStart, nameEnd } = metric;
    if (suffix === "" && nameEnd - nameStart < this.#maxLength) {
      const last = this.#last;
      if ((last.length > 0 && isDelta === this.#isLastDelta) || this.#readPlain(metric, isDelta)) {
        out.reserve(last.length);
        out.length = copyWords(out.view, out.length, last.view, 0, last.length);
        return;
      }
    }
    out.writeText(`"${this.#clean(textOf(bytes, nameStart, nameEnd), isDelta, suffix)}"`);
  }

  #readPlain({ bytes, nameStart, nameEnd }: MetricView, isDelta: boolean): boolean {
    const last = this.#last;
    last.length = 0;
    last.reserve(quotedDelta.length + nameEnd - nameStart + 1);
    last.bytes[0] = quote;
    const start = isDelta ? quotedDelta.put(last.view, 0) : 1;
    const end = putPlainKey(last.bytes, start, bytes, nameStart, nameEnd);
    if (end < 0) return false;
    last.bytes[end] = quote;
    last.length = end + 1;
    this.#isLastDelta = isDelta;
    return true;
  }

  #clean(raw: string, isDelta: boolean, suffix: string): string {
    const clean = cleanKey(raw, this.#tally);
    const name = isDelta && !startsWithDelta.test(clean) ? deltaSign + clean : clean;
    if (name.length + suffix.length <= this.#maxLength) return name + suffix;
    this.#tally.hit("name_too_long", raw);
    return cutText(name, this.#maxLength - suffix.length) + suffix;
  }
}

/** Whether a name says that its points are to be added up, which a proxy then wants to be above zero. */
export function isDeltaName(bytes: Uint8Array, start: number, end: number): boolean {
  // E2 88 86 is one delta sign, CE 94 the other; alone they are no sign.
  if (bytes[start] === 0xe2 && end - start > 3) return bytes[start + 1] === 0x88 && bytes[start + 2] === 0x86;
  return bytes[start] === 0xce && end - start > 2 && bytes[start + 1] === 0x94;
}

/** The name as it came, for a log line. */
export function metricName({ bytes, nameStart, nameEnd }: MetricView): string {
  return textOf(bytes, nameStart, nameEnd);
}
