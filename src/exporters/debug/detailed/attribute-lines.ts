import { KeyValueView, type RangeList } from "../../../pdata/views/index.ts";
import type { TextBuffer } from "../../../text/text-buffer.ts";
import { ValueWriter } from "../value-writer.ts";

const newline = 10;
const shortText = 64;
const separator = Buffer.from(": ");
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
      const { value } = attribute;
      if (value.type === "string" && value.end - value.start <= shortText) {
        this.#shortTextLine(prefix, attribute);
        continue;
      }
      out.appendBytes(prefix);
      out.appendRange(bytes, attribute.keyStart, attribute.keyEnd);
      out.appendBytes(separator);
      this.values.appendTyped(out, value);
      out.appendByte(newline);
    }
  }

  /** The same for most attributes there are: one check of the room, one loop a part. */
  #shortTextLine(prefix: Uint8Array, { bytes, keyStart, keyEnd, value }: KeyValueView): void {
    const out = this.#out;
    out.reserve(prefix.length + keyEnd - keyStart + value.end - value.start + 8);
    const to = out.bytes;
    let pos = out.length;
    for (let from = 0; from < prefix.length; from++) to[pos++] = prefix[from] as number;
    for (let from = keyStart; from < keyEnd; from++) to[pos++] = bytes[from] as number;
    to[pos++] = 58; // : Str(
    to[pos++] = 32;
    to[pos++] = 83;
    to[pos++] = 116;
    to[pos++] = 114;
    to[pos++] = 40;
    for (let from = value.start, { end } = value; from < end; from++) to[pos++] = bytes[from] as number;
    to[pos++] = 41;
    to[pos++] = newline;
    out.length = pos;
  }
}
