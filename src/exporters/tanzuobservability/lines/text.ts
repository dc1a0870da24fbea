import { Buffer } from "node:buffer";
import type { RangeList } from "../../../pdata/views/index.ts";

const shortLength = 8;

let lastBytes: Uint8Array = new Uint8Array(0);
let lastBuffer: Buffer = Buffer.alloc(0);

/**
 * UTF-8 as a string that lies flat in memory. Adding characters one by one, which `textOf` does for up to 24, makes a chain
 * that costs more to take apart as soon as the string becomes a key: here the careful way spends a good part of its time.
 */
export function readText(bytes: Uint8Array, start: number, end: number): string {
  if (end - start <= shortLength) return readShort(bytes, start, end);
  const buffer = bufferOf(bytes);
  for (let pos = start; pos < end; pos++)
    if ((bytes[pos] as number) >= 0x80) return buffer.toString("utf8", start, end);
  return buffer.toString("latin1", start, end);
}

/** Lets go of the bytes that were read last. */
export function forgetText(): void {
  lastBytes = lastBuffer = Buffer.alloc(0);
}

function readShort(bytes: Uint8Array, start: number, end: number): string {
  let text = "";
  for (let pos = start; pos < end; pos++) {
    const byte = bytes[pos] as number;
    if (byte >= 0x80) return bufferOf(bytes).toString("utf8", start, end);
    text += String.fromCharCode(byte);
  }
  return text;
}

/** All text of a batch lies in the same bytes. */
function bufferOf(bytes: Uint8Array): Buffer {
  if (bytes === lastBytes) return lastBuffer;
  lastBytes = bytes;
  lastBuffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return lastBuffer;
}

/** Ranges put end to end, byte for character: for keys of maps, not for reading. */
export function rangeText(bytes: Uint8Array, ranges: RangeList): string {
  let text = "";
  for (let index = 0; index < ranges.length; index++) {
    text += bufferOf(bytes).toString("latin1", ranges.start(index), ranges.end(index));
  }
  return text;
}
