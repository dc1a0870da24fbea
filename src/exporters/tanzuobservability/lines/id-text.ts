import { isAllZero, textOf } from "../../../pdata/views/index.ts";
import { putSpanId, putTraceId, uuidLength } from "./uuid-text.ts";

const text = new Uint8Array(uuidLength);
const view = new DataView(text.buffer);

/** The UUID of the 16 bytes at `start`. */
export function traceIdText(bytes: Uint8Array, start: number): string {
  putTraceId(view, 0, bytes, start);
  return textOf(text, 0, uuidLength);
}

/** The UUID of a span id; empty for one that is missing or all zeros. */
export function spanIdText(bytes: Uint8Array, start: number, end: number): string {
  if (isAllZero(bytes, start, end)) return "";
  putSpanId(view, 0, bytes, start);
  return textOf(text, 0, uuidLength);
}
