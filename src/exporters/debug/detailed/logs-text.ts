import type { Batch } from "../../../pdata/batch.ts";
import { LogRecordView, Walker, type ResourceView, type ScopeView, type Visitor } from "../../../pdata/views/index.ts";
import { appendId } from "../../../text/append-id.ts";
import { appendInt, appendUint } from "../../../text/append-integer.ts";
import { appendTime } from "../../../text/append-time.ts";
import type { BatchText } from "../../../text/batch-text.ts";
import type { TextBuffer } from "../../../text/text-buffer.ts";
import { GroupLines } from "./group-lines.ts";

const newline = 10;

const recordLine = Buffer.from("LogRecord #");
const observedTime = Buffer.from("\nObservedTimestamp: ");
const time = Buffer.from("\nTimestamp: ");
const severityText = Buffer.from("\nSeverityText: ");
const severityNumber = Buffer.from("\nSeverityNumber: ");
const eventName = Buffer.from("\nEventName: ");
const body = Buffer.from("\nBody: ");
const recordAttributes = Buffer.from("Attributes:\n");
const traceId = Buffer.from("Trace ID: ");
const spanId = Buffer.from("\nSpan ID: ");
const flags = Buffer.from("\nFlags: ");

const severities = [
  "Unspecified",
  ...["Trace", "Debug", "Info", "Warn", "Error", "Fatal"].flatMap((name) => [name, `${name}2`, `${name}3`, `${name}4`]),
].map((name) => Buffer.from(name));
const noName = Buffer.alloc(0);

/** Log records with every field, a field a line. */
export class DetailedLogsText implements BatchText, Visitor {
  readonly #out: TextBuffer;
  readonly #groups: GroupLines;
  readonly #walker = new Walker();
  readonly #record = new LogRecordView();

  constructor(out: TextBuffer) {
    this.#out = out;
    // `ResourceLog` without the s is upstream's.
    this.#groups = new GroupLines(out, { resource: "ResourceLog", scope: "ScopeLogs" });
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
    const { attributes } = this.#groups;
    const record = this.#record.at(bytes, start, end);
    out.appendBytes(recordLine);
    appendUint(out, index);
    out.appendBytes(observedTime);
    appendTime(out, record.observedTimeLo, record.observedTimeHi);
    out.appendBytes(time);
    appendTime(out, record.timeLo, record.timeHi);
    this.#severity(record);
    if (record.eventNameEnd > record.eventNameStart) {
      out.appendBytes(eventName);
      out.appendRange(bytes, record.eventNameStart, record.eventNameEnd);
    }
    out.appendBytes(body);
    attributes.values.appendTyped(out, record.body);
    out.appendByte(newline);
    attributes.append(recordAttributes, bytes, record.attributes);
    out.appendBytes(traceId);
    appendId(out, bytes, record.traceIdStart, record.traceIdEnd);
    out.appendBytes(spanId);
    appendId(out, bytes, record.spanIdStart, record.spanIdEnd);
    out.appendBytes(flags);
    appendUint(out, record.flags);
    out.appendByte(newline);
  }

  #severity(record: LogRecordView): void {
    const out = this.#out;
    out.appendBytes(severityText);
    out.appendRange(record.bytes, record.severityTextStart, record.severityTextEnd);
    out.appendBytes(severityNumber);
    out.appendBytes(severities[record.severityNumber] ?? noName);
    out.appendByte(40);
    appendInt(out, record.severityNumber);
    out.appendByte(41);
  }
}
