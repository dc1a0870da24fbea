import { Cursor } from "../../wire/cursor.ts";
import { AnyValueView } from "./any-value-view.ts";

const noBytes = new Uint8Array(0);
const cursor = new Cursor(noBytes);

/** A `KeyValue`: an attribute, or an entry of a map value. The key is a range of UTF-8 in `bytes`. */
export class KeyValueView {
  bytes: Uint8Array = noBytes;
  keyStart = 0;
  keyEnd = 0;
  readonly value = new AnyValueView();

  at(bytes: Uint8Array, start: number, end: number): this {
    this.bytes = bytes;
    this.keyStart = 0;
    this.keyEnd = 0;
    this.value.clear();
    this.value.bytes = bytes;
    cursor.reset(bytes, start, end);
    while (cursor.pos < end) {
      const tag = cursor.readTag();
      if (tag === 10) {
        const length = cursor.readLength();
        this.keyStart = cursor.pos;
        this.keyEnd = cursor.pos + length;
        cursor.pos = this.keyEnd;
      } else if (tag === 18) {
        const length = cursor.readLength();
        const next = cursor.pos + length;
        this.value.merge(bytes, cursor.pos, next);
        cursor.pos = next;
      } else cursor.skip(tag);
    }
    return this;
  }
}
