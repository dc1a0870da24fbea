import { Cursor } from "../../wire/cursor.ts";
import { RangeList } from "./range-list.ts";

const noBytes = new Uint8Array(0);
const cursor = new Cursor(noBytes);

/** A `NumberDataPoint` of a gauge or sum. */
export class NumberPointView {
  bytes: Uint8Array = noBytes;
  readonly attributes = new RangeList();
  readonly exemplars = new RangeList();
  startTimeLo = 0;
  startTimeHi = 0;
  timeLo = 0;
  timeHi = 0;
  valueType: "empty" | "int" | "double" = "empty";
  double = 0;
  /** Two's complement halves of an int value. */
  intLo = 0;
  intHi = 0;
  flags = 0;

  at(bytes: Uint8Array, start: number, end: number): this {
    this.bytes = bytes;
    this.attributes.clear();
    this.exemplars.clear();
    this.startTimeLo = this.startTimeHi = this.timeLo = this.timeHi = 0;
    this.valueType = "empty";
    this.flags = 0;
    cursor.reset(bytes, start, end);
    while (cursor.pos < end) this.#field(cursor.readTag());
    return this;
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
        this.valueType = "double";
        this.double = cursor.readDouble();
        return;
      case 49:
        this.valueType = "int";
        cursor.readFixed64();
        this.intLo = cursor.lo;
        this.intHi = cursor.hi;
        return;
      case 64:
        this.flags = cursor.readVarint32();
        return;
      case 42:
      case 58: {
        const length = cursor.readLength();
        (tag === 58 ? this.attributes : this.exemplars).push(cursor.pos, cursor.pos + length);
        cursor.pos += length;
        return;
      }
      default:
        cursor.skip(tag);
    }
  }
}
