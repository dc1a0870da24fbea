import type { TextBuffer } from "./text-buffer.ts";

const digits = Buffer.from("0123456789abcdef");

/** An id in lower-case hex; nothing when all its bytes are zero, as an id that is not set. */
export function appendId(out: TextBuffer, source: Uint8Array, start: number, end: number): void {
  out.reserve((end - start) * 2);
  const { bytes } = out;
  let pos = out.length;
  let seen = 0;
  for (let from = start; from < end; from++) {
    const byte = source[from] as number;
    seen |= byte;
    bytes[pos++] = digits[byte >>> 4] as number;
    bytes[pos++] = digits[byte & 15] as number;
  }
  if (seen !== 0) out.length = pos;
}
