import type { TextBuffer } from "./text-buffer.ts";

const digits = Buffer.from("0123456789abcdef");
const backslash = 92;
const letterU = 117;
const zero = 48;

// What stands in a table of escapes, beside the character to write after a backslash.
const none = 0;
const hexEscape = 1;
const lineSeparator = 2;

/** By byte: how it stands in a JSON string. */
export type JsonEscapes = Uint8Array;

export interface JsonEscapeOptions {
  /** `<`, `>` and `&` as `\u003c` and so on. */
  readonly html: boolean;
  /** Backspace and form feed as `\b` and `\f`, else as `\u0008` and `\u000c`. */
  readonly short: boolean;
}

export function createJsonEscapes({ html, short }: JsonEscapeOptions): JsonEscapes {
  const escapes = new Uint8Array(256).fill(hexEscape, 0, 32);
  for (const [character, letter] of ['""', "\\\\", "\nn", "\rr", "\tt", ...(short ? ["\bb", "\ff"] : [])]) {
    escapes[code(character)] = code(letter);
  }
  if (html) for (const character of "<>&") escapes[code(character)] = hexEscape;
  // First byte of U+2028 and U+2029, which old JavaScript could not read in a string.
  escapes[0xe2] = lineSeparator;
  return escapes;
}

function code(character = ""): number {
  return character.charCodeAt(0);
}

/** The inside of a JSON string. The range is UTF-8 and stays so but for the escapes. */
export function appendJsonString(
  out: TextBuffer,
  source: Uint8Array,
  start: number,
  end: number,
  escapes: JsonEscapes,
): void {
  let plainFrom = start;
  for (let from = start; from < end; from++) {
    const byte = source[from] as number;
    const escape = escapes[byte] as number;
    if (escape === none || (escape === lineSeparator && !isLineSeparator(source, from, end))) continue;
    out.appendRange(source, plainFrom, from);
    if (escape > lineSeparator) appendEscape(out, escape);
    else if (escape === hexEscape) appendHexEscape(out, 0, byte);
    else {
      from += 2;
      appendHexEscape(out, 0x20, 0x28 + ((source[from] as number) & 1));
    }
    plainFrom = from + 1;
  }
  out.appendRange(source, plainFrom, end);
}

function appendEscape(out: TextBuffer, character: number): void {
  out.appendByte(backslash);
  out.appendByte(character);
}

function appendHexEscape(out: TextBuffer, high: number, low: number): void {
  appendEscape(out, letterU);
  out.appendByte(zero + (high >>> 4));
  out.appendByte(zero + (high & 15));
  out.appendByte(digits[low >>> 4] as number);
  out.appendByte(digits[low & 15] as number);
}

/** U+2028 is E2 80 A8, U+2029 is E2 80 A9. */
function isLineSeparator(source: Uint8Array, from: number, end: number): boolean {
  return from + 2 < end && source[from + 1] === 0x80 && ((source[from + 2] as number) & 0xfe) === 0xa8;
}
