import { EventView, KeyValueView, type SpanView } from "../../../pdata/views/index.ts";
import type { ByteBuffer } from "./byte-buffer.ts";
import { maxJsonGrowth, putJsonText, writeJsonText } from "./json-text.ts";
import { KeyCache } from "./key-cache.ts";
import { putInteger } from "./number-text.ts";
import { putQuickNumber, writePlainNumber } from "./plain-number.ts";
import type { PlainSpan } from "./plain-span.ts";
import { Piece } from "./piece.ts";
import { QuickAttribute, quickText } from "./quick-attribute.ts";
import type { PlainResource } from "./span-resource.ts";
import type { TagSegment } from "./tag-segment.ts";
import { microsOf } from "./times.ts";
import { uuidLength } from "./uuid-text.ts";
import { copyWords } from "./words.ts";
import { textOf } from "../../../pdata/views/text.ts";

const head = new Piece('{"traceId":"');
const spanIdPart = new Piece('","spanId":"');
const logsPart = new Piece('","logs":[');
const timePart = new Piece('{"timestamp":');
const namePart = new Piece(',"fields":{"name":"');
const spanPart = new Piece('],"span":"');
const spanLogsPart = new Piece(" '_spanLogs'='true'");
const tail = new Piece('"}\n');
const comma = 0x2c;
const quote = 0x22;
const apostrophe = 0x27;
const closing = 0x7d;

/** Writes the span logs of a plain span: a log per event, and the span's line. `false`: as for `PlainSpan`. */
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
    out.reserve(256);
    const to = out.view;
    let at = copyWords(to, head.put(to, out.length), line.view, plain.traceIdAt, plain.traceIdAt + uuidLength);
    at = copyWords(to, spanIdPart.put(to, at), line.view, plain.spanIdAt, plain.spanIdAt + uuidLength);
    out.length = logsPart.put(to, at);
    for (let index = 0; index < span.events.length; index++) {
      this.#event.at(span.bytes, span.events.start(index), span.events.end(index));
      if (index > 0) out.writeByte(comma);
      if (!this.#writeLog(out, from)) return false;
    }
    const room = (line.length - lineStart) * maxJsonGrowth;
    out.reserve(room + resource.tags.json.length + scope.json.length + resource.headJson.length + 64);
    out.length = spanPart.put(out.view, out.length);
    if (plain.tags.text.isEscaped) this.#writeEscaped(plain, line, lineStart, resource, scope, out);
    else this.#writeCopy(plain, line, lineStart, resource, scope, out);
    out.length = tail.put(out.view, out.length);
    return true;
  }

  /** The line with single quotes: its parts copied, and then mended where quotes stand. */
  #writeCopy(
    plain: PlainSpan,
    line: ByteBuffer,
    lineStart: number,
    resource: PlainResource,
    scope: TagSegment,
    out: ByteBuffer,
  ): void {
    const nameAt = out.length;
    let at = copyWords(out.view, nameAt, line.view, lineStart, plain.traceIdAt - resource.head.length);
    at = resource.headJson.put(out.view, at);
    at = copyWords(out.view, at, line.view, plain.traceIdAt, plain.commonAt);
    out.length = scope.json.put(out.view, resource.tags.json.put(out.view, spanLogsPart.put(out.view, at)));
    const ownOffset = out.length - plain.ownAt;
    // Without the line feed at its end.
    out.copyFrom(line, plain.ownAt, line.length - 1);
    const { quotes, quoteCount } = plain.tags;
    const { bytes } = out;
    bytes[nameAt] = bytes[nameAt + (quotes[1] as number) - lineStart] = apostrophe;
    for (let index = 2; index < quoteCount; index++) bytes[(quotes[index] as number) + ownOffset] = apostrophe;
  }

  #writeEscaped(
    plain: PlainSpan,
    line: ByteBuffer,
    lineStart: number,
    resource: PlainResource,
    scope: TagSegment,
    out: ByteBuffer,
  ): void {
    let at = putJsonText(out.bytes, out.length, line.bytes, lineStart, plain.commonAt);
    at = scope.json.put(out.view, resource.tags.json.put(out.view, spanLogsPart.put(out.view, at)));
    out.length = putJsonText(out.bytes, at, line.bytes, plain.ownAt, line.length - 1);
  }

  #writeLog(out: ByteBuffer, from: DataView): boolean {
    const event = this.#event;
    const { bytes, attributes } = event;
    if (event.droppedAttributesCount !== 0) return false;
    out.reserve(64);
    let at = timePart.put(out.view, out.length);
    at = putInteger(out.bytes, at, microsOf(event.timeLo, event.timeHi));
    out.length = namePart.put(out.view, at);
    writeJsonText(out, bytes, from, event.nameStart, event.nameEnd);
    out.writeByte(quote);
    this.#keys.nextItem();
    for (let index = 0; index < attributes.length; index++) {
      if (!this.#writeField(out, from, bytes, attributes.start(index), attributes.end(index))) return false;
    }
    out.reserve(2);
    out.bytes[out.length++] = closing;
    out.bytes[out.length++] = closing;
    return true;
  }

  #writeField(out: ByteBuffer, from: DataView, bytes: Uint8Array, start: number, end: number): boolean {
    const quick = this.#quick;
    if (!quick.read(bytes, start, end)) return this.#writeOther(out, from, bytes, start, end);
    if (!this.#writeKey(out, from, bytes, quick.keyStart, quick.keyEnd)) return false;
    if (quick.kind === quickText) writeJsonText(out, bytes, from, quick.textStart, end);
    else out.length = putQuickNumber(out.bytes, out.length, quick);
    out.writeByte(quote);
    return true;
  }

  #writeOther(out: ByteBuffer, from: DataView, bytes: Uint8Array, start: number, end: number): boolean {
    const { keyStart, keyEnd, value } = this.#view.at(bytes, start, end);
    if (!this.#writeKey(out, from, bytes, keyStart, keyEnd)) return false;
    if (value.type === "string") writeJsonText(out, bytes, from, value.start, value.end);
    else if (!writePlainNumber(out, value)) return false;
    out.writeByte(quote);
    return true;
  }

  #writeKey(out: ByteBuffer, from: DataView, bytes: Uint8Array, start: number, end: number): boolean {
    out.reserve((end - start) * maxJsonGrowth + 64);
    const at = this.#keys.put(out.view, out.length, bytes, from, start, end);
    if (at >= 0) out.length = at;
    return at >= 0;
  }
}
