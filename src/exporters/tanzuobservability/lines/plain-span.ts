import { isAllZero, type SpanView } from "../../../pdata/views/index.ts";
import type { ByteBuffer } from "./byte-buffer.ts";
import { kindText } from "./computed-tags.ts";
import type { LineLimits } from "./limits.ts";
import { putInteger } from "./number-text.ts";
import { Piece } from "./piece.ts";
import { maxTagOverhead, PlainTags } from "./plain-tags.ts";
import type { PlainResource } from "./span-resource.ts";
import { formatKeys } from "./span-tags.ts";
import { firstMillis } from "./span-times.ts";
import { TagRoom } from "./tag-room.ts";
import { TagSegment } from "./tag-segment.ts";
import { isBeyondSigned, millisOf } from "./times.ts";
import { putSpanId, putTraceId, uuidLength } from "./uuid-text.ts";

/** Renamed, or they decide about other tags; the careful way knows how. */
const reserved = new Set(["source", ...formatKeys, "service.name", "span.kind"]);

const spanIdPart = new Piece(" spanId=");
const parentPart = new Piece(" parent=");
const descriptionHead = new Piece(' "otel.status_description"="');
const unknownKind = 6;
const statusError = 2;
const fixedRoom = 600;

/**
 * Writes spans that need no repair, from bytes to bytes: no strings, no objects. `false` means that something is unusual;
 * the line is then unfinished, and the caller takes it back and goes the careful way. Both ways write the same tags.
 */
export class PlainSpan {
  readonly tags: PlainTags;
  /** What of the last line's tags found room on it. */
  readonly room = new TagRoom();
  readonly #limits: LineLimits;
  readonly #spanLogs = new TagSegment([["_spanLogs", "true"]]);
  readonly #error = new TagSegment([["error", "true"]]);
  readonly #description = new TagSegment([["otel.status_description", "x"]]);
  readonly #kinds = Array.from(
    { length: unknownKind + 1 },
    (_, kind) => new TagSegment([["span.kind", kindText(kind)]]),
  );
  /** Positions of the ids of the last line, for its span logs. */
  traceIdAt = 0;
  spanIdAt = 0;

  /** `isFirst` tells of keys, as they came and as they are written, that stay when there is not room for all. */
  constructor(limits: LineLimits, isFirst: (raw: string, key: string) => boolean) {
    this.#limits = limits;
    const { spanKeyLength: maxKeyLength, spanValueLength: maxValueLength } = limits;
    this.tags = new PlainTags({ reserved, maxKeyLength, maxValueLength, isKeyCounted: false, isFirst });
  }

  /** `from` is a view of the span's batch. */
  write(
    span: SpanView,
    from: DataView,
    resource: PlainResource,
    scope: TagSegment,
    latestMs: number,
    out: ByteBuffer,
  ): boolean {
    const { bytes } = span;
    const hasParent = !isAllZero(bytes, span.parentSpanIdStart, span.parentSpanIdEnd);
    if (isUnusual(span) || !this.#planTags(span, from, resource, scope, hasParent)) return false;
    this.#reserve(span, resource, scope, out);
    const { tags, room } = this;
    tags.clear();
    tags.mark(resource.tags);
    if (!tags.mark(scope)) return false;
    let at = this.#writeName(span, from, out);
    if (at < 0) return false;
    const to = out.view;
    this.traceIdAt = resource.head.put(to, at);
    this.spanIdAt = spanIdPart.put(to, putTraceId(to, this.traceIdAt, bytes, span.traceIdStart));
    at = putSpanId(to, this.spanIdAt, bytes, span.spanIdStart);
    if (hasParent) at = putSpanId(to, parentPart.put(to, at), bytes, span.parentSpanIdStart);
    if (span.events.length > 0 || room.isShort) at = this.#spanLogs.line.put(to, at);
    at = resource.tags.putFirst(to, at, room.resourceCount);
    out.length = scope.line.put(to, at);
    const kind = this.#kinds[span.kind] ?? (this.#kinds[unknownKind] as TagSegment);
    if (!this.#writeSegment(kind, out)) return false;
    if (span.statusCode === statusError && !this.#writeStatus(span, from, out)) return false;
    const { attributes } = span;
    const isWritten =
      room.ownCount === attributes.length
        ? tags.write(out, bytes, from, attributes)
        : tags.writeSome(out, bytes, from, attributes, room.ownCount);
    return isWritten && writeTimes(span, latestMs, out);
  }

  /** Sets `room`; `false` if it takes care to tell which tags stay. */
  #planTags(span: SpanView, from: DataView, resource: PlainResource, scope: TagSegment, hasParent: boolean): boolean {
    const { tags, room } = this;
    const { attributes, events } = span;
    // With the kind.
    let computed = 1 + scope.count;
    if (span.statusCode === statusError) computed += span.statusMessageEnd > span.statusMessageStart ? 2 : 1;
    const most = hasParent ? this.#limits.spanTags - 1 : this.#limits.spanTags;
    if (!room.plan(most, events.length > 0, computed, attributes.length, resource)) return false;
    if (room.ownCount === attributes.length) return true;
    const first = tags.countFirst(span.bytes, from, attributes);
    room.ownCount -= first;
    return first >= 0 && room.ownCount >= 0;
  }

  /** Room for the whole line, so that nothing below has to ask: escaping doubles text at most. */
  #reserve(span: SpanView, resource: PlainResource, scope: TagSegment, out: ByteBuffer): void {
    const { attributes } = span;
    const count = attributes.length;
    let text = span.nameEnd - span.nameStart + span.statusMessageEnd - span.statusMessageStart;
    if (count > 0) text += attributes.end(count - 1) - attributes.start(0);
    const segments = resource.head.length + resource.tags.line.length + scope.line.length;
    out.reserve(2 * text + segments + count * maxTagOverhead + 3 * uuidLength + fixedRoom);
  }

  #writeName(span: SpanView, from: DataView, out: ByteBuffer): number {
    const limit = this.#limits.spanNameLength;
    let at = out.length;
    out.bytes[at++] = 0x22;
    at = this.tags.text.putName(out, at, span.bytes, from, span.nameStart, span.nameEnd, limit);
    if (at < 0) return -1;
    out.bytes[at++] = 0x22;
    return at;
  }

  /** `false` if one of its keys is on the line already. */
  #writeSegment(segment: TagSegment, out: ByteBuffer): boolean {
    out.length = segment.line.put(out.view, out.length);
    return this.tags.mark(segment);
  }

  #writeStatus(span: SpanView, from: DataView, out: ByteBuffer): boolean {
    if (!this.#writeSegment(this.#error, out)) return false;
    if (span.statusMessageEnd === span.statusMessageStart) return true;
    const { tags } = this;
    if (!tags.mark(this.#description)) return false;
    let at = descriptionHead.put(out.view, out.length);
    const { statusMessageStart, statusMessageEnd } = span;
    at = tags.text.put(out, at, span.bytes, from, statusMessageStart, statusMessageEnd, this.#limits.spanValueLength);
    if (at < 0) return false;
    out.bytes[at++] = 0x22;
    out.length = at;
    return true;
  }
}

function isUnusual(span: SpanView): boolean {
  const { bytes } = span;
  return (
    span.links.length > 0 ||
    span.traceStateEnd > span.traceStateStart ||
    (span.droppedAttributesCount | span.droppedEventsCount | span.droppedLinksCount) !== 0 ||
    isAllZero(bytes, span.traceIdStart, span.traceIdEnd) ||
    isAllZero(bytes, span.spanIdStart, span.spanIdEnd)
  );
}

function writeTimes(span: SpanView, latestMs: number, out: ByteBuffer): boolean {
  const startMs = millisOf(span.startTimeLo, span.startTimeHi);
  const hasEnd = (span.endTimeLo | span.endTimeHi) !== 0;
  const durationMs = hasEnd ? millisOf(span.endTimeLo, span.endTimeHi) - startMs : 0;
  if (durationMs < 0 || durationMs >= startMs || startMs < firstMillis || startMs > latestMs) return false;
  if (isBeyondSigned(span.endTimeHi)) return false;
  const to = out.bytes;
  let at = out.length;
  to[at++] = 0x20;
  at = putInteger(to, at, startMs);
  to[at++] = 0x20;
  at = putInteger(to, at, durationMs);
  to[at++] = 0x0a;
  out.length = at;
  return true;
}
