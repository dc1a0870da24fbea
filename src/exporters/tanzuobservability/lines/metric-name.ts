import { textOf, type MetricView } from "../../../pdata/views/index.ts";
import type { ByteBuffer } from "./byte-buffer.ts";
import { cleanKey, cutText } from "./clean-text.ts";
import { KeyCache } from "./key-cache.ts";
import type { LineLimits } from "./limits.ts";
import { plainKey } from "./plain-text.ts";
import type { RuleTally } from "./rule-tally.ts";

const deltaSign = "∆";
const startsWithDelta = /^[∆Δ]/u;

/** Writes metric names: in the characters that Wavefront allows, cut to its length, with a delta sign where one belongs. */
export class MetricNames {
  readonly #maxLength: number;
  readonly #tally: RuleTally;
  readonly #plain = new KeyCache('"', '"', plainKey);
  readonly #delta = new KeyCache(`"${deltaSign}`, '"', plainKey);

  constructor(limits: LineLimits, tally: RuleTally) {
    this.#maxLength = limits.metricNameLength;
    this.#tally = tally;
  }

  /** Writes the name in quotes. `suffix` is upstream's for the parts of a summary. */
  write(out: ByteBuffer, metric: MetricView, from: DataView, isDelta: boolean, suffix: string): void {
    const { bytes, nameStart, nameEnd } = metric;
    out.reserve(nameEnd - nameStart + 8);
    if (suffix === "" && nameEnd - nameStart < this.#maxLength) {
      const cache = isDelta ? this.#delta : this.#plain;
      cache.nextItem();
      const at = cache.put(out.view, out.length, bytes, from, nameStart, nameEnd);
      if (at >= 0) {
        out.length = at;
        return;
      }
    }
    out.writeText(`"${this.#clean(textOf(bytes, nameStart, nameEnd), isDelta, suffix)}"`);
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
