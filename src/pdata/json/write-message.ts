import { WireType } from "../../wire/wire-type.ts";
import type { Writer } from "../../wire/writer.ts";
import type { FieldSchema, MessageSchema } from "../schema.ts";
import { maxMessageDepth } from "../validate.ts";
import { wireTypes } from "../validation-table.ts";
import { expected, JsonFieldError } from "./json-error.ts";
import { isObject, type JsonObject } from "./json-object.ts";
import { fieldNamed } from "./old-names.ts";
import { writeBase64, writeId } from "./write-bytes.ts";
import { writeNumber } from "./write-number.ts";

/**
 * Writes the fields of a message from a parsed JSON object. Unknown names are ignored; `null` counts as absent, for
 * numbers too: JavaScript's exporter writes it where it has NaN or an infinity, and the rest of its request is sound.
 * Of a oneof given twice both are written, and readers take the last. Throws `JsonFieldError` and `InexactNumber`.
 */
export function writeMessage(
  writer: Writer,
  schema: MessageSchema,
  object: JsonObject,
  exact: boolean,
  depth: number,
): void {
  if (depth > maxMessageDepth) throw new JsonFieldError(`messages nest deeper than ${maxMessageDepth}`);
  for (const name in object) {
    const value = object[name];
    const field = fieldNamed(schema, name, object);
    if (field === undefined || value === null) continue;
    let index = -1;
    try {
      if (!field.repeated) {
        writeField(writer, field, value, exact, depth);
        continue;
      }
      if (!Array.isArray(value)) throw expected("array", value);
      // Lists of numbers are packed into one field.
      const packed = wireTypes[field.kind] !== WireType.lengthDelimited && value.length > 0;
      const start = packed ? writer.open(field.number) : 0;
      for (index = 0; index < value.length; index++) {
        if (packed) writeNumber(writer, field, value[index], exact);
        else writeField(writer, field, value[index], exact, depth);
      }
      if (packed) writer.close(start);
    } catch (error) {
      throw error instanceof JsonFieldError ? error.within(index < 0 ? name : `${name}[${index}]`) : error;
    }
  }
}

function writeField(writer: Writer, field: FieldSchema, value: unknown, exact: boolean, depth: number): void {
  switch (field.kind) {
    case "message": {
      if (!isObject(value) || field.message === undefined) throw expected("object", value);
      const start = writer.open(field.number);
      writeMessage(writer, field.message, value, exact, depth + 1);
      writer.close(start);
      return;
    }
    case "string":
      if (typeof value !== "string") throw expected("string", value);
      writer.writeString(field.number, value);
      return;
    case "bytes":
      writeBase64(writer, field.number, value);
      return;
    case "trace_id":
      writeId(writer, field.number, value, 16);
      return;
    case "span_id":
      writeId(writer, field.number, value, 8);
      return;
    default:
      writer.writeTag(field.number, wireTypes[field.kind]);
      writeNumber(writer, field, value, exact);
  }
}
