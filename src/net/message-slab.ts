import { ownBytes } from "./own-bytes.ts";

const slabBytes = 16 * 1024;
const maxSmallBytes = 2048;

let slab = Buffer.allocUnsafeSlow(slabBytes);
let used = 0;

/**
 * The bytes of a message in memory that it shares with no more than its neighbours: those that fill most of what the
 * socket has read stay there, small ones go into a slab of 16 KiB, because memory of its own costs more than a small
 * message takes in all (bench/http2.ts), and others get memory of their own.
 */
export function keepMessage(chunk: Buffer, start: number, end: number): Uint8Array {
  const length = end - start;
  const bytes = chunk.subarray(start, end);
  if (length > maxSmallBytes || chunk.buffer.byteLength <= length * 1.5 + 256) return ownBytes(bytes);
  if (used + length > slabBytes) {
    slab = Buffer.allocUnsafeSlow(slabBytes);
    used = 0;
  }
  const kept = slab.subarray(used, used + length);
  kept.set(bytes);
  used += length;
  return kept;
}
