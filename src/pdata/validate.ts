import { isUtf8 } from "node:buffer";
import { Cursor } from "../wire/cursor.ts";
import { WireError } from "../wire/wire-error.ts";
import { WireType } from "../wire/wire-type.ts";
import { Batch } from "./batch.ts";
import { fieldPathAt } from "./field-path.ts";
import { InvalidRequestError } from "./invalid-request-error.ts";
import { itemMessages, messageNamed, messages, requestSchemas, type FieldKind, type FieldSchema } from "./schema.ts";
import type { Signal } from "./signal.ts";

/** Messages in messages. Protobuf's own readers in C++, Java and Python stop at the same depth. */
export const maxMessageDepth = 100;

// What to do with a field's value, beside its wire type.
const skip = 0;
const text = 1;
const traceId = 2;
const spanId = 3;
const message = 4;
const packedFixed64 = 5;
const packedVarint = 6;
/** A message that holds data points and belongs to a oneof: the last one given replaces those before. */
const oneofMessage = 7;

const wireTypes: Readonly<Record<FieldKind, WireType>> = {
  bool: WireType.varint,
  int32: WireType.varint,
  sint32: WireType.varint,
  uint32: WireType.varint,
  int64: WireType.varint,
  uint64: WireType.varint,
  enum: WireType.varint,
  fixed32: WireType.fixed32,
  fixed64: WireType.fixed64,
  sfixed64: WireType.fixed64,
  double: WireType.fixed64,
  string: WireType.lengthDelimited,
  bytes: WireType.lengthDelimited,
  trace_id: WireType.lengthDelimited,
  span_id: WireType.lengthDelimited,
  message: WireType.lengthDelimited,
};

/**
 * One number per possible field: present << 31 | child << 8 | action << 3 | wire type. Field numbers of OTLP stay below
 * 32, so `table[message * 32 + field]` answers everything in one load; 0 means an unknown field, which is kept.
 */
const table = new Int32Array(messages.length * 32);
const known = 1 << 30;
const countsAsItem = new Uint8Array(messages.length);

const metric = messageNamed("Metric");
for (const schema of messages) {
  for (const field of schema.fields) {
    const child = field.message?.index ?? 0;
    table[schema.index * 32 + field.number] =
      known | (child << 8) | (actionOf(field, schema === metric) << 3) | wireTypes[field.kind];
  }
}
for (const schema of itemMessages) countsAsItem[schema.index] = 1;

function actionOf(field: FieldSchema, inMetric: boolean): number {
  if (field.kind === "message") return inMetric && field.oneof !== "" ? oneofMessage : message;
  if (field.kind === "string") return text;
  if (field.kind === "trace_id") return traceId;
  if (field.kind === "span_id") return spanId;
  if (field.repeated && wireTypes[field.kind] === WireType.fixed64) return packedFixed64;
  if (field.repeated && wireTypes[field.kind] === WireType.varint) return packedVarint;
  return skip;
}

/**
 * Checks a whole export request and counts its items: wire format, nesting, UTF-8 of strings, id lengths (16 and 8
 * bytes, or none, as upstream). Unknown fields are kept and passed on. The batch shares `bytes`; the caller gives them
 * away and does not write into them any more.
 *
 * Throws `InvalidRequestError` with the field path; nothing of a bad request is ever accepted.
 */
export function validate<S extends Signal>(signal: S, bytes: Uint8Array): Batch<S> {
  const root = requestSchemas[signal];
  itemCount = 0;
  cursor.reset(bytes, 0, bytes.length);
  try {
    checkMessage(root.index, bytes.length, 0);
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    throw new InvalidRequestError(fieldPathAt(root, bytes, error.offset), error.message, { cause: error });
  } finally {
    cursor.reset(empty, 0, 0);
  }
  return new Batch(signal, bytes, itemCount);
}

// Validation never waits, so one cursor and one counter serve every call.
const empty = new Uint8Array(0);
const cursor = new Cursor(empty);
let itemCount = 0;

function checkMessage(messageIndex: number, end: number, depth: number): void {
  if (depth > maxMessageDepth) {
    throw new WireError("too_deep", cursor.pos, `messages nest deeper than ${maxMessageDepth}`);
  }
  itemCount += countsAsItem[messageIndex] as number;
  const itemsBefore = itemCount;
  const base = messageIndex * 32;
  const outerEnd = cursor.end;
  cursor.end = end;
  while (cursor.pos < end) {
    const at = cursor.pos;
    const tag = cursor.readTag();
    const fieldNumber = tag >>> 3;
    const entry = fieldNumber < 32 ? (table[base + fieldNumber] as number) : 0;
    if (entry === 0) {
      cursor.skip(tag);
      continue;
    }
    const action = (entry >>> 3) & 15;
    if ((tag & 7) !== (entry & 7)) {
      if ((tag & 7) !== WireType.lengthDelimited || (action !== packedFixed64 && action !== packedVarint)) {
        throw new WireError("unexpected_wire_type", at, `wire type ${tag & 7}, ${entry & 7} expected`);
      }
      checkPacked(action, at);
      continue;
    }
    if ((tag & 7) !== WireType.lengthDelimited) {
      cursor.skip(tag);
      continue;
    }
    const length = cursor.readLength();
    const start = cursor.pos;
    switch (action) {
      case text:
        checkText(at, start, start + length);
        break;
      case message:
        checkMessage((entry >>> 8) & 0xffff, start + length, depth + 1);
        break;
      case oneofMessage:
        itemCount = itemsBefore;
        checkMessage((entry >>> 8) & 0xffff, start + length, depth + 1);
        break;
      case traceId:
        if (length !== 16 && length !== 0) throw idLengthError(at, length, 16);
        break;
      case spanId:
        if (length !== 8 && length !== 0) throw idLengthError(at, length, 8);
        break;
    }
    cursor.pos = start + length;
  }
  cursor.end = outerEnd;
}

function idLengthError(at: number, length: number, expected: number): WireError {
  return new WireError("invalid_id_length", at, `${length} ${length === 1 ? "byte" : "bytes"}, ${expected} expected`);
}

function checkText(at: number, start: number, end: number): void {
  const { bytes } = cursor;
  for (let pos = start; pos < end; pos++) {
    if ((bytes[pos] as number) < 0x80) continue;
    // Most strings are ASCII and short: the loop beats a native call; the rest is rare enough for a view.
    if (!isUtf8(bytes.subarray(pos, end))) throw new WireError("invalid_utf8", at, "text is not valid UTF-8");
    return;
  }
}

function checkPacked(action: number, at: number): void {
  const length = cursor.readLength();
  const end = cursor.pos + length;
  if (action === packedFixed64) {
    if (length % 8 !== 0) {
      throw new WireError("invalid_packed_length", at, `packed list of ${length} bytes, a multiple of 8 expected`);
    }
    cursor.pos = end;
    return;
  }
  const outerEnd = cursor.end;
  cursor.end = end;
  while (cursor.pos < end) cursor.readVarint64();
  cursor.end = outerEnd;
}
