import type { Batch } from "../../pdata/batch.ts";
import { LogRecordView, Walker, type ResourceView, type ScopeView, type Visitor } from "../../pdata/views/index.ts";
import { appendId } from "../../text/append-id.ts";
import { appendUint } from "../../text/append-integer.ts";
import { appendTime } from "../../text/append-time.ts";
import type { BatchText } from "../../text/batch-text.ts";
import type { TextBuffer } from "../../text/text-buffer.ts";
import { GroupLines } from "./group-lines.ts";
import { ShortName } from "./short-name.ts";

const newline = 10;
const recordLine = Buffer.from("LogRecord #");
const time = Buffer.from("\nTimestamp: ");
const severity = Buffer.from("\nSeverity: ");
const shortName = Buffer.from("\nShortName: ");
const body = Buffer.from("\nBody: ");
const recordAttributes = Buffer.from("Attributes:\n");
const traceId = Buffer.from("Trace ID: ");
const spanId = Buffer.from("\nSpan ID: ");
const flags = Buffer.from("\nFlags: ");

/** Log records with their fields, a field a line. */
export class LogsText implements BatchText, Visitor {
  readonly #out: TextBuffer;
  readonly #groups: GroupLines;
  readonly #walker = new Walker();
  readonly #record = new LogRecordView();
  readonly #shortName = new ShortName();

  constructor(out: TextBuffer) {
    this.#out = out;
    // `ResourceLog` without the s is upstream's.
    this.#groups = new GroupLines(out, { resource: "ResourceLog", scope: "InstrumentationLibraryLogs" });
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
    out.appendBytes(time);
    appendTime(out, record.timeLo, record.timeHi);
    out.appendBytes(severity);
    out.appendRange(bytes, record.severityTextStart, record.severityTextEnd);
    out.appendBytes(shortName);
    this.#shortName.append(out, bytes, start, end);
    out.appendBytes(body);
    attributes.values.append(out, record.body);
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
}
