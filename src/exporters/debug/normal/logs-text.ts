import type { Batch } from "../../../pdata/batch.ts";
import { LogRecordView, Walker, type ResourceView, type ScopeView, type Visitor } from "../../../pdata/views/index.ts";
import type { BatchText } from "../../../text/batch-text.ts";
import type { TextBuffer } from "../../../text/text-buffer.ts";
import { GroupLines } from "./group-lines.ts";

const newline = 10;
const space = 32;

/** A log record a line: body, attributes. The space after the body is always there. */
export class NormalLogsText implements BatchText, Visitor {
  readonly #out: TextBuffer;
  readonly #groups: GroupLines;
  readonly #walker = new Walker();
  readonly #record = new LogRecordView();

  constructor(out: TextBuffer) {
    this.#out = out;
    this.#groups = new GroupLines(out, "Log");
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
    const record = this.#record.at(bytes, start, end);
    this.#groups.pairs.values.append(out, record.body);
    out.appendByte(space);
    this.#groups.pairs.append(bytes, record.attributes, space);
    out.appendByte(newline);
  }
}
