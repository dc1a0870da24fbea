import { KeyValueView, type RangeList } from "../../../pdata/views/index.ts";
import type { TextBuffer } from "../../../text/text-buffer.ts";
import { ValueWriter } from "../value-writer.ts";

const equals = 61;

/** Attributes as `key=value`. */
export class AttributePairs {
  readonly values = new ValueWriter();
  readonly #out: TextBuffer;
  readonly #attribute = new KeyValueView();

  constructor(out: TextBuffer) {
    this.#out = out;
  }

  /** With `separator` (a character) between two pairs. */
  append(bytes: Uint8Array, attributes: RangeList, separator: number): void {
    const out = this.#out;
    const attribute = this.#attribute;
    for (let index = 0; index < attributes.length; index++) {
      if (index > 0) out.appendByte(separator);
      attribute.at(bytes, attributes.start(index), attributes.end(index));
      out.appendRange(bytes, attribute.keyStart, attribute.keyEnd);
      out.appendByte(equals);
      this.values.append(out, attribute.value);
    }
  }
}
