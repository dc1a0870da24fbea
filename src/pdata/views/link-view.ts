import { Cursor } from "../../wire/cursor.ts";
import { RangeList } from "./range-list.ts";

const noBytes = new Uint8Array(0);
const cursor = new Cursor(noBytes);

/** A `Span.Link`. Ids and trace state are ranges of `bytes`. */
export class LinkView {
  bytes: Uint8Array = noBytes;
  traceIdStart = 0;
  traceIdEnd = 0;
  spanIdStart = 0;
  spanIdEnd = 0;
  traceStateStart = 0;
  traceStateEnd = 0;
  readonly attributes = new RangeList();
  droppedAttributesCount = 0;
  flags = 0;

  at(bytes: Uint8Array, start: number, end: number): this {
    this.bytes = bytes;
    this.traceIdStart = this.traceIdEnd = 0;
    this.spanIdStart = this.spanIdEnd = 0;
    this.traceStateStart = this.traceStateEnd = 0;
    this.attributes.clear();
    this.droppedAttributesCount = this.flags = 0;
    cursor.reset(bytes, start, end);
    while (cursor.pos < end) {
      const tag = cursor.readTag();
      if (tag === 40) this.droppedAttributesCount = cursor.readVarint32();
      else if (tag === 53) this.flags = cursor.readFixed32();
      else if (tag === 10 || tag === 18 || tag === 26 || tag === 34) this.#delimited(tag);
      else cursor.skip(tag);
    }
    return this;
  }

  #delimited(tag: number): void {
    const length = cursor.readLength();
    const from = cursor.pos;
    const to = (cursor.pos += length);
    if (tag === 10) {
      this.traceIdStart = from;
      this.traceIdEnd = to;
    } else if (tag === 18) {
      this.spanIdStart = from;
      this.spanIdEnd = to;
    } else if (tag === 26) {
      this.traceStateStart = from;
      this.traceStateEnd = to;
    } else this.attributes.push(from, to);
  }
}
