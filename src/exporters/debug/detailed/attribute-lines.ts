import { KeyValueView, type RangeList } from "../../../pdata/views/index.ts";
import { appendTextAttribute, isShortText } from "../../../text/append-text-attribute.ts";
import type { TextBuffer } from "../../../text/text-buffer.ts";
import { ValueWriter } from "../value-writer.ts";

const newline = 10;
const separator = Buffer.from(": ");
const textOpening = Buffer.from(": Str(");
const arrow = Buffer.from("     -> ");
const indentedArrow = Buffer.from("          -> ");

/** Attributes, one a line, below a header; nothing at all when there are none. */
export class AttributeLines {
  readonly values = new ValueWriter();
  readonly #out: TextBuffer;
  readonly #attribute = new KeyValueView();

  constructor(out: TextBuffer) {
    this.#out = out;
  }

  append(header: Uint8Array, bytes: Uint8Array, attributes: RangeList): void {
    this.#lines(header, arrow, bytes, attributes);
  }

  /** For attributes of something that is itself a list item: five more spaces. */
  appendIndented(header: Uint8Array, bytes: Uint8Array, attributes: RangeList): void {
    this.#lines(header, indentedArrow, bytes, attributes);
  }

  #lines(header: Uint8Array, prefix: Uint8Array, bytes: Uint8Array, attributes: RangeList): void {
    if (attributes.length === 0) return;
    const out = this.#out;
    const attribute = this.#attribute;
    out.appendBytes(header);
    for (let index = 0; index < attributes.length; index++) {
      attribute.at(bytes, attributes.start(index), attributes.end(index));
      if (isShortText(attribute)) {
        appendTextAttribute(out, prefix, textOpening, attribute);
        continue;
      }
      out.appendBytes(prefix);
      out.appendRange(bytes, attribute.keyStart, attribute.keyEnd);
      out.appendBytes(separator);
      this.values.appendTyped(out, attribute.value);
      out.appendByte(newline);
    }
  }
}
