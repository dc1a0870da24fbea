import { Cursor } from "../../wire/cursor.ts";
import { RangeList } from "./range-list.ts";

export type MetricType = "empty" | "gauge" | "sum" | "histogram" | "exponential_histogram" | "summary";

const noBytes = new Uint8Array(0);
const cursor = new Cursor(noBytes);
const types: Readonly<Record<number, MetricType>> = {
  5: "gauge",
  7: "sum",
  9: "histogram",
  10: "exponential_histogram",
  11: "summary",
};

/**
 * A `Metric` with its data message opened: `points` are ranges of the data points, whose view depends on `type`. Of
 * several data fields the last one given wins.
 */
export class MetricView {
  bytes: Uint8Array = noBytes;
  nameStart = 0;
  nameEnd = 0;
  descriptionStart = 0;
  descriptionEnd = 0;
  unitStart = 0;
  unitEnd = 0;
  type: MetricType = "empty";
  /** `AggregationTemporality` number; unknown numbers are kept. */
  temporality = 0;
  isMonotonic = false;
  readonly points = new RangeList();
  readonly metadata = new RangeList();

  at(bytes: Uint8Array, start: number, end: number): this {
    this.bytes = bytes;
    this.nameStart = this.nameEnd = 0;
    this.descriptionStart = this.descriptionEnd = 0;
    this.unitStart = this.unitEnd = 0;
    this.type = "empty";
    this.temporality = 0;
    this.isMonotonic = false;
    this.points.clear();
    this.metadata.clear();
    cursor.reset(bytes, start, end);
    while (cursor.pos < end) {
      const tag = cursor.readTag();
      if ((tag & 7) !== 2) {
        cursor.skip(tag);
        continue;
      }
      const length = cursor.readLength();
      const from = cursor.pos;
      const to = from + length;
      this.#delimited(tag >>> 3, from, to);
      cursor.end = end;
      cursor.pos = to;
    }
    return this;
  }

  #delimited(fieldNumber: number, from: number, to: number): void {
    switch (fieldNumber) {
      case 1:
        this.nameStart = from;
        this.nameEnd = to;
        return;
      case 2:
        this.descriptionStart = from;
        this.descriptionEnd = to;
        return;
      case 3:
        this.unitStart = from;
        this.unitEnd = to;
        return;
      case 12:
        return this.metadata.push(from, to);
      default: {
        const type = types[fieldNumber];
        if (type !== undefined) this.#data(type, to);
      }
    }
  }

  /** All data messages have their points in field 1, temporality in 2 and monotonicity in 3, as far as they have them. */
  #data(type: MetricType, end: number): void {
    this.type = type;
    this.temporality = 0;
    this.isMonotonic = false;
    this.points.clear();
    cursor.end = end;
    while (cursor.pos < end) {
      const tag = cursor.readTag();
      if (tag === 10) {
        const length = cursor.readLength();
        this.points.push(cursor.pos, cursor.pos + length);
        cursor.pos += length;
      } else if (tag === 16) this.temporality = cursor.readVarint32() | 0;
      else if (tag === 24) {
        cursor.readVarint64();
        this.isMonotonic = (cursor.lo | cursor.hi) !== 0;
      } else cursor.skip(tag);
    }
  }
}
