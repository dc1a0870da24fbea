import { Buffer } from "node:buffer";

/**
 * A byte range as a string. Views keep text as bytes; only whoever needs a JavaScript string (a map key, a number to
 * print) calls this.
 */
export function textOf(bytes: Uint8Array, start: number, end: number): string {
  if (end - start < 24) {
    // Below about two dozen bytes the call into native code costs more than the loop.
    let text = "";
    for (let pos = start; pos < end; pos++) {
      const byte = bytes[pos] as number;
      if (byte >= 0x80) return bufferOf(bytes).toString("utf8", start, end);
      text += String.fromCharCode(byte);
    }
    return text;
  }
  return bufferOf(bytes).toString("utf8", start, end);
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Whether the range holds exactly these bytes. `expected` is prepared once, such as `Buffer.from("service.name")`. */
export function rangeEquals(bytes: Uint8Array, start: number, end: number, expected: Uint8Array): boolean {
  if (end - start !== expected.length) return false;
  for (let index = 0; index < expected.length; index++) {
    if (bytes[start + index] !== expected[index]) return false;
  }
  return true;
}

/** Whether every byte of the range is zero; ids that are all zero count as unset. An empty range is. */
export function isAllZero(bytes: Uint8Array, start: number, end: number): boolean {
  for (let pos = start; pos < end; pos++) {
    if (bytes[pos] !== 0) return false;
  }
  return true;
}
