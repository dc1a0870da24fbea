import { Cursor } from "../../wire/cursor.ts";
import { Uint64List } from "./number-lists.ts";
import { RangeList } from "./range-list.ts";

const noBytes = new Uint8Array(0);
const cursor = new Cursor(noBytes);

/** `Buckets` of one sign: count `i` belongs to index `offset + i`. */
export class BucketsView {
  offset = 0;
  readonly counts = new Uint64List();

  clear(): void {
    this.offset = 0;
    this.counts.clear();
  }

  merge(bytes: Uint8Array, start: number, end: number): void {
    cursor.reset(bytes, start, end);
    while (cursor.pos < end) {
      const tag = cursor.readTag();
      if (tag === 8) this.offset = zigzag(cursor.readVarint32());
      else if (tag === 16) {
        cursor.readVarint64();
        this.counts.push(cursor.lo, cursor.hi);
      } else if (tag === 18) {
        const length = cursor.readLength();
        this.counts.addVarints(bytes, cursor.pos, cursor.pos + length);
        cursor.pos += length;
      } else cursor.skip(tag);
    }
  }
}

/** An `ExponentialHistogramDataPoint`. `hasSum`, `hasMin` and `hasMax` tell a missing value from 0. */
export class ExponentialPointView {
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
  scale = 0;
  zeroCountLo = 0;
  zeroCountHi = 0;
  zeroThreshold = 0;
  flags = 0;
  readonly positive = new BucketsView();
  readonly negative = new BucketsView();

  at(bytes: Uint8Array, start: number, end: number): this {
    this.#clear(bytes);
    cursor.reset(bytes, start, end);
    while (cursor.pos < end) {
      const tag = cursor.readTag();
      if ((tag & 7) === 2) {
        const length = cursor.readLength();
        const from = cursor.pos;
        const to = from + length;
        this.#delimited(tag >>> 3, from, to);
        cursor.reset(bytes, to, end);
      } else this.#scalar(tag);
    }
    return this;
  }

  #clear(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.attributes.clear();
    this.exemplars.clear();
    this.startTimeLo = this.startTimeHi = this.timeLo = this.timeHi = 0;
    this.countLo = this.countHi = this.zeroCountLo = this.zeroCountHi = 0;
    this.hasSum = this.hasMin = this.hasMax = false;
    this.sum = this.min = this.max = this.zeroThreshold = 0;
    this.scale = this.flags = 0;
    this.positive.clear();
    this.negative.clear();
  }

  #delimited(fieldNumber: number, from: number, to: number): void {
    if (fieldNumber === 1) this.attributes.push(from, to);
    else if (fieldNumber === 11) this.exemplars.push(from, to);
    else if (fieldNumber === 8) this.positive.merge(this.bytes, from, to);
    else if (fieldNumber === 9) this.negative.merge(this.bytes, from, to);
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
      case 48:
        this.scale = zigzag(cursor.readVarint32());
        return;
      case 57:
        cursor.readFixed64();
        this.zeroCountLo = cursor.lo;
        this.zeroCountHi = cursor.hi;
        return;
      case 80:
        this.flags = cursor.readVarint32();
        return;
      case 97:
        this.hasMin = true;
        this.min = cursor.readDouble();
        return;
      case 105:
        this.hasMax = true;
        this.max = cursor.readDouble();
        return;
      case 113:
        this.zeroThreshold = cursor.readDouble();
        return;
      default:
        cursor.skip(tag);
    }
  }
}

/** sint32: https://protobuf.dev/programming-guides/encoding/#signed-ints */
function zigzag(value: number): number {
  return (value >>> 1) ^ -(value & 1);
}
