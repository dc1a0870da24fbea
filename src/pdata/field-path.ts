import { Cursor } from "../wire/cursor.ts";
import { WireError } from "../wire/wire-error.ts";
import { WireType } from "../wire/wire-type.ts";
import type { FieldSchema, MessageSchema } from "./schema.ts";

/**
 * The path of the field whose tag stands at `offset`, such as `resource_spans[0].scope_spans[2].spans[17].trace_id`; if
 * no tag can be read there, the path of the message around it. Walks again from the start, because validation keeps no
 * path; it is called for refused requests only. Everything before `offset` must have been found well-formed.
 */
export function fieldPathAt(root: MessageSchema, bytes: Uint8Array, offset: number): string {
  const parts: string[] = [];
  try {
    collectParts(parts, root, new Cursor(bytes), offset);
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    // Nothing can be read at `offset`: the parts so far lead to the message around it.
  }
  return joinPath(parts);
}

function collectParts(parts: string[], root: MessageSchema, cursor: Cursor, offset: number): void {
  let schema = root;
  let seen = new Map<number, number>();
  while (cursor.pos <= offset) {
    const at = cursor.pos;
    const tag = cursor.readTag();
    const fieldNumber = tag >>> 3;
    const field = schema.byNumber.get(fieldNumber);
    const index = seen.get(fieldNumber) ?? 0;
    seen.set(fieldNumber, index + 1);
    if (at === offset) {
      parts.push(partOf(field, fieldNumber, index));
      return;
    }
    if ((tag & 7) !== WireType.lengthDelimited || field?.message === undefined) {
      cursor.skip(tag);
      continue;
    }
    const end = cursor.readLength() + cursor.pos;
    if (offset >= end) {
      cursor.pos = end;
      continue;
    }
    parts.push(partOf(field, fieldNumber, index));
    schema = field.message;
    cursor.end = end;
    seen = new Map();
  }
}

function partOf(field: FieldSchema | undefined, fieldNumber: number, index: number): string {
  if (field === undefined) return `field ${fieldNumber}`;
  // A packed list is one field on the wire, so only messages and strings have a place of their own.
  return field.repeated && (field.kind === "message" || field.kind === "string")
    ? `${field.name}[${index}]`
    : field.name;
}

const partsAtStart = 10;
const partsAtEnd = 3;

/** Joins the parts of a path; of one that an attacker nested a hundred levels deep only the two ends are shown. */
export function joinPath(parts: readonly string[]): string {
  if (parts.length <= partsAtStart + partsAtEnd) return parts.join(".");
  return [...parts.slice(0, partsAtStart), "…", ...parts.slice(-partsAtEnd)].join(".");
}
