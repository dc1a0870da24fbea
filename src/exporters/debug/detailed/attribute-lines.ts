import { AttributeLines as TextAttributeLines } from "../../../text/attribute-lines.ts";
import type { TextBuffer } from "../../../text/text-buffer.ts";
import { ValueWriter } from "../value-writer.ts";

export type AttributeLines = TextAttributeLines<ValueWriter>;

const textOpening = Buffer.from(": Str(");
/** Five more spaces than elsewhere. */
const indentedArrow = Buffer.from("          -> ");

export function createAttributeLines(out: TextBuffer): AttributeLines {
  return new TextAttributeLines(out, { values: new ValueWriter(), textOpening, indentedArrow });
}
