import { Cursor } from "../../../wire/cursor.ts";
import { WireType } from "../../../wire/wire-type.ts";

/** What a backend that took a request says of it: items that it will never take, or (0) a mere remark. */
export interface PartialSuccess {
  readonly rejected: number;
  readonly message: string;
}

export const fullSuccess: PartialSuccess = Object.freeze({ rejected: 0, message: "" });

const utf8 = new TextDecoder("utf-8", { fatal: true });

/**
 * Reads an `Export*ServiceResponse`; the messages of all signals are alike. `undefined` if the bytes are none. The number
 * is the peer's claim: negative, or more than the request had.
 */
export function decodePartialSuccess(bytes: Uint8Array): PartialSuccess | undefined {
  if (bytes.length === 0) return fullSuccess;
  try {
    let result = fullSuccess;
    const cursor = new Cursor(bytes);
    while (cursor.pos < cursor.end) {
      const tag = cursor.readTag();
      if (tag === ((1 << 3) | WireType.lengthDelimited)) {
        const end = cursor.readLength() + cursor.pos;
        result = readPartialSuccess(new Cursor(bytes, cursor.pos, end), result);
        cursor.pos = end;
      } else if (tag >>> 3 === 1) return undefined;
      else cursor.skip(tag);
    }
    return result;
  } catch {
    // Broken bytes or UTF-8: whatever it is, it is no such message.
    return undefined;
  }
}

/** A message that comes in several pieces adds up, as protobuf has it. */
function readPartialSuccess(cursor: Cursor, before: PartialSuccess): PartialSuccess {
  let { rejected, message } = before;
  while (cursor.pos < cursor.end) {
    const tag = cursor.readTag();
    if (tag === ((1 << 3) | WireType.varint)) {
      cursor.readVarint64();
      rejected = (cursor.hi | 0) * 4294967296 + cursor.lo;
    } else if (tag === ((2 << 3) | WireType.lengthDelimited)) {
      const length = cursor.readLength();
      message = utf8.decode(cursor.bytes.subarray(cursor.pos, cursor.pos + length));
      cursor.pos += length;
    } else if (tag >>> 3 <= 2) throw new Error("unexpected wire type");
    else cursor.skip(tag);
  }
  return { rejected, message };
}

const rejectedNames = ["Spans", "DataPoints", "LogRecords"].flatMap((items) => [
  `rejected${items}`,
  `rejected${items.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`,
]);

/** The same from OTLP/JSON. */
export function parsePartialSuccess(text: string): PartialSuccess | undefined {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isRecord(answer)) return undefined;
  const partial = answer["partialSuccess"] ?? answer["partial_success"];
  if (partial === undefined || partial === null) return fullSuccess;
  if (!isRecord(partial)) return undefined;
  const message = partial["errorMessage"] ?? partial["error_message"] ?? "";
  const count = rejectedNames.map((name) => partial[name]).find((value) => value !== undefined && value !== null) ?? 0;
  const rejected = typeof count === "number" || typeof count === "string" ? Number(count) : Number.NaN;
  return typeof message === "string" && Number.isSafeInteger(rejected) ? { rejected, message } : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
