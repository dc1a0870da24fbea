import { Cursor } from "../../wire/cursor.ts";
import { RangeList } from "./range-list.ts";

const noBytes = new Uint8Array(0);
const cursor = new Cursor(noBytes);

/** A `SummaryDataPoint`. `quantiles` are ranges of `ValueAtQuantile`, read with `quantileAt`. */
export class SummaryPointView {
  bytes: Uint8Array = noBytes;
  readonly attributes = new RangeList();
  readonly quantiles = new RangeList();
  startTimeLo = 0;
  startTimeHi = 0;
  timeLo = 0;
  timeHi = 0;
  countLo = 0;
  countHi = 0;
  sum = 0;
  flags = 0;
  /** Set by `quantileAt`. */
  quantile = 0;
  value = 0;

  at(bytes: Uint8Array, start: number, end: number): this {
    this.bytes = bytes;
    this.attributes.clear();
    this.quantiles.clear();
    this.startTimeLo = this.startTimeHi = this.timeLo = this.timeHi = 0;
    this.countLo = this.countHi = this.sum = this.flags = 0;
    cursor.reset(bytes, start, end);
    while (cursor.pos < end) this.#field(cursor.readTag());
    return this;
  }

  /** Puts the pair at `index` into `quantile` and `value`. */
  quantileAt(index: number): void {
    const end = this.quantiles.end(index);
    this.quantile = 0;
    this.value = 0;
    cursor.reset(this.bytes, this.quantiles.start(index), end);
    while (cursor.pos < end) {
      const tag = cursor.readTag();
      if (tag === 9) this.quantile = cursor.readDouble();
      else if (tag === 17) this.value = cursor.readDouble();
      else cursor.skip(tag);
    }
  }

  #field(tag: number): void {
    switch (tag) {
      case 17:
        cursor.readFixed64();
        this.startTimeLo = cursor.lo;
        this.startTimeHi = cursor.hi;
        return;
      case 25:
        cursor.readFixed64();
        this.timeLo = cursor.lo;
        this.timeHi = cursor.hi;
        return;
      case 33:
        cursor.readFixed64();
        this.countLo = cursor.lo;
        this.countHi = cursor.hi;
        return;
      case 41:
        this.sum = cursor.readDouble();
        return;
      case 64:
        this.flags = cursor.readVarint32();
        return;
      case 50:
      case 58: {
        const length = cursor.readLength();
        (tag === 58 ? this.attributes : this.quantiles).push(cursor.pos, cursor.pos + length);
        cursor.pos += length;
        return;
      }
      default:
        cursor.skip(tag);
    }
  }
}
