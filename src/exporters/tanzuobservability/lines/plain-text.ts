import { textOf } from "../../../pdata/views/index.ts";
import type { ByteBuffer } from "./byte-buffer.ts";
import { copyPlainWords } from "./words.ts";

const quote = 0x22;
const backslash = 0x5c;

/** Legal characters of keys and metric names stay, all others become `-`. */
const keyBytes = new Uint8Array(256).fill(0x2d);
for (const character of ",-./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz") {
  keyBytes[character.charCodeAt(0)] = character.charCodeAt(0);
}

/** 0: as it is; 1: quote; 2: line feed; 3: not plain. */
const valueBytes = new Uint8Array(256);
valueBytes[quote] = 1;
valueBytes[0x0a] = 2;
valueBytes[0x04] = 3;

/**
 * Writes a cleaned key; answers the position behind, or -1 where the front needs care: signs, and digits, of which keys must
 * not consist.
 */
export function putPlainKey(to: Uint8Array, at: number, bytes: Uint8Array, start: number, end: number): number {
  const first = bytes[start] as number;
  if (start === end || first >= 0x7e || (first >= 0x30 && first <= 0x39)) return -1;
  let position = at;
  for (let pos = start; pos < end; pos++) to[position++] = keyBytes[bytes[pos] as number] as number;
  return position;
}

/** As `putPlainKey`, as a string. */
export function plainKey(bytes: Uint8Array, start: number, end: number): string | undefined {
  const text = new Uint8Array(end - start);
  return putPlainKey(text, 0, bytes, start, end) < 0 ? undefined : textOf(text, 0, text.length);
}

/**
 * Writes the inside of a quoted value; answers the position behind, or -1 for text that the careful way has to look at:
 * longer than `limit` UTF-16 units (counted as bytes), possibly blank altogether, or with a backslash at the end.
 */
export class PlainText {
  /** Whether anything was written since `clear` that means something else between single quotes or in JSON. */
  isEscaped = false;

  put(
    out: ByteBuffer,
    at: number,
    bytes: Uint8Array,
    from: DataView,
    start: number,
    end: number,
    limit: number,
  ): number {
    if (start === end || end - start > limit || isMaybeBlank(bytes, start)) return -1;
    if (end + 3 <= from.byteLength) {
      const next = copyPlainWords(out.view, at, from, start, end);
      if (next >= 0) return next;
    }
    this.isEscaped = true;
    return putEscaped(out.bytes, at, bytes, start, end, limit);
  }

  /** As `put`, for names: their ends must not be blank. */
  putName(
    out: ByteBuffer,
    at: number,
    bytes: Uint8Array,
    from: DataView,
    start: number,
    end: number,
    limit: number,
  ): number {
    if (start === end || isMaybeBlankEnd(bytes, start, end)) return -1;
    return this.put(out, at, bytes, from, start, end, limit);
  }
}

function putEscaped(to: Uint8Array, at: number, from: Uint8Array, start: number, end: number, limit: number): number {
  if (from[end - 1] === backslash) return -1;
  let room = limit - (end - start);
  let position = at;
  for (let pos = start; pos < end; pos++) {
    const byte = from[pos] as number;
    const kind = valueBytes[byte] as number;
    if (kind === 0) {
      to[position++] = byte;
      continue;
    }
    if (kind === 3) return -1;
    to[position++] = backslash;
    if (kind === 1) to[position++] = quote;
    else {
      to[position++] = 0x6e;
      room--;
    }
  }
  return room < 0 ? -1 : position;
}

/** Whether a character that is or may be white space begins here. */
function isMaybeBlank(from: Uint8Array, at: number): boolean {
  const byte = from[at] as number;
  if (byte <= 0x20) return true;
  if (byte < 0x7f) return false;
  const next = from[at + 1] as number;
  if (byte === 0xc2) return next === 0x85 || next === 0xa0;
  if (byte === 0xe1) return next === 0x9a;
  if (byte === 0xe2) return next === 0x80 || next === 0x81;
  return byte === 0xe3 && next === 0x80;
}

function isMaybeBlankEnd(from: Uint8Array, start: number, end: number): boolean {
  const last = from[end - 1] as number;
  if (last < 0x80) return last <= 0x20;
  return isMaybeBlank(from, end - 2) || (end - start > 2 && isMaybeBlank(from, end - 3));
}

/** Writes a whole array; answers the position behind. */
export function putAll(to: Uint8Array, at: number, from: Uint8Array): number {
  // Short arrays: a loop is cheaper than the call.
  if (from.length > 32) to.set(from, at);
  else for (let index = 0; index < from.length; index++) to[at + index] = from[index] as number;
  return at + from.length;
}
