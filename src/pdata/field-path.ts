import { Cursor } from "../wire/cursor.ts";
import { WireType } from "../wire/wire-type.ts";
import type { MessageSchema } from "./schema.ts";

/**
 * The path of the field that holds `offset`, such as `resource_spans[0].scope_spans[2].spans[17].trace_id`. Walks again
 * from the start, because validation keeps no path; it is called for refused requests only. Broken bytes end the walk.
 */
export function fieldPathAt(root: MessageSchema, bytes: Uint8Array, offset: number): string {
  const cursor = new Cursor(bytes);
  const parts: string[] = [];
  let schema: MessageSchema | undefined = root;
  let end = bytes.length;
  while (schema !== undefined) {
    const seen = new Map<number, number>();
    let next: MessageSchema | undefined;
    while (cursor.pos < end && cursor.pos <= offset) {
      const tagAt = cursor.pos;
      const step = readField(cursor, end);
      if (step === undefined) break;
      const field = schema.byNumber.get(step.fieldNumber);
      const index = seen.get(step.fieldNumber) ?? 0;
      seen.set(step.fieldNumber, index + 1);
      if (offset >= step.valueEnd) {
        cursor.pos = step.valueEnd;
        continue;
      }
      if (field === undefined) parts.push(`field ${step.fieldNumber}`);
      else parts.push(field.repeated && field.kind === "message" ? `${field.name}[${index}]` : field.name);
      if (offset > tagAt && step.delimited && field?.message !== undefined && offset >= step.valueStart) {
        next = field.message;
        cursor.pos = step.valueStart;
        end = step.valueEnd;
      }
      break;
    }
    schema = next;
  }
  return parts.join(".");
}

interface FieldRange {
  readonly fieldNumber: number;
  readonly delimited: boolean;
  readonly valueStart: number;
  readonly valueEnd: number;
}

function readField(cursor: Cursor, end: number): FieldRange | undefined {
  let tag = 0;
  let valueStart = 0;
  try {
    cursor.end = end;
    tag = cursor.readTag();
    valueStart = cursor.pos;
    const delimited = (tag & 7) === WireType.lengthDelimited;
    if (delimited) {
      const length = cursor.readLength();
      return { fieldNumber: tag >>> 3, delimited, valueStart: cursor.pos, valueEnd: cursor.pos + length };
    }
    cursor.skip(tag);
    return { fieldNumber: tag >>> 3, delimited, valueStart, valueEnd: cursor.pos };
  } catch {
    // The broken field itself: its number is known if its tag could be read, and nothing after it can be.
    return valueStart === 0 ? undefined : { fieldNumber: tag >>> 3, delimited: false, valueStart, valueEnd: Infinity };
  }
}
