import { Cursor } from "../../wire/cursor.ts";
import { RangeList } from "./range-list.ts";

const noBytes = new Uint8Array(0);
const cursor = new Cursor(noBytes);

/** An `EntityRef` of a resource. All parts are ranges of UTF-8. */
export class EntityRefView {
  bytes: Uint8Array = noBytes;
  schemaUrlStart = 0;
  schemaUrlEnd = 0;
  typeStart = 0;
  typeEnd = 0;
  readonly idKeys = new RangeList();
  readonly descriptionKeys = new RangeList();

  at(bytes: Uint8Array, start: number, end: number): this {
    this.bytes = bytes;
    this.schemaUrlStart = this.schemaUrlEnd = 0;
    this.typeStart = this.typeEnd = 0;
    this.idKeys.clear();
    this.descriptionKeys.clear();
    cursor.reset(bytes, start, end);
    while (cursor.pos < end) {
      const tag = cursor.readTag();
      if ((tag & 7) !== 2 || tag > 34) {
        cursor.skip(tag);
        continue;
      }
      const length = cursor.readLength();
      const from = cursor.pos;
      const to = (cursor.pos += length);
      if (tag === 10) {
        this.schemaUrlStart = from;
        this.schemaUrlEnd = to;
      } else if (tag === 18) {
        this.typeStart = from;
        this.typeEnd = to;
      } else if (tag === 26) this.idKeys.push(from, to);
      else this.descriptionKeys.push(from, to);
    }
    return this;
  }
}
