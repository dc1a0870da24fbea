import type { MetricView } from "../../../pdata/views/index.ts";
import type { ByteBuffer } from "./byte-buffer.ts";
import { metricName } from "./metric-name.ts";
import { maxIntegerLength, putInteger } from "./number-text.ts";
import { Piece } from "./piece.ts";
import type { RuleTally } from "./rule-tally.ts";
import { secondsOf } from "./times.ts";

const secondsAhead = 24 * 3600;
const secondsBack = 365 * 24 * 3600;

/** Writes the timestamps of points in seconds. Those of one export are mostly alike, so the last one is kept. */
export class PointTime {
  readonly #tally: RuleTally;
  readonly #scratch = new Uint8Array(maxIntegerLength + 1);
  #lo = 0;
  #hi = 0;
  #text = new Piece("");
  #isDoubtful = false;
  #nowSeconds = 0;

  constructor(tally: RuleTally) {
    this.#tally = tally;
  }

  begin(nowMs: number): void {
    this.#nowSeconds = nowMs / 1000;
    this.#hi = this.#lo = 0;
    this.#text = new Piece("");
    this.#isDoubtful = false;
  }

  /** ` 1795176000`, or nothing for the time zero: a proxy then sets its own. */
  write(out: ByteBuffer, lo: number, hi: number, metric: MetricView): void {
    if (lo !== this.#lo || hi !== this.#hi) this.#read(lo, hi);
    if (this.#isDoubtful) this.#tally.hit("time_out_of_range", metricName(metric));
    out.reserve(this.#text.length);
    out.length = this.#text.put(out.view, out.length);
  }

  #read(lo: number, hi: number): void {
    this.#lo = lo;
    this.#hi = hi;
    const seconds = secondsOf(lo, hi);
    this.#scratch[0] = 0x20;
    const end = seconds === 0 ? 0 : putInteger(this.#scratch, 1, seconds);
    this.#text = new Piece(this.#scratch.slice(0, end));
    const age = this.#nowSeconds - seconds;
    this.#isDoubtful = seconds !== 0 && (age >= secondsBack || age <= -secondsAhead);
  }
}
