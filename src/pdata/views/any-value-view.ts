import { Cursor } from "../../wire/cursor.ts";
import { RangeList } from "./range-list.ts";

export type ValueType = "empty" | "string" | "bool" | "int" | "double" | "array" | "map" | "bytes";

const noBytes = new Uint8Array(0);
const cursor = new Cursor(noBytes);

/**
 * An `AnyValue`. Text and bytes are a range in `bytes`; arrays and maps are ranges of their parts, read with another
 * view. Owns nothing: valid until the next `at` and as long as the batch's bytes are.
 */
export class AnyValueView {
  bytes: Uint8Array = noBytes;
  type: ValueType = "empty";
  /** Range of a string or bytes value. */
  start = 0;
  end = 0;
  bool = false;
  double = 0;
  /** Two's complement halves of an int value. */
  intLo = 0;
  intHi = 0;
  /** Ranges of `AnyValue`s (array) or `KeyValue`s (map). */
  readonly parts = new RangeList();

  at(bytes: Uint8Array, start: number, end: number): this {
    this.clear();
    this.bytes = bytes;
    return this.merge(bytes, start, end);
  }

  clear(): void {
    this.type = "empty";
    this.parts.clear();
  }

  /** Reads one more occurrence of the same field; the last one given of a oneof wins. */
  merge(bytes: Uint8Array, start: number, end: number): this {
    cursor.reset(bytes, start, end);
    while (cursor.pos < end) {
      const tag = cursor.readTag();
      switch (tag) {
        case 10: // string_value
          this.type = "string";
          this.#range();
          break;
        case 16: // bool_value
          this.type = "bool";
          cursor.readVarint64();
          this.bool = (cursor.lo | cursor.hi) !== 0;
          break;
        case 24: // int_value
          this.type = "int";
          cursor.readVarint64();
          this.intLo = cursor.lo;
          this.intHi = cursor.hi;
          break;
        case 33: // double_value
          this.type = "double";
          this.double = cursor.readDouble();
          break;
        case 42: // array_value
          this.type = "array";
          this.#collect();
          break;
        case 50: // kvlist_value
          this.type = "map";
          this.#collect();
          break;
        case 58: // bytes_value
          this.type = "bytes";
          this.#range();
          break;
        default:
          cursor.skip(tag);
      }
    }
    return this;
  }

  #range(): void {
    const length = cursor.readLength();
    this.start = cursor.pos;
    this.end = cursor.pos + length;
    cursor.pos = this.end;
  }

  /** Notes field 1 of the `ArrayValue` or `KeyValueList` that begins at the cursor. */
  #collect(): void {
    const length = cursor.readLength();
    const outerEnd = cursor.end;
    const end = cursor.pos + length;
    this.parts.clear();
    cursor.end = end;
    while (cursor.pos < end) {
      const tag = cursor.readTag();
      if (tag === 10) {
        const partLength = cursor.readLength();
        this.parts.push(cursor.pos, cursor.pos + partLength);
        cursor.pos += partLength;
      } else cursor.skip(tag);
    }
    cursor.end = outerEnd;
  }
}
