import { NumberPointView, RangeList } from "../../../pdata/views/index.ts";
import { doubleOfInt64 } from "./number-text.ts";

const startTimeTag = 17;
const timeTag = 25;
const doubleTag = 33;
const intTag = 49;
const attributeTag = 58;
const flagsTag = 64;

/**
 * A point of a gauge or sum as a line needs it. Nearly all have no exemplars, short attributes and these side by side: they
 * are read in one loop without a cursor, and their attributes are one range, of which a line may be known. The others go
 * through `NumberPointView`.
 */
export class NumberPoint {
  readonly #view = new NumberPointView();
  readonly #attributes = new RangeList();
  isEmpty = true;
  value = 0;
  timeLo = 0;
  timeHi = 0;
  flags = 0;
  /** The attributes with their tags and lengths, or -1 if they do not lie side by side. */
  runStart = 0;
  runEnd = 0;

  /** `from` is a view of `bytes`. */
  read(bytes: Uint8Array, from: DataView, start: number, end: number): void {
    if (!this.#readQuick(bytes, from, start, end)) this.#readAny(bytes, start, end);
  }

  /** As ranges; valid until the next call. */
  attributes(bytes: Uint8Array): RangeList {
    if (this.runStart < 0) return this.#view.attributes;
    const ranges = this.#attributes;
    ranges.clear();
    for (let pos = this.runStart; pos < this.runEnd;) {
      const start = pos + 2;
      pos = start + (bytes[pos + 1] as number);
      ranges.push(start, pos);
    }
    return ranges;
  }

  #readQuick(bytes: Uint8Array, from: DataView, start: number, end: number): boolean {
    this.isEmpty = true;
    this.timeLo = this.timeHi = this.flags = 0;
    let runStart = 0;
    let runEnd = 0;
    let pos = start;
    while (pos < end) {
      switch (bytes[pos]) {
        case startTimeTag:
          pos += 9;
          break;
        case timeTag:
          this.timeLo = from.getUint32(pos + 1, true);
          this.timeHi = from.getUint32(pos + 5, true);
          pos += 9;
          break;
        case doubleTag:
          this.isEmpty = false;
          this.value = from.getFloat64(pos + 1, true);
          pos += 9;
          break;
        case intTag:
          this.isEmpty = false;
          this.value = doubleOfInt64(from.getUint32(pos + 1, true), from.getUint32(pos + 5, true));
          pos += 9;
          break;
        case attributeTag: {
          if (runEnd === 0) runStart = pos;
          else if (runEnd !== pos) return false;
          const length = bytes[pos + 1] as number;
          if (length >= 0x80) return false;
          pos += 2 + length;
          runEnd = pos;
          break;
        }
        case flagsTag: {
          const flags = bytes[pos + 1] as number;
          if (flags >= 0x80) return false;
          this.flags = flags;
          pos += 2;
          break;
        }
        default:
          return false;
      }
    }
    this.runStart = runStart;
    this.runEnd = runEnd;
    return true;
  }

  #readAny(bytes: Uint8Array, start: number, end: number): void {
    const point = this.#view.at(bytes, start, end);
    this.isEmpty = point.valueType === "empty";
    this.value = point.valueType === "int" ? doubleOfInt64(point.intLo, point.intHi) : point.double;
    this.timeLo = point.timeLo;
    this.timeHi = point.timeHi;
    this.flags = point.flags;
    this.runStart = this.runEnd = -1;
  }
}
