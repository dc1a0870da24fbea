import { Cursor } from "../wire/cursor.ts";

const noBytes = new Uint8Array(0);
const cursor = new Cursor(noBytes);

/**
 * Where the first `Resource` of an export request stands (field 1 of field 1), without a look at the rest. Empty range if
 * there is none.
 */
export function firstResource(bytes: Uint8Array): { readonly start: number; readonly end: number } {
  const group = find(bytes, 0, bytes.length);
  return find(bytes, group.start, group.end);
}

/** The first length-delimited field 1 within a message. */
function find(bytes: Uint8Array, from: number, end: number): { readonly start: number; readonly end: number } {
  cursor.reset(bytes, from, end);
  while (cursor.pos < end) {
    const tag = cursor.readTag();
    if (tag === 10) {
      const length = cursor.readLength();
      return { start: cursor.pos, end: cursor.pos + length };
    }
    cursor.skip(tag);
  }
  return { start: end, end };
}
