import { Cursor } from "../../wire/cursor.ts";
import { DoubleList, Uint64List } from "./number-lists.ts";
import { RangeList } from "./range-list.ts";

const noBytes = new Uint8Array(0);
const cursor = new Cursor(noBytes);

/** A `HistogramDataPoint`. `hasSum`, `hasMin` and `hasMax` tell a missing value from 0. */
export class HistogramPointView {
  bytes: Uint8Array = noBytes;
  readonly attributes = new RangeList();
  readonly exemplars = new RangeList();
  startTimeLo = 0;
  startTimeHi = 0;
  timeLo = 0;
  timeHi = 0;
  countLo = 0;
  countHi = 0;
  hasSum = false;
  sum = 0;
  hasMin = false;
  min = 0;
  hasMax = false;
  max = 0;
  flags = 0;
  readonly bucketCounts = new Uint64List();
  readonly explicitBounds = new DoubleList();

  at(bytes: Uint8Array, start: number, end: number): this {
    this.bytes = bytes;
    this.attributes.clear();
    this.exemplars.clear();
    this.startTimeLo = this.startTimeHi = this.timeLo = this.timeHi = 0;
    this.countLo = this.countHi = this.flags = 0;
    this.hasSum = this.hasMin = this.hasMax = false;
    this.sum = this.min = this.max = 0;
    this.bucketCounts.clear();
    this.explicitBounds.clear();
    cursor.reset(bytes, start, end);
    while (cursor.pos < end) {
      const tag = cursor.readTag();
      if ((tag & 7) === 2) {
        const length = cursor.readLength();
        const from = cursor.pos;
        const to = (cursor.pos += length);
        this.#delimited(tag >>> 3, from, to);
      } else this.#scalar(tag);
    }
    return this;
  }

  #delimited(fieldNumber: number, from: number, to: number): void {
    if (fieldNumber === 9) this.attributes.push(from, to);
    else if (fieldNumber === 8) this.exemplars.push(from, to);
    else if (fieldNumber === 6) this.bucketCounts.addFixed64(this.bytes, from, to);
    else if (fieldNumber === 7) this.explicitBounds.addDoubles(this.bytes, from, to);
  }

  #scalar(tag: number): void {
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
        this.hasSum = true;
        this.sum = cursor.readDouble();
        return;
      case 49: // bucket_counts, not packed
        cursor.readFixed64();
        this.bucketCounts.push(cursor.lo, cursor.hi);
        return;
      case 57: // explicit_bounds, not packed
        this.explicitBounds.addDoubles(this.bytes, cursor.pos, cursor.pos + 8);
        cursor.advance(8);
        return;
      case 80:
        this.flags = cursor.readVarint32();
        return;
      case 89:
        this.hasMin = true;
        this.min = cursor.readDouble();
        return;
      case 97:
        this.hasMax = true;
        this.max = cursor.readDouble();
        return;
      default:
        cursor.skip(tag);
    }
  }
}
