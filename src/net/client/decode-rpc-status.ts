import { Cursor } from "../../wire/cursor.ts";
import { WireType } from "../../wire/wire-type.ts";

/** `google.rpc.Status` as a peer sent it. */
export interface DecodedRpcStatus {
  readonly code: number;
  readonly message: string;
  /** Type URLs of its details, in order. */
  readonly details: readonly string[];
  /** What a `google.rpc.RetryInfo` detail asks for: 0 if it names no delay; `undefined` without such a detail. */
  readonly retryDelayMs: number | undefined;
}

const utf8 = new TextDecoder("utf-8", { fatal: true });
/** Further details are not looked at: a peer may send as many as fit into its answer. */
const maxDetails = 32;

/** `undefined` if the bytes are not a `google.rpc.Status`. */
export function decodeRpcStatus(bytes: Uint8Array): DecodedRpcStatus | undefined {
  try {
    return readStatus(new Cursor(bytes));
  } catch {
    // Broken bytes, wire types or UTF-8: whatever it is, it is no status.
    return undefined;
  }
}

function readStatus(cursor: Cursor): DecodedRpcStatus {
  let code = 0;
  let message = "";
  let retryDelayMs: number | undefined;
  const details: string[] = [];
  while (cursor.pos < cursor.end) {
    const tag = cursor.readTag();
    if (tag === tagOf(1, WireType.varint)) code = cursor.readVarint32() | 0;
    else if (tag === tagOf(2, WireType.lengthDelimited)) message = utf8.decode(readBytes(cursor));
    else if (tag === tagOf(3, WireType.lengthDelimited)) {
      const detail = readAny(new Cursor(readBytes(cursor)));
      if (details.length < maxDetails) details.push(detail.typeUrl);
      if (detail.typeUrl.endsWith("/google.rpc.RetryInfo")) retryDelayMs ??= readRetryDelay(new Cursor(detail.value));
    } else if (tag >>> 3 <= 3) throw new Error("unexpected wire type");
    else cursor.skip(tag);
  }
  return { code, message, details, retryDelayMs };
}

function readAny(cursor: Cursor): { readonly typeUrl: string; readonly value: Uint8Array } {
  let typeUrl = "";
  let value: Uint8Array = new Uint8Array(0);
  while (cursor.pos < cursor.end) {
    const tag = cursor.readTag();
    if (tag === tagOf(1, WireType.lengthDelimited)) typeUrl = utf8.decode(readBytes(cursor));
    else if (tag === tagOf(2, WireType.lengthDelimited)) value = readBytes(cursor);
    else cursor.skip(tag);
  }
  return { typeUrl, value };
}

/** `google.rpc.RetryInfo`: a `Duration` in its field 1. Delays in the past or beyond all reason are none. */
function readRetryDelay(cursor: Cursor): number {
  let delayMs = 0;
  while (cursor.pos < cursor.end) {
    const tag = cursor.readTag();
    if (tag === tagOf(1, WireType.lengthDelimited)) delayMs = readDuration(new Cursor(readBytes(cursor)));
    else cursor.skip(tag);
  }
  return delayMs > 0 ? delayMs : 0;
}

function readDuration(cursor: Cursor): number {
  let seconds = 0;
  let nanos = 0;
  while (cursor.pos < cursor.end) {
    const tag = cursor.readTag();
    if (tag === tagOf(1, WireType.varint)) {
      cursor.readVarint64();
      seconds = (cursor.hi | 0) * 4294967296 + cursor.lo;
    } else if (tag === tagOf(2, WireType.varint)) nanos = cursor.readVarint32() | 0;
    else cursor.skip(tag);
  }
  return seconds * 1000 + nanos / 1e6;
}

function readBytes(cursor: Cursor): Uint8Array {
  const length = cursor.readLength();
  const start = cursor.pos;
  cursor.pos += length;
  return cursor.bytes.subarray(start, cursor.pos);
}

function tagOf(fieldNumber: number, wireType: number): number {
  return (fieldNumber << 3) | wireType;
}
