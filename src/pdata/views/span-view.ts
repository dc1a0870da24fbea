import { Cursor } from "../../wire/cursor.ts";
import { RangeList } from "./range-list.ts";

const noBytes = new Uint8Array(0);
const cursor = new Cursor(noBytes);
const attributesTag = 0x4a;

/**
 * A `Span`, moved from record to record with `at`. Ids, name and text are ranges of `bytes` (empty ids have equal ends);
 * times are unsigned halves of Unix nanoseconds; `attributes` holds `KeyValue`s, `events` and `links` their messages.
 */
export class SpanView {
  bytes: Uint8Array = noBytes;
  traceIdStart = 0;
  traceIdEnd = 0;
  spanIdStart = 0;
  spanIdEnd = 0;
  parentSpanIdStart = 0;
  parentSpanIdEnd = 0;
  traceStateStart = 0;
  traceStateEnd = 0;
  nameStart = 0;
  nameEnd = 0;
  flags = 0;
  /** `SpanKind` number; unknown numbers are kept. */
  kind = 0;
  startTimeLo = 0;
  startTimeHi = 0;
  endTimeLo = 0;
  endTimeHi = 0;
  droppedAttributesCount = 0;
  droppedEventsCount = 0;
  droppedLinksCount = 0;
  /** `StatusCode` number; unknown numbers are kept. */
  statusCode = 0;
  statusMessageStart = 0;
  statusMessageEnd = 0;
  readonly attributes = new RangeList();
  readonly events = new RangeList();
  readonly links = new RangeList();

  at(bytes: Uint8Array, start: number, end: number): this {
    this.#clear(bytes);
    let pos = start;
    while (pos < end) {
      const tag = bytes[pos] as number;
      const length = bytes[pos + 1] as number;
      // Nearly all fields are attributes and text below 128 bytes: a tag and a length of one byte each.
      if ((tag & 0x87) !== 2 || length >= 0x80) {
        pos = this.#readField(pos, end);
        continue;
      }
      const from = pos + 2;
      pos = from + length;
      if (tag === attributesTag) this.attributes.push(from, pos);
      else this.#delimited(tag >>> 3, from, pos);
    }
    return this;
  }

  /** Reads any one field at `start`; answers the position behind it. */
  #readField(start: number, end: number): number {
    cursor.reset(this.bytes, start, end);
    const tag = cursor.readTag();
    if ((tag & 7) !== 2) {
      this.#scalar(tag);
      return cursor.pos;
    }
    const length = cursor.readLength();
    const from = cursor.pos;
    this.#delimited(tag >>> 3, from, from + length);
    return from + length;
  }

  #clear(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.traceIdStart = this.traceIdEnd = 0;
    this.spanIdStart = this.spanIdEnd = 0;
    this.parentSpanIdStart = this.parentSpanIdEnd = 0;
    this.traceStateStart = this.traceStateEnd = 0;
    this.nameStart = this.nameEnd = 0;
    this.flags = this.kind = 0;
    this.startTimeLo = this.startTimeHi = this.endTimeLo = this.endTimeHi = 0;
    this.droppedAttributesCount = this.droppedEventsCount = this.droppedLinksCount = 0;
    this.statusCode = this.statusMessageStart = this.statusMessageEnd = 0;
    this.attributes.clear();
    this.events.clear();
    this.links.clear();
  }

  #delimited(fieldNumber: number, from: number, to: number): void {
    switch (fieldNumber) {
      case 1:
        this.traceIdStart = from;
        this.traceIdEnd = to;
        return;
      case 2:
        this.spanIdStart = from;
        this.spanIdEnd = to;
        return;
      case 3:
        this.traceStateStart = from;
        this.traceStateEnd = to;
        return;
      case 4:
        this.parentSpanIdStart = from;
        this.parentSpanIdEnd = to;
        return;
      case 5:
        this.nameStart = from;
        this.nameEnd = to;
        return;
      case 9:
        return this.attributes.push(from, to);
      case 11:
        return this.events.push(from, to);
      case 13:
        return this.links.push(from, to);
      case 15:
        this.#status(from, to);
    }
  }

  #scalar(tag: number): void {
    switch (tag) {
      case 48:
        this.kind = cursor.readVarint32() | 0;
        return;
      case 57:
        cursor.readFixed64();
        this.startTimeLo = cursor.lo;
        this.startTimeHi = cursor.hi;
        return;
      case 65:
        cursor.readFixed64();
        this.endTimeLo = cursor.lo;
        this.endTimeHi = cursor.hi;
        return;
      case 80:
        this.droppedAttributesCount = cursor.readVarint32();
        return;
      case 96:
        this.droppedEventsCount = cursor.readVarint32();
        return;
      case 112:
        this.droppedLinksCount = cursor.readVarint32();
        return;
      case 133:
        this.flags = cursor.readFixed32();
        return;
      default:
        cursor.skip(tag);
    }
  }

  #status(start: number, end: number): void {
    cursor.reset(this.bytes, start, end);
    while (cursor.pos < end) {
      const tag = cursor.readTag();
      if (tag === 18) {
        const length = cursor.readLength();
        this.statusMessageStart = cursor.pos;
        this.statusMessageEnd = cursor.pos + length;
        cursor.pos = this.statusMessageEnd;
      } else if (tag === 24) this.statusCode = cursor.readVarint32() | 0;
      else cursor.skip(tag);
    }
  }
}
