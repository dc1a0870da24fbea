import { textOf } from "../../pdata/views/index.ts";
import type { TextBuffer } from "../../text/text-buffer.ts";
import { Cursor } from "../../wire/cursor.ts";

/** Field 4 of a log record was `string name` until OTLP 0.11; clients of that time still send it. */
const nameTag = 34;

/** Reads the name that log records had when upstream 0.45 printed them; views know only the fields of today. */
export class ShortName {
  readonly #cursor = new Cursor(new Uint8Array(0));

  append(out: TextBuffer, bytes: Uint8Array, start: number, end: number): void {
    const cursor = this.#cursor.reset(bytes, start, end);
    let nameStart = 0;
    let nameEnd = 0;
    while (cursor.pos < end) {
      const tag = cursor.readTag();
      if (tag === nameTag) {
        const length = cursor.readLength();
        nameStart = cursor.pos;
        nameEnd = cursor.pos += length;
      } else cursor.skip(tag);
    }
    // Validation does not know this field to be text, so it may not be UTF-8; decoding repairs it.
    if (nameEnd > nameStart) out.appendBytes(Buffer.from(textOf(bytes, nameStart, nameEnd)));
  }
}
