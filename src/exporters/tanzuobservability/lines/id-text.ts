import { Buffer } from "node:buffer";
import { isAllZero } from "../../../pdata/views/index.ts";
import { putSpanId, putTraceId, uuidLength } from "./uuid-text.ts";

const text = Buffer.alloc(uuidLength);
const view = new DataView(text.buffer, text.byteOffset, uuidLength);

/** The UUID of the 16 bytes at `start`. */
export function traceIdText(bytes: Uint8Array, start: number): string {
  putTraceId(view, 0, bytes, start);
  return text.toString("latin1");
}

/** The UUID of a span id; empty for one that is missing or all zeros. */
export function spanIdText(bytes: Uint8Array, start: number, end: number): string {
  if (isAllZero(bytes, start, end)) return "";
  putSpanId(view, 0, bytes, start);
  return text.toString("latin1");
}
