import { KeyValueView, type AnyValueView, type RangeList } from "../pdata/views/index.ts";
import { appendTextAttribute, isShortText } from "./append-text-attribute.ts";
import type { TextBuffer } from "./text-buffer.ts";

const newline = 10;
const separator = Buffer.from(": ");
const arrow = Buffer.from("     -> ");

/** What differs from version to version of the text. */
export interface AttributeDialect<V> {
  /** Writes a value with its type: `Str(value)`. */
  readonly values: V;
  /** What stands between key and text, with the type's name: `: Str(`. */
  readonly textOpening: Uint8Array;
  /** What begins a line for attributes of something that is itself a list item. */
  readonly indentedArrow: Uint8Array;
}

interface TypedValueWriter {
  appendTyped(out: TextBuffer, value: AnyValueView): void;
}

/** Attributes, one a line, below a header; nothing at all when there are none. */
export class AttributeLines<V extends TypedValueWriter> {
  readonly values: V;
  readonly #out: TextBuffer;
  readonly #dialect: AttributeDialect<V>;
  readonly #attribute = new KeyValueView();

  constructor(out: TextBuffer, dialect: AttributeDialect<V>) {
    this.values = dialect.values;
    this.#out = out;
    this.#dialect = dialect;
  }

  append(header: Uint8Array, bytes: Uint8Array, attributes: RangeList): void {
    this.#lines(header, arrow, bytes, attributes);
  }

  /** For attributes of something that is itself a list item. */
  appendIndented(header: Uint8Array, bytes: Uint8Array, attributes: RangeList): void {
    this.#lines(header, this.#dialect.indentedArrow, bytes, attributes);
  }

  #lines(header: Uint8Array, prefix: Uint8Array, bytes: Uint8Array, attributes: RangeList): void {
    if (attributes.length === 0) return;
    const out = this.#out;
    const attribute = this.#attribute;
    const { textOpening } = this.#dialect;
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
