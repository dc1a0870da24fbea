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
    // Compared first: a store of an object costs more, because the garbage collector has to know of it.
    if (this.bytes !== bytes) {
      this.bytes = bytes;
      this.value.bytes = bytes;
    }
    return this.#atUsual(bytes, start, end) ? this : this.#atAny(bytes, start, end);
  }

  /** A key and behind it a value, both shorter than 128 bytes: what nearly all are. `false` for any other form. */
  #atUsual(bytes: Uint8Array, start: number, end: number): boolean {
    const keyLength = bytes[start + 1] as number;
    const keyEnd = start + 2 + keyLength;
    const valueStart = keyEnd + 2;
    const length = bytes[keyEnd + 1] as number;
    if (bytes[start] !== 10 || keyLength >= 0x80 || bytes[keyEnd] !== 18 || length >= 0x80) return false;
    if (valueStart + length !== end) return false;
    const { value } = this;
    this.keyStart = start + 2;
    this.keyEnd = keyEnd;
    value.clear();
    if (bytes[valueStart] === 10 && bytes[valueStart + 1] === length - 2) {
      value.type = "string";
      value.start = valueStart + 2;
      value.end = end;
    } else value.merge(bytes, valueStart, end);
    return true;
  }

  #atAny(bytes: Uint8Array, start: number, end: number): this {
    this.keyStart = 0;
    this.keyEnd = 0;
    this.value.clear();
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
