import type { ByteBuffer } from "./byte-buffer.ts";
import { copyPlainWords } from "./words.ts";

const backslash = 0x5c;

/** How many more bytes a JSON escape can take than the byte itself, as a factor: `\u000b` for a control character. */
export const maxJsonGrowth = 6;

/** 0: as it is; 1: `\u00XX`; otherwise the character behind the backslash. */
const escapes = new Uint8Array(256);
for (let control = 0; control < 0x20; control++) escapes[control] = 1;
for (const [character, letter] of ['""', "\\\\", "\nn", "\rr", "\tt", "\bb", "\ff"].map((pair) => [...pair])) {
  escapes[(character as string).charCodeAt(0)] = (letter as string).charCodeAt(0);
}
const hexDigits = "0123456789abcdef";

/** UTF-8 text as the inside of a JSON string. Needs room for `maxJsonGrowth` times the range. */
export function putJsonText(to: Uint8Array, at: number, from: Uint8Array, start: number, end: number): number {
  let position = at;
  for (let pos = start; pos < end; pos++) {
    const byte = from[pos] as number;
    const escape = escapes[byte] as number;
    if (escape === 0) to[position++] = byte;
    else {
      to[position++] = backslash;
      if (escape === 1) position = putCode(to, position, byte);
      else to[position++] = escape;
    }
  }
  return position;
}

function putCode(to: Uint8Array, at: number, byte: number): number {
  const text = `u00${hexDigits.charAt(byte >> 4)}${hexDigits.charAt(byte & 15)}`;
  for (let index = 0; index < text.length; index++) to[at + index] = text.charCodeAt(index);
  return at + text.length;
}

/** As `putJsonText`; text without anything to escape is copied by words. `from` is a view of `bytes`. */
export function putQuickJson(
  out: ByteBuffer,
  at: number,
  bytes: Uint8Array,
  from: DataView,
  start: number,
  end: number,
): number {
  const next = end + 3 <= from.byteLength ? copyPlainWords(out.view, at, from, start, end) : -1;
  return next < 0 ? putJsonText(out.bytes, at, bytes, start, end) : next;
}
