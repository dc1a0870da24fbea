import { Cursor } from "../../wire/cursor.ts";
import { RangeList } from "./range-list.ts";

const noBytes = new Uint8Array(0);
const cursor = new Cursor(noBytes);

/** A `Resource` with the schema URL that stands beside it. Ranges of `KeyValue`s and `EntityRef`s. */
export class ResourceView {
  bytes: Uint8Array = noBytes;
  readonly attributes = new RangeList();
  readonly entityRefs = new RangeList();
  droppedAttributesCount = 0;
  schemaUrlStart = 0;
  schemaUrlEnd = 0;

  clear(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.attributes.clear();
    this.entityRefs.clear();
    this.droppedAttributesCount = 0;
    this.schemaUrlStart = 0;
    this.schemaUrlEnd = 0;
  }

  /** Reads one occurrence of the message; protobuf merges further ones into the first. */
  merge(start: number, end: number): void {
    const { bytes } = this;
    cursor.reset(bytes, start, end);
    while (cursor.pos < end) {
      const tag = cursor.readTag();
      if (tag === 10 || tag === 26) {
        const length = cursor.readLength();
        (tag === 10 ? this.attributes : this.entityRefs).push(cursor.pos, cursor.pos + length);
        cursor.pos += length;
      } else if (tag === 16) this.droppedAttributesCount = cursor.readVarint32();
      else cursor.skip(tag);
    }
  }
}
