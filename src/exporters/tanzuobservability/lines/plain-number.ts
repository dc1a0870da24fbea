import type { AnyValueView } from "../../../pdata/views/index.ts";
import { ascii, type ByteBuffer } from "./byte-buffer.ts";
import { putInteger, writeDouble, writeInt64 } from "./number-text.ts";
import { putAll } from "./plain-text.ts";
import { quickNumber, quickTrue, type QuickAttribute } from "./quick-attribute.ts";

const trueText = ascii("true");
const falseText = ascii("false");

/** The value of an attribute that is no text. Needs room for `maxIntegerLength`. */
export function putQuickNumber(to: Uint8Array, at: number, quick: QuickAttribute): number {
  if (quick.kind === quickNumber) return putInteger(to, at, quick.number);
  return putAll(to, at, quick.kind === quickTrue ? trueText : falseText);
}

/** Writes a truth value or number; `false` for other values, and for numbers that have an exponent or are none. */
export function writePlainNumber(out: ByteBuffer, value: AnyValueView): boolean {
  switch (value.type) {
    case "int":
      writeInt64(out, value.intLo, value.intHi);
      return true;
    case "bool":
      out.writeBytes(value.bool ? trueText : falseText);
      return true;
    case "double": {
      const magnitude = Math.abs(value.double);
      if (!(magnitude >= 1e-6 && magnitude < 1e21) && magnitude !== 0) return false;
      writeDouble(out, value.double);
      return true;
    }
    default:
      return false;
  }
}
