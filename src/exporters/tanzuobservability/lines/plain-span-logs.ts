import { EventView, KeyValueView, type RangeList, type SpanView } from "../../../pdata/views/index.ts";
import type { ByteBuffer } from "./byte-buffer.ts";
import { maxJsonGrowth, putJsonText, putQuickJson } from "./json-text.ts";
import { KeyCache } from "./key-cache.ts";
import { putInteger } from "./number-text.ts";
import { putQuickNumber, writePlainNumber } from "./plain-number.ts";
import type { PlainSpan } from "./plain-span.ts";
import { Piece } from "./piece.ts";
import { QuickAttribute, quickText } from "./quick-attribute.ts";
import type { PlainResource } from "./span-resource.ts";
import type { TagSegment } from "./tag-segment.ts";
import { microsOf, millisOf } from "./times.ts";
import { uuidLength } from "./uuid-text.ts";
import { copyRequoted, copyWords } from "./words.ts";
import { textOf } from "../../../pdata/views/text.ts";

const head = new Piece('{"traceId":"');
const spanIdPart = new Piece('","spanId":"');
const logsPart = new Piece('","logs":[');
const timePart = new Piece('{"timestamp":');
const namePart = new Piece(',"fields":{"name":"');
const overflowPart = new Piece(',"fields":{"name":"overflow"');
const spanPart = new Piece('],"span":"');
const tail = new Piece('"}\n');
const comma = 0x2c;
const quote = 0x22;
const closing = 0x7d;
const fixedRoom = 256;

/**
 * Writes the span logs of a plain span: a log per event, and the span's line. `false`: as for `PlainSpan`. The line format
 * takes single quotes as well, which JSON need not escape: plain text differs from the line in nothing but its quotes.
 */
export class PlainSpanLogs {
  readonly #event = new EventView();
  readonly #quick = new QuickAttribute();
  readonly #view = new KeyValueView();
  readonly #keys = new KeyCache(',"', '":"', (bytes, start, end) => {
    const key = textOf(bytes, start, end);
    return key === "name" ? undefined : JSON.stringify(key).slice(1, -1);
  });

  /** `line` ends with the span's line, just written by `plain` from `lineStart` on. */
  write(
    span: SpanView,
    from: DataView,
    resource: PlainResource,
    scope: TagSegment,
    plain: PlainSpan,
    line: ByteBuffer,
    lineStart: number,
    out: ByteBuffer,
  ): boolean {
    const { events, attributes } = span;
    let text = events.length === 0 ? 0 : events.end(events.length - 1) - events.start(0);
    if (plain.room.isShort && attributes.length > 0)
      text += attributes.end(attributes.length - 1) - attributes.start(0);
    // For all up to the line: a field takes no more beside its text than its tags and lengths, six times.
    out.reserve(text * maxJsonGrowth + resource.fields.length + (events.length + 2) * fixedRoom);
    const to = out.view;
    let at = copyWords(to, head.put(to, out.length), line.view, plain.traceIdAt, plain.traceIdAt + uuidLength);
    at = copyWords(to, spanIdPart.put(to, at), line.view, plain.spanIdAt, plain.spanIdAt + uuidLength);
    at = logsPart.put(to, at);
    for (let index = 0; index < events.length; index++) {
      this.#event.at(span.bytes, events.start(index), events.end(index));
      if (index > 0) out.bytes[at++] = comma;
      at = this.#putLog(out, at, from);
      if (at < 0) return false;
    }
    if (plain.room.isShort) {
      if (events.length > 0) out.bytes[at++] = comma;
      at = this.#putOverflow(out, at, from, span, resource, plain);
      if (at < 0) return false;
    }
    out.length = at;
    out.reserve((line.length - lineStart) * maxJsonGrowth + 64);
    at = spanPart.put(out.view, out.length);
    // Without the line feed at its end.
    if (plain.tags.text.isEscaped || resource.isEscaped || scope.isEscaped) {
      at = putJsonText(out.bytes, at, line.bytes, lineStart, line.length - 1);
    } else at = copyRequoted(out.view, at, line.view, lineStart, line.length - 1);
    out.length = tail.put(out.view, at);
    return true;
  }

  #putLog(out: ByteBuffer, start: number, from: DataView): number {
    const event = this.#event;
    const { bytes, attributes } = event;
    if (event.droppedAttributesCount !== 0) return -1;
    let at = timePart.put(out.view, start);
    at = namePart.put(out.view, putInteger(out.bytes, at, microsOf(event.timeLo, event.timeHi)));
    at = putQuickJson(out, at, bytes, from, event.nameStart, event.nameEnd);
    out.bytes[at++] = quote;
    at = this.#putFields(out, at, from, bytes, attributes);
    if (at < 0) return -1;
    out.bytes[at++] = closing;
    out.bytes[at++] = closing;
    return at;
  }

  /** The log that keeps what found no room on the line. */
  #putOverflow(
    out: ByteBuffer,
    start: number,
    from: DataView,
    span: SpanView,
    resource: PlainResource,
    { room, tags }: PlainSpan,
  ): number {
    let at = timePart.put(out.view, start);
    const startMicros = millisOf(span.startTimeLo, span.startTimeHi) * 1000;
    at = overflowPart.put(out.view, putInteger(out.bytes, at, Math.min(Number.MAX_SAFE_INTEGER, startMicros)));
    at = this.#putFields(out, at, from, span.bytes, tags.leftOut);
    if (at < 0) return -1;
    at = resource.fields.putFrom(out.view, at, room.resourceCount);
    out.bytes[at++] = closing;
    out.bytes[at++] = closing;
    return at;
  }

  #putFields(out: ByteBuffer, start: number, from: DataView, bytes: Uint8Array, fields: RangeList): number {
    let at = start;
    this.#keys.nextItem();
    for (let index = 0; index < fields.length; index++) {
      at = this.#putField(out, at, from, bytes, fields.start(index), fields.end(index));
      if (at < 0) return -1;
      out.bytes[at++] = quote;
    }
    return at;
  }

  /** Up to the closing quote; -1 for fields that need care. */
  #putField(out: ByteBuffer, at: number, from: DataView, bytes: Uint8Array, start: number, end: number): number {
    const quick = this.#quick;
    if (!quick.read(bytes, start, end)) return this.#putOther(out, at, from, bytes, start, end);
    const valueAt = this.#keys.put(out.view, at, bytes, from, quick.keyStart, quick.keyEnd);
    if (valueAt < 0) return -1;
    if (quick.kind === quickText) return putQuickJson(out, valueAt, bytes, from, quick.textStart, end);
    return putQuickNumber(out.bytes, valueAt, quick);
  }

  #putOther(out: ByteBuffer, at: number, from: DataView, bytes: Uint8Array, start: number, end: number): number {
    const { keyStart, keyEnd, value } = this.#view.at(bytes, start, end);
    const valueAt = this.#keys.put(out.view, at, bytes, from, keyStart, keyEnd);
    if (valueAt < 0) return -1;
    if (value.type === "string") return putQuickJson(out, valueAt, bytes, from, value.start, value.end);
    out.length = valueAt;
    return writePlainNumber(out, value) ? out.length : -1;
  }
}
