import type { Batch } from "../../../pdata/batch.ts";
import {
  EventView,
  LinkView,
  SpanView,
  Walker,
  type RangeList,
  type ResourceView,
  type ScopeView,
  type Visitor,
} from "../../../pdata/views/index.ts";
import { appendId } from "../../../text/append-id.ts";
import { appendUint } from "../../../text/append-integer.ts";
import { appendTime } from "../../../text/append-time.ts";
import type { BatchText } from "../../../text/batch-text.ts";
import type { TextBuffer } from "../../../text/text-buffer.ts";
import { GroupLines } from "./group-lines.ts";

const newline = 10;

/** Labels begin with the end of the line before. */
function column(label: string, value = ""): string {
  return `\n    ${label.padEnd(15)}: ${value}`;
}

const spanLine = Buffer.from("Span #");
const traceId = Buffer.from(column("Trace ID"));
const parentId = Buffer.from(column("Parent ID"));
const spanId = Buffer.from(column("ID"));
const spanName = Buffer.from(column("Name"));
const traceState = Buffer.from(column("TraceState"));
const startTime = Buffer.from(column("Start time"));
const endTime = Buffer.from(column("End time"));
const droppedAttributes = Buffer.from(column("DroppedAttributesCount"));
const droppedEvents = Buffer.from(column("DroppedEventsCount"));
const droppedLinks = Buffer.from(column("DroppedLinksCount"));
// Most spans: one copy instead of six.
const nothingDropped = Buffer.from(
  `${column("DroppedAttributesCount", "0")}${column("DroppedEventsCount", "0")}${column("DroppedLinksCount", "0")}\n`,
);
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
const nothingOfPartDropped = Buffer.from("\n     -> DroppedAttributesCount: 0\n");
// The two colons are upstream's.
const partAttributes = Buffer.from("     -> Attributes::\n");

// Numbers that the protocol does not know have no name.
const kindLine = Buffer.from(column("Kind"));
const kindLines = ["Unspecified", "Internal", "Server", "Client", "Producer", "Consumer"].map((name) =>
  Buffer.from(column("Kind", name)),
);
const statusLines = (name: string): Uint8Array =>
  Buffer.from(`${column("Status code", name)}${column("Status message")}`);
const unknownStatus = statusLines("");
const statuses = ["Unset", "Ok", "Error"].map(statusLines);

/** Spans with every field, a field a line. */
export class DetailedTracesText implements BatchText, Visitor {
  readonly #out: TextBuffer;
  readonly #groups: GroupLines;
  readonly #walker = new Walker();
  readonly #span = new SpanView();
  readonly #event = new EventView();
  readonly #link = new LinkView();

  constructor(out: TextBuffer) {
    this.#out = out;
    this.#groups = new GroupLines(out, { resource: "ResourceSpans", scope: "ScopeSpans" });
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
    out.appendBytes(statuses[span.statusCode] ?? unknownStatus);
    out.appendRange(bytes, span.statusMessageStart, span.statusMessageEnd);
    this.#dropped(span);
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
    out.appendBytes(kindLines[span.kind] ?? kindLine);
    if (span.traceStateEnd > span.traceStateStart) {
      out.appendBytes(traceState);
      out.appendRange(bytes, span.traceStateStart, span.traceStateEnd);
    }
  }

  #dropped({ droppedAttributesCount, droppedEventsCount, droppedLinksCount }: SpanView): void {
    const out = this.#out;
    if ((droppedAttributesCount | droppedEventsCount | droppedLinksCount) === 0) return out.appendBytes(nothingDropped);
    out.appendBytes(droppedAttributes);
    appendUint(out, droppedAttributesCount);
    out.appendBytes(droppedEvents);
    appendUint(out, droppedEventsCount);
    out.appendBytes(droppedLinks);
    appendUint(out, droppedLinksCount);
    out.appendByte(newline);
  }

  /** Attributes of an event or link, and how many it has lost. */
  #partAttributes({ bytes, attributes, droppedAttributesCount }: EventView | LinkView): void {
    const out = this.#out;
    if (droppedAttributesCount === 0) out.appendBytes(nothingOfPartDropped);
    else {
      out.appendBytes(partDropped);
      appendUint(out, droppedAttributesCount);
      out.appendByte(newline);
    }
    this.#groups.attributes.appendIndented(partAttributes, bytes, attributes);
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
}
