import { ExemplarView, type RangeList } from "../../../pdata/views/index.ts";
import { appendFixed6 } from "../../../text/append-double.ts";
import { appendId } from "../../../text/append-id.ts";
import { appendInt64, appendUint } from "../../../text/append-integer.ts";
import { appendTime } from "../../../text/append-time.ts";
import type { TextBuffer } from "../../../text/text-buffer.ts";
import type { AttributeLines } from "./attribute-lines.ts";

const newline = 10;
const exemplarsHeader = Buffer.from("Exemplars:\n");
const exemplarLine = Buffer.from("Exemplar #");
const traceId = Buffer.from("\n     -> Trace ID: ");
const spanId = Buffer.from("\n     -> Span ID: ");
const time = Buffer.from("\n     -> Timestamp: ");
const value = Buffer.from("\n     -> Value: ");
const filteredAttributes = Buffer.from("     -> FilteredAttributes:\n");

/** Exemplars of a data point. */
export class ExemplarLines {
  readonly #out: TextBuffer;
  readonly #attributes: AttributeLines;
  readonly #exemplar = new ExemplarView();

  constructor(out: TextBuffer, attributes: AttributeLines) {
    this.#out = out;
    this.#attributes = attributes;
  }

  append(bytes: Uint8Array, exemplars: RangeList): void {
    if (exemplars.length === 0) return;
    const out = this.#out;
    out.appendBytes(exemplarsHeader);
    for (let index = 0; index < exemplars.length; index++) {
      const exemplar = this.#exemplar.at(bytes, exemplars.start(index), exemplars.end(index));
      out.appendBytes(exemplarLine);
      appendUint(out, index);
      out.appendBytes(traceId);
      appendId(out, bytes, exemplar.traceIdStart, exemplar.traceIdEnd);
      out.appendBytes(spanId);
      appendId(out, bytes, exemplar.spanIdStart, exemplar.spanIdEnd);
      out.appendBytes(time);
      appendTime(out, exemplar.timeLo, exemplar.timeHi);
      if (exemplar.valueType !== "empty") {
        out.appendBytes(value);
        if (exemplar.valueType === "int") appendInt64(out, exemplar.intLo, exemplar.intHi);
        else appendFixed6(out, exemplar.double);
      }
      out.appendByte(newline);
      this.#attributes.appendIndented(filteredAttributes, bytes, exemplar.filteredAttributes);
    }
  }
}
