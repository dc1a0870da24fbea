import { Cursor } from "../../wire/cursor.ts";
import { RangeList } from "./range-list.ts";

const noBytes = new Uint8Array(0);
const cursor = new Cursor(noBytes);

/** An `Exemplar` of a number, histogram or exponential histogram point. */
export class ExemplarView {
  bytes: Uint8Array = noBytes;
  readonly filteredAttributes = new RangeList();
  timeLo = 0;
  timeHi = 0;
  valueType: "empty" | "int" | "double" = "empty";
  double = 0;
  /** Two's complement halves of an int value. */
  intLo = 0;
  intHi = 0;
  traceIdStart = 0;
  traceIdEnd = 0;
  spanIdStart = 0;
  spanIdEnd = 0;

  at(bytes: Uint8Array, start: number, end: number): this {
    this.bytes = bytes;
    this.filteredAttributes.clear();
    this.timeLo = this.timeHi = 0;
    this.valueType = "empty";
    this.traceIdStart = this.traceIdEnd = this.spanIdStart = this.spanIdEnd = 0;
    cursor.reset(bytes, start, end);
    while (cursor.pos < end) this.#field(cursor.readTag());
    return this;
  }

  #field(tag: number): void {
    switch (tag) {
      case 17:
        cursor.readFixed64();
        this.timeLo = cursor.lo;
        this.timeHi = cursor.hi;
        return;
      case 25:
        this.valueType = "double";
        this.double = cursor.readDouble();
        return;
      case 49:
        this.valueType = "int";
        cursor.readFixed64();
        this.intLo = cursor.lo;
        this.intHi = cursor.hi;
        return;
      case 34:
      case 42:
      case 58: {
        const length = cursor.readLength();
        const from = cursor.pos;
        const to = (cursor.pos += length);
        if (tag === 58) this.filteredAttributes.push(from, to);
        else if (tag === 34) {
          this.spanIdStart = from;
          this.spanIdEnd = to;
        } else {
          this.traceIdStart = from;
          this.traceIdEnd = to;
        }
        return;
      }
      default:
        cursor.skip(tag);
    }
  }
}
