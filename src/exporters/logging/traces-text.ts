import type { Batch } from "../../pdata/batch.ts";
import {
  EventView,
  LinkView,
  SpanView,
  Walker,
  type RangeList,
  type ResourceView,
  type ScopeView,
  type Visitor,
} from "../../pdata/views/index.ts";
import { appendId } from "../../text/append-id.ts";
import { appendUint } from "../../text/append-integer.ts";
import { appendTime } from "../../text/append-time.ts";
import type { BatchText } from "../../text/batch-text.ts";
import type { TextBuffer } from "../../text/text-buffer.ts";
import { appendEnum, enumNames } from "./enum-text.ts";
import { GroupLines } from "./group-lines.ts";

const newline = 10;

/** Labels begin with the end of the line before. */
function column(label: string): Uint8Array {
  return Buffer.from(`\n    ${label.padEnd(15)}: `);
}

const spanLine = Buffer.from("Span #");
const traceId = column("Trace ID");
const parentId = column("Parent ID");
const spanId = column("ID");
const spanName = column("Name");
const spanKind = column("Kind");
const startTime = column("Start time");
const endTime = column("End time");
const statusCode = column("Status code");
const statusMessage = column("Status message");
const spanAttributes = Buffer.from("Attributes:\n");

const eventsHeader = Buffer.from("Events:\n");
const eventLine = Buffer.from("SpanEvent #");
const eventName = Buffer.from("\n     -> Name: ");
const eventTime = Buffer.from("\n     -> Timestamp: ");
const linksHeader = Buffer.from("Links:\n");
const linkLine = Buffer.from("SpanLink #");
const linkTraceId = Buffer.from("\n     -> Trace ID: ");
const linkSpanId = Buffer.from("\n     -> ID: ");
const linkTraceState = Buffer.from("\n     -> TraceState: ");
const partDropped = Buffer.from("\n     -> DroppedAttributesCount: ");
const partAttributes = Buffer.from("     -> Attributes:\n");

const kinds = enumNames("SPAN_KIND", ["UNSPECIFIED", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER"]);
const statusCodes = enumNames("STATUS_CODE", ["UNSET", "OK", "ERROR"]);

/** Spans with their fields, a field a line. */
export class TracesText implements BatchText, Visitor {
  readonly #out: TextBuffer;
  readonly #groups: GroupLines;
  readonly #walker = new Walker();
  readonly #span = new SpanView();
  readonly #event = new EventView();
  readonly #link = new LinkView();

  constructor(out: TextBuffer) {
    this.#out = out;
    this.#groups = new GroupLines(out, { resource: "ResourceSpans", scope: "InstrumentationLibrarySpans" });
  }

  write(batch: Batch): void {
    this.#walker.walk(batch, this);
  }

  resource(resource: ResourceView, index: number): void {
    this.#groups.resource(resource, index);
  }

  scope(scope: ScopeView, index: number): void {
    this.#groups.scope(scope, index);
  }

  record(bytes: Uint8Array, start: number, end: number, index: number): void {
    const out = this.#out;
    const span = this.#span.at(bytes, start, end);
    out.appendBytes(spanLine);
    appendUint(out, index);
    this.#identity(span);
    out.appendBytes(startTime);
    appendTime(out, span.startTimeLo, span.startTimeHi);
    out.appendBytes(endTime);
    appendTime(out, span.endTimeLo, span.endTimeHi);
    out.appendBytes(statusCode);
    appendEnum(out, statusCodes, span.statusCode);
    out.appendBytes(statusMessage);
    out.appendRange(bytes, span.statusMessageStart, span.statusMessageEnd);
    out.appendByte(newline);
    this.#groups.attributes.append(spanAttributes, bytes, span.attributes);
    this.#events(bytes, span.events);
    this.#links(bytes, span.links);
  }

  #identity(span: SpanView): void {
    const out = this.#out;
    const { bytes } = span;
    out.appendBytes(traceId);
    appendId(out, bytes, span.traceIdStart, span.traceIdEnd);
    out.appendBytes(parentId);
    appendId(out, bytes, span.parentSpanIdStart, span.parentSpanIdEnd);
    out.appendBytes(spanId);
    appendId(out, bytes, span.spanIdStart, span.spanIdEnd);
    out.appendBytes(spanName);
    out.appendRange(bytes, span.nameStart, span.nameEnd);
    out.appendBytes(spanKind);
    appendEnum(out, kinds, span.kind);
  }

  #events(bytes: Uint8Array, events: RangeList): void {
    if (events.length === 0) return;
    const out = this.#out;
    out.appendBytes(eventsHeader);
    for (let index = 0; index < events.length; index++) {
      const event = this.#event.at(bytes, events.start(index), events.end(index));
      out.appendBytes(eventLine);
      appendUint(out, index);
      out.appendBytes(eventName);
      out.appendRange(bytes, event.nameStart, event.nameEnd);
      out.appendBytes(eventTime);
      appendTime(out, event.timeLo, event.timeHi);
      this.#partAttributes(event);
    }
  }

  #links(bytes: Uint8Array, links: RangeList): void {
    if (links.length === 0) return;
    const out = this.#out;
    out.appendBytes(linksHeader);
    for (let index = 0; index < links.length; index++) {
      const link = this.#link.at(bytes, links.start(index), links.end(index));
      out.appendBytes(linkLine);
      appendUint(out, index);
      out.appendBytes(linkTraceId);
      appendId(out, bytes, link.traceIdStart, link.traceIdEnd);
      out.appendBytes(linkSpanId);
      appendId(out, bytes, link.spanIdStart, link.spanIdEnd);
      out.appendBytes(linkTraceState);
      out.appendRange(bytes, link.traceStateStart, link.traceStateEnd);
      this.#partAttributes(link);
    }
  }

  /** Attributes of an event or link, and how many it has lost. */
  #partAttributes({ bytes, attributes, droppedAttributesCount }: EventView | LinkView): void {
    const out = this.#out;
    out.appendBytes(partDropped);
    appendUint(out, droppedAttributesCount);
    out.appendByte(newline);
    this.#groups.attributes.appendIndented(partAttributes, bytes, attributes);
  }
}
