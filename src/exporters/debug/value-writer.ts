import type { AnyValueView, ValueType } from "../../pdata/views/index.ts";
import { appendBase64 } from "../../text/append-base64.ts";
import { appendJavaScript } from "../../text/append-double.ts";
import { appendInt64 } from "../../text/append-integer.ts";
import { createJsonEscapes } from "../../text/append-json-string.ts";
import { JsonValueWriter } from "../../text/json-value-writer.ts";
import type { TextBuffer } from "../../text/text-buffer.ts";

const trueText = Buffer.from("true");
const falseText = Buffer.from("false");
const closing = Buffer.from(")");

const openings: Readonly<Record<ValueType, Uint8Array>> = {
  empty: Buffer.from("Empty("),
  string: Buffer.from("Str("),
  bool: Buffer.from("Bool("),
  int: Buffer.from("Int("),
  double: Buffer.from("Double("),
  array: Buffer.from("Slice("),
  map: Buffer.from("Map("),
  bytes: Buffer.from("Bytes("),
};

/** Writes attribute values and log bodies as upstream's current version does. */
export class ValueWriter {
  readonly #json = new JsonValueWriter({
    escapes: createJsonEscapes({ html: false, short: true }),
    nestedInList: undefined,
    emptyBytesAreNull: true,
  });

  /** `Str(value)`: the value with its type. */
  appendTyped(out: TextBuffer, value: AnyValueView): void {
    out.appendBytes(openings[value.type]);
    this.append(out, value);
    out.appendBytes(closing);
  }

  append(out: TextBuffer, value: AnyValueView): void {
    switch (value.type) {
      case "string":
        return out.appendRange(value.bytes, value.start, value.end);
      case "int":
        return appendInt64(out, value.intLo, value.intHi);
      case "bool":
        return out.appendBytes(value.bool ? trueText : falseText);
      case "double":
        return appendJavaScript(out, value.double);
      case "array":
      case "map":
        return this.#json.write(out, value);
      case "bytes":
        return appendBase64(out, value.bytes, value.start, value.end);
      case "empty":
    }
  }
}
