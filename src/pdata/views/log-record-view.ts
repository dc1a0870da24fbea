import { Cursor } from "../../wire/cursor.ts";
import { AnyValueView } from "./any-value-view.ts";
import { RangeList } from "./range-list.ts";

const noBytes = new Uint8Array(0);
const cursor = new Cursor(noBytes);

/** A `LogRecord`. Times are unsigned halves of Unix nanoseconds; ids and text are ranges of `bytes`. */
export class LogRecordView {
  bytes: Uint8Array = noBytes;
  timeLo = 0;
  timeHi = 0;
  observedTimeLo = 0;
  observedTimeHi = 0;
  severityNumber = 0;
  severityTextStart = 0;
  severityTextEnd = 0;
  readonly body = new AnyValueView();
  readonly attributes = new RangeList();
  droppedAttributesCount = 0;
  flags = 0;
  traceIdStart = 0;
  traceIdEnd = 0;
  spanIdStart = 0;
  spanIdEnd = 0;
  eventNameStart = 0;
  eventNameEnd = 0;

  at(bytes: Uint8Array, start: number, end: number): this {
    this.bytes = bytes;
    this.timeLo = this.timeHi = this.observedTimeLo = this.observedTimeHi = 0;
    this.severityNumber = this.severityTextStart = this.severityTextEnd = 0;
    this.body.clear();
    this.body.bytes = bytes;
    this.attributes.clear();
    this.droppedAttributesCount = this.flags = 0;
    this.traceIdStart = this.traceIdEnd = this.spanIdStart = this.spanIdEnd = 0;
    this.eventNameStart = this.eventNameEnd = 0;
    cursor.reset(bytes, start, end);
    while (cursor.pos < end) {
      const tag = cursor.readTag();
      if ((tag & 7) === 2) {
        const length = cursor.readLength();
        const from = cursor.pos;
        const to = (cursor.pos += length);
        this.#delimited(tag >>> 3, from, to);
      } else this.#scalar(tag);
    }
    return this;
  }

  #delimited(fieldNumber: number, from: number, to: number): void {
    switch (fieldNumber) {
      case 3:
        this.severityTextStart = from;
        this.severityTextEnd = to;
        return;
      case 5:
        this.body.merge(this.bytes, from, to);
        return;
      case 6:
        return this.attributes.push(from, to);
      case 9:
        this.traceIdStart = from;
        this.traceIdEnd = to;
        return;
      case 10:
        this.spanIdStart = from;
        this.spanIdEnd = to;
        return;
      case 12:
        this.eventNameStart = from;
        this.eventNameEnd = to;
    }
  }

  #scalar(tag: number): void {
    switch (tag) {
      case 9:
        cursor.readFixed64();
        this.timeLo = cursor.lo;
        this.timeHi = cursor.hi;
        return;
      case 89:
        cursor.readFixed64();
        this.observedTimeLo = cursor.lo;
        this.observedTimeHi = cursor.hi;
        return;
      case 16:
        this.severityNumber = cursor.readVarint32() | 0;
        return;
      case 56:
        this.droppedAttributesCount = cursor.readVarint32();
        return;
      case 69:
        this.flags = cursor.readFixed32();
        return;
      default:
        cursor.skip(tag);
    }
  }
}
