import { crc32 } from "node:zlib";

/*
 * A segment file, little endian:
 *
 *     0        header      magic 8, version u32, 0 u32, nonce 8, crc u32
 *     2048     header      the same again: one damaged block does not cost the segment
 *     4096     marks       one byte per record: 0 waiting, 0x0f taken, 0xff done; written in place
 *     32768    records     nonce 8, index u32, length u32, crc u32, bytes
 *
 * The nonce is random and new for each file. It marks where a record begins, so that reading goes on behind a damaged
 * one, and nothing that a sender puts into its data can look like a record.
 */

const magic = Buffer.from("OTELCOLQ", "latin1");
const version = 1;
const headerCopies = [0, 2048];
const headerBytes = 28;

export const nonceBytes = 8;
export const marksOffset = 4096;
export const dataOffset = 32_768;
export const maxRecords = dataOffset - marksOffset;
export const recordHeaderBytes = 20;

/** Far apart, so that no single flipped bit makes a record that waits look done. */
export const markTaken = 0x0f;
export const markDone = 0xff;

/** Everything before the records. */
export function encodeHead(nonce: Uint8Array): Buffer {
  const head = Buffer.alloc(dataOffset);
  for (const offset of headerCopies) {
    magic.copy(head, offset);
    head.writeUInt32LE(version, offset + 8);
    head.set(nonce, offset + 16);
    head.writeUInt32LE(crc32(head.subarray(offset, offset + 24)), offset + 24);
  }
  return head;
}

/** The nonce, or why this is not one of our segments. */
export function decodeHead(file: Buffer): { readonly nonce: Buffer } | { readonly problem: string } {
  if (file.length === 0) return { problem: "it is empty" };
  for (const offset of headerCopies) {
    if (file.length < offset + headerBytes || !file.subarray(offset, offset + 8).equals(magic)) continue;
    if (file.readUInt32LE(offset + 24) !== crc32(file.subarray(offset, offset + 24))) continue;
    const found = file.readUInt32LE(offset + 8);
    if (found !== version) return { problem: `it has version ${found}, this program knows version ${version}` };
    return { nonce: file.subarray(offset + 16, offset + 24) };
  }
  return { problem: file.subarray(0, 8).equals(magic) ? "its head is damaged" : "it is not a segment of a journal" };
}

export function encodeRecordHeader(nonce: Uint8Array, index: number, parts: readonly Uint8Array[]): Buffer {
  const header = Buffer.alloc(recordHeaderBytes);
  let length = 0;
  for (const part of parts) length += part.length;
  header.set(nonce);
  header.writeUInt32LE(index, 8);
  header.writeUInt32LE(length, 12);
  let crc = crc32(header.subarray(0, 16));
  for (const part of parts) crc = crc32(part, crc);
  header.writeUInt32LE(crc, 16);
  return header;
}

export interface FoundRecord {
  readonly index: number;
  /** Of its header. */
  readonly offset: number;
  /** Shares memory with the file. */
  readonly bytes: Buffer;
}

/** The record whose header stands at `offset`, if all of it is there and as it was written. */
export function decodeRecord(file: Buffer, offset: number, nonce: Uint8Array): FoundRecord | undefined {
  if (offset + recordHeaderBytes > file.length) return undefined;
  const header = file.subarray(offset, offset + recordHeaderBytes);
  if (!header.subarray(0, nonceBytes).equals(nonce)) return undefined;
  const index = header.readUInt32LE(8);
  const end = offset + recordHeaderBytes + header.readUInt32LE(12);
  if (index >= maxRecords || end > file.length) return undefined;
  const bytes = file.subarray(offset + recordHeaderBytes, end);
  const crc = crc32(bytes, crc32(header.subarray(0, 16)));
  return header.readUInt32LE(16) === crc ? { index, offset, bytes } : undefined;
}
