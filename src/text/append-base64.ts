import type { TextBuffer } from "./text-buffer.ts";

const alphabet = Buffer.from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
const padding = 61;

/** Standard base64 with padding. */
export function appendBase64(out: TextBuffer, source: Uint8Array, start: number, end: number): void {
  out.reserve(Math.ceil((end - start) / 3) * 4);
  const { bytes } = out;
  let pos = out.length;
  let from = start;
  for (; from + 2 < end; from += 3) {
    const group = ((source[from] as number) << 16) | ((source[from + 1] as number) << 8) | (source[from + 2] as number);
    bytes[pos++] = alphabet[group >>> 18] as number;
    bytes[pos++] = alphabet[(group >>> 12) & 63] as number;
    bytes[pos++] = alphabet[(group >>> 6) & 63] as number;
    bytes[pos++] = alphabet[group & 63] as number;
  }
  if (from < end) {
    const two = from + 1 < end;
    const group = ((source[from] as number) << 16) | (two ? (source[from + 1] as number) << 8 : 0);
    bytes[pos++] = alphabet[group >>> 18] as number;
    bytes[pos++] = alphabet[(group >>> 12) & 63] as number;
    bytes[pos++] = two ? (alphabet[(group >>> 6) & 63] as number) : padding;
    bytes[pos++] = padding;
  }
  out.length = pos;
}
