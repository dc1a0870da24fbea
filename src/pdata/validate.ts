import { isUtf8 } from "node:buffer";
import { Cursor } from "../wire/cursor.ts";
import { WireError } from "../wire/wire-error.ts";
import { WireType } from "../wire/wire-type.ts";
import { Batch } from "./batch.ts";
import { fieldPathAt } from "./field-path.ts";
import { InvalidRequestError } from "./invalid-request-error.ts";
import { messages, requestSchemas } from "./schema.ts";
import type { Signal } from "./signal.ts";
import { isAscii, isUsualAttribute } from "./usual-attribute.ts";
import * as tables from "./validation-table.ts";

/** Messages in messages. Protobuf's own readers in C++, Java and Python stop at the same depth. */
export const maxMessageDepth = 100;

/**
 * Checks a whole export request and counts its items: wire format, nesting, UTF-8 of strings, id lengths (16 and 8
 * bytes, or none, as upstream). Unknown fields are kept and passed on. The batch shares `bytes`; the caller gives them
 * away and does not write into them any more.
 *
 * Throws `InvalidRequestError` with the field path; nothing of a bad request is ever accepted.
 */
export function validate<S extends Signal>(signal: S, bytes: Uint8Array): Batch<S> {
  const root = requestSchemas[signal];
  try {
    return new Batch(signal, bytes, checkRequest(root.index, bytes));
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    throw new InvalidRequestError(fieldPathAt(root, bytes, error.offset), error.message, { cause: error });
  } finally {
    cursor.reset(noBytes, 0, 0);
  }
}

// Copies in this module, because V8 takes its own constants for constants but not imported ones: half again as fast.
const { actionTable, itemWeights, wireTypes, wideTags } = tables;
const {
  other,
  varint,
  fixed64,
  bytes: plainBytes,
  text,
  traceId,
  spanId,
  message,
  oneofMessage,
  attribute,
} = tables.Action;

// Validation never waits, so one cursor and one stack of open messages serve every call.
const noBytes = new Uint8Array(0);
const cursor = new Cursor(noBytes);
const openEnds = new Int32Array(maxMessageDepth);
const openBases = new Int32Array(maxMessageDepth);

/**
 * The loop that every byte of input goes through. It keeps its own stack and its position in locals and hands over to
 * the cursor only what is rare: recursion with a cursor for everything took four times as long. No byte is read outside
 * the array, which would make the loop slow for good. Every error has the offset of the tag of the field that is wrong.
 */
function checkRequest(rootIndex: number, bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let base = rootIndex << 9;
  let end = bytes.length;
  let pos = 0;
  let depth = 0;
  let itemCount = 0;
  // Where the metric ends whose data was counted last, and how many items there were before it.
  let countedEnd = -1;
  let countedBefore = 0;
  for (;;) {
    if (end - pos < 2) {
      // A field takes two bytes at least.
      if (pos < end) throw loneByteError(bytes, pos, end);
      if (depth === 0) return itemCount;
      depth--;
      end = openEnds[depth] as number;
      base = openBases[depth] as number;
      continue;
    }
    const at = pos;
    let entry = actionTable[base | (bytes[pos++] as number)] as number;
    if (entry === other) {
      const tag = cursor.reset(bytes, at, end).readTag();
      pos = cursor.pos;
      if (tag < 0x100) entry = actionTable[base | (tag < 0x80 ? 0 : wideTags) | tag] as number;
      if (entry === other) {
        pos = checkOther(base >>> 9, tag, bytes, at, pos, end);
        continue;
      }
      if (pos === end) throw truncated(at);
    }
    const action = entry & 15;
    if (action < plainBytes) {
      if (action === varint) {
        if ((bytes[pos++] as number) >= 0x80) pos = skipVarint(bytes, at, pos - 1, end);
      } else {
        pos += action === fixed64 ? 8 : 4;
        if (pos > end) throw truncated(at);
      }
      continue;
    }
    let length = bytes[pos++] as number;
    if (length >= 0x80) {
      if (pos < end && (bytes[pos] as number) < 0x80) length = (length & 0x7f) | ((bytes[pos++] as number) << 7);
      else {
        length = readLength(bytes, at, pos - 1, end);
        pos = cursor.pos;
      }
    }
    if (length > end - pos) throw lengthError(at, length, end - pos);
    if (action >= message) {
      // Two more messages are in it.
      if (action === attribute && depth + 2 <= maxMessageDepth && isUsualAttribute(bytes, view, pos, pos + length)) {
        pos += length;
        continue;
      }
      if (depth === maxMessageDepth)
        throw new WireError("too_deep", at, `messages nest deeper than ${maxMessageDepth}`);
      if (action === oneofMessage) {
        // The data of this metric was given before: the last one counts. No two metrics end at one place.
        if (countedEnd === end) itemCount = countedBefore;
        countedEnd = end;
        countedBefore = itemCount;
      }
      openEnds[depth] = end;
      openBases[depth] = base;
      depth++;
      const child = entry >>> 4;
      itemCount += itemWeights[child] as number;
      base = child << 9;
      end = pos + length;
      continue;
    }
    if (action === text) {
      if (!isAscii(bytes, view, pos, pos + length) && !isUtf8(bytes.subarray(pos, pos + length))) {
        throw new WireError("invalid_utf8", at, "text is not valid UTF-8");
      }
    } else if (action === traceId) {
      if (length !== 16 && length !== 0) throw idLengthError(at, length, 16);
    } else if (action === spanId) {
      if (length !== 8 && length !== 0) throw idLengthError(at, length, 8);
    }
    pos += length;
  }
}

/** What is wrong with one byte at the end of a message: half a tag, an illegal one, or a tag without a value. */
function loneByteError(bytes: Uint8Array, at: number, end: number): WireError {
  cursor.reset(bytes, at, end).readTag();
  return truncated(at);
}

function truncated(at: number): WireError {
  return new WireError("truncated", at, "value runs past the end");
}

function lengthError(at: number, length: number, left: number): WireError {
  const bytes = left === 1 ? "byte is" : "bytes are";
  return new WireError("truncated", at, `length ${length} runs past the end: ${left} ${bytes} left`);
}

function idLengthError(at: number, length: number, expected: number): WireError {
  return new WireError("invalid_id_length", at, `${length} ${length === 1 ? "byte" : "bytes"}, ${expected} expected`);
}

/** A field that is not in the table with its wire type: an unknown one is stepped over, a packed list checked. */
function checkOther(
  messageIndex: number,
  tag: number,
  bytes: Uint8Array,
  at: number,
  pos: number,
  end: number,
): number {
  const wireType = tag & 7;
  const field = messages[messageIndex]?.byNumber.get(tag >>> 3);
  if (field === undefined) return skipValue(tag, bytes, at, pos, end);
  const expected = wireTypes[field.kind];
  // Lists of numbers may come packed into one field or one by one; writers of proto3 pack.
  if (wireType === WireType.lengthDelimited && field.repeated && expected !== WireType.lengthDelimited) {
    return checkPacked(expected, bytes, at, pos, end);
  }
  throw new WireError("unexpected_wire_type", at, `wire type ${wireType}, ${expected} expected`);
}

function checkPacked(itemType: WireType, bytes: Uint8Array, at: number, start: number, end: number): number {
  const length = readLength(bytes, at, start, end);
  const first = cursor.pos;
  if (itemType !== WireType.varint) {
    const width = itemType === WireType.fixed64 ? 8 : 4;
    if (length % width === 0) return first + length;
    throw new WireError("invalid_packed_length", at, `list of ${length} bytes, a multiple of ${width} expected`);
  }
  let pos = first;
  while (pos < first + length) pos = skipVarint(bytes, at, pos, first + length);
  return pos;
}

/** Where the varint ends. Known fields take this way instead of the cursor's, whose bookkeeping shows in the figures. */
function skipVarint(bytes: Uint8Array, at: number, start: number, end: number): number {
  for (let pos = start; pos < start + 10; pos++) {
    if (pos >= end) throw truncated(at);
    if ((bytes[pos] as number) < 0x80) return pos + 1;
  }
  throw new WireError("varint_too_long", at, "varint is longer than 10 bytes");
}

/** Where the value of an unknown field ends. */
function skipValue(tag: number, bytes: Uint8Array, at: number, pos: number, end: number): number {
  try {
    cursor.reset(bytes, pos, end).skip(tag);
    return cursor.pos;
  } catch (error) {
    throw atField(error, at);
  }
}

/** A length of any size; the cursor then stands on the first byte after it. */
function readLength(bytes: Uint8Array, at: number, pos: number, end: number): number {
  try {
    return cursor.reset(bytes, pos, end).readLength();
  } catch (error) {
    throw atField(error, at);
  }
}

function atField(error: unknown, at: number): unknown {
  return error instanceof WireError ? new WireError(error.code, at, error.message, { cause: error }) : error;
}
