import { Buffer } from "node:buffer";
import type { Writer } from "../../wire/writer.ts";
import { expected, JsonFieldError } from "./json-error.ts";

/** Value of a hex digit by character code; 255 for all other characters. */
const hexDigits = new Uint8Array(128).fill(255);
for (const [value, digit] of [..."0123456789abcdef"].entries()) {
  hexDigits[digit.charCodeAt(0)] = value;
  hexDigits[digit.toUpperCase().charCodeAt(0)] = value;
}

const scratch = new Uint8Array(16);

/**
 * Writes an id of `byteCount` bytes: hex digits of any case, or nothing, as OTLP/JSON says, or padded base64, as the
 * general protobuf mapping says and old exporters send.
 */
export function writeId(writer: Writer, fieldNumber: number, value: unknown, byteCount: number): void {
  if (typeof value !== "string") throw expected("string", value);
  if (value.length === byteCount * 2 || value === "") {
    if (!decodeHex(value)) throw new JsonFieldError(`not hex, ${byteCount * 2} hex digits expected`);
    writer.writeBytes(fieldNumber, scratch, 0, value.length / 2);
    return;
  }
  if (value.endsWith("=") && isBase64(value)) {
    const bytes = Buffer.from(value, "base64");
    if (bytes.length === byteCount) {
      writer.writeBytes(fieldNumber, bytes);
      return;
    }
  }
  const characters = value.length === 1 ? "character" : "characters";
  throw new JsonFieldError(`${value.length} ${characters}, ${byteCount * 2} hex digits expected`);
}

function decodeHex(digits: string): boolean {
  for (let index = 0; index < digits.length; index += 2) {
    const first = digits.charCodeAt(index);
    const second = digits.charCodeAt(index + 1);
    if ((first | second) > 127) return false;
    const high = hexDigits[first] as number;
    const low = hexDigits[second] as number;
    if ((high | low) > 15) return false;
    scratch[index >> 1] = (high << 4) | low;
  }
  return true;
}

/** Writes bytes given in base64, of the standard or the URL alphabet, with or without padding. */
export function writeBase64(writer: Writer, fieldNumber: number, value: unknown): void {
  if (typeof value !== "string") throw expected("string", value);
  if (!isBase64(value)) throw new JsonFieldError("not base64");
  writer.writeBytes(fieldNumber, Buffer.from(value, "base64"));
}

const notBase64 = /[^A-Za-z0-9+/_-]/;

/** Whether text is base64, of the standard or the URL alphabet, with or without padding. */
export function isBase64(text: string): boolean {
  const { length } = text;
  const end = text.search(notBase64);
  if (end < 0) return length % 4 !== 1;
  return length % 4 === 0 && (text.slice(end) === "=" || text.slice(end) === "==");
}
