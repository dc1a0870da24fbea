import type { Batch } from "../../../pdata/batch.ts";
import { SpanView, Walker, type ResourceView, type ScopeView, type Visitor } from "../../../pdata/views/index.ts";
import { appendId } from "../../../text/append-id.ts";
import type { BatchText } from "../../../text/batch-text.ts";
import type { TextBuffer } from "../../../text/text-buffer.ts";
import { GroupLines } from "./group-lines.ts";

const newline = 10;
const space = 32;

/** A span a line: name, ids, attributes. */
export class NormalTracesText implements BatchText, Visitor {
  readonly #out: TextBuffer;
  readonly #groups: GroupLines;
  readonly #walker = new Walker();
  readonly #span = new SpanView();

  constructor(out: TextBuffer) {
    this.#out = out;
    this.#groups = new GroupLines(out, "Traces");
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

  record(bytes: Uint8Array, start: number, end: number): void {
    const out = this.#out;
    const span = this.#span.at(bytes, start, end);
    out.appendRange(bytes, span.nameStart, span.nameEnd);
    out.appendByte(space);
    appendId(out, bytes, span.traceIdStart, span.traceIdEnd);
    out.appendByte(space);
    appendId(out, bytes, span.spanIdStart, span.spanIdEnd);
    if (span.attributes.length > 0) out.appendByte(space);
    this.#groups.pairs.append(bytes, span.attributes, space);
    out.appendByte(newline);
  }
}
