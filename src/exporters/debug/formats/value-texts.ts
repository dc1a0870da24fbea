import { Buffer } from "node:buffer";
import { KeyValueView, rangeEquals, type AnyValueView, type RangeList } from "../../../pdata/views/index.ts";
import { TextBuffer, TextLimitError } from "../../../text/text-buffer.ts";
import { ValueWriter } from "../value-writer.ts";

/** Of one text. Longer ones end in `…`. */
const maxBytes = 64 * 1024;

/** Parts of records as strings. For people, who read some lines a second; nothing here is meant for large streams. */
export class ValueTexts {
  readonly #out = new TextBuffer(maxBytes);
  readonly #values = new ValueWriter();
  readonly #attribute = new KeyValueView();

  /** What `write` puts into the buffer. */
  written(write: (out: TextBuffer) => void): string {
    const out = this.#out;
    let ending = "";
    try {
      write(out);
    } catch (error) {
      if (!(error instanceof TextLimitError)) throw error;
      ending = "…";
    }
    const text = Buffer.from(out.view()).toString("utf8") + ending;
    out.clear();
    return text;
  }

  value(value: AnyValueView): string {
    return this.written((out) => this.#values.append(out, value));
  }

  /** `key=value key=value`. */
  attributes(bytes: Uint8Array, list: RangeList): string {
    const attribute = this.#attribute;
    return this.written((out) => {
      for (let index = 0; index < list.length; index++) {
        attribute.at(bytes, list.start(index), list.end(index));
        if (index > 0) out.appendByte(0x20);
        out.appendRange(bytes, attribute.keyStart, attribute.keyEnd);
        out.appendByte(0x3d);
        this.#values.append(out, attribute.value);
      }
    });
  }

  /** The value of one key, `""` without it. */
  find(bytes: Uint8Array, list: RangeList, key: Uint8Array): string {
    const attribute = this.#attribute;
    for (let index = 0; index < list.length; index++) {
      attribute.at(bytes, list.start(index), list.end(index));
      if (rangeEquals(bytes, attribute.keyStart, attribute.keyEnd, key)) return this.value(attribute.value);
    }
    return "";
  }
}
