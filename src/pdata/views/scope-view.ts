import { Cursor } from "../../wire/cursor.ts";
import { RangeList } from "./range-list.ts";

const noBytes = new Uint8Array(0);
const cursor = new Cursor(noBytes);

/** An `InstrumentationScope` with the schema URL that stands beside it. */
export class ScopeView {
  bytes: Uint8Array = noBytes;
  nameStart = 0;
  nameEnd = 0;
  versionStart = 0;
  versionEnd = 0;
  readonly attributes = new RangeList();
  droppedAttributesCount = 0;
  schemaUrlStart = 0;
  schemaUrlEnd = 0;

  clear(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.nameStart = this.nameEnd = 0;
    this.versionStart = this.versionEnd = 0;
    this.attributes.clear();
    this.droppedAttributesCount = 0;
    this.schemaUrlStart = this.schemaUrlEnd = 0;
  }

  /** Reads one occurrence of the message; protobuf merges further ones into the first. */
  merge(start: number, end: number): void {
    const { bytes } = this;
    cursor.reset(bytes, start, end);
    while (cursor.pos < end) {
      const tag = cursor.readTag();
      if (tag === 32) {
        this.droppedAttributesCount = cursor.readVarint32();
        continue;
      }
      if (tag !== 10 && tag !== 18 && tag !== 26) {
        cursor.skip(tag);
        continue;
      }
      const length = cursor.readLength();
      const from = cursor.pos;
      const to = (cursor.pos += length);
      if (tag === 10) {
        this.nameStart = from;
        this.nameEnd = to;
      } else if (tag === 18) {
        this.versionStart = from;
        this.versionEnd = to;
      } else this.attributes.push(from, to);
    }
  }
}
