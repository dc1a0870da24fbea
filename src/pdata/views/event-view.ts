import { Cursor } from "../../wire/cursor.ts";
import { RangeList } from "./range-list.ts";

const noBytes = new Uint8Array(0);
const cursor = new Cursor(noBytes);

/** A `Span.Event`. */
export class EventView {
  bytes: Uint8Array = noBytes;
  timeLo = 0;
  timeHi = 0;
  nameStart = 0;
  nameEnd = 0;
  readonly attributes = new RangeList();
  droppedAttributesCount = 0;

  at(bytes: Uint8Array, start: number, end: number): this {
    this.bytes = bytes;
    this.timeLo = this.timeHi = 0;
    this.nameStart = this.nameEnd = 0;
    this.attributes.clear();
    this.droppedAttributesCount = 0;
    cursor.reset(bytes, start, end);
    while (cursor.pos < end) {
      const tag = cursor.readTag();
      if (tag === 9) {
        cursor.readFixed64();
        this.timeLo = cursor.lo;
        this.timeHi = cursor.hi;
      } else if (tag === 18 || tag === 26) {
        const length = cursor.readLength();
        const from = cursor.pos;
        const to = (cursor.pos += length);
        if (tag === 26) this.attributes.push(from, to);
        else {
          this.nameStart = from;
          this.nameEnd = to;
        }
      } else if (tag === 32) this.droppedAttributesCount = cursor.readVarint32();
      else cursor.skip(tag);
    }
    return this;
  }
}
