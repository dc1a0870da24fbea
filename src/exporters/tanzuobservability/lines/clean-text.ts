import { Buffer } from "node:buffer";
import type { RuleTally } from "./rule-tally.ts";

const endOfTransmission = "\u0004";

/** 1 for the characters that keys are written with. */
const keyCodes = new Uint8Array(128);
for (const character of ",-./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz") {
  keyCodes[character.charCodeAt(0)] = 1;
}

/** Unicode white space as upstream trims it. The byte order mark is none. */
function isBlankCode(code: number): boolean {
  if (code <= 0x20) return code === 0x20 || (code >= 0x09 && code <= 0x0d);
  if (code < 0x1680) return code === 0x85 || code === 0xa0;
  if (code < 0x2000) return code === 0x1680;
  if (code <= 0x200a) return true;
  return code === 0x2028 || code === 0x2029 || code === 0x202f || code === 0x205f || code === 0x3000;
}

/** Four separators that are blank to Java, and so to a proxy; and what is replaced by a blank below. */
function isSeparatorCode(code: number): boolean {
  return (code >= 0x1c && code <= 0x1f) || code === 0x04;
}

/** Whether a proxy or upstream would see nothing in it. */
export function isBlankText(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (!isBlankCode(code) && !isSeparatorCode(code)) return false;
  }
  return true;
}

/**
 * A metric name or tag key in the characters that Wavefront allows: letters, digits and `,-./_`; every other byte becomes
 * `-`, as upstream has it. A delta sign and `~` may stand at the front, but not alone.
 */
export function cleanKey(raw: string, tally: RuleTally): string {
  if (isCleanKey(raw)) return raw;
  const sign = /^(?:~|[∆Δ]~?)/u.exec(raw)?.[0] ?? "";
  if (sign !== "" && sign === raw) {
    tally.hit("key_sign", raw);
    return "-";
  }
  return sign + raw.slice(sign.length).replaceAll(/[^,-9A-Z_a-z]/gu, (character) => dashes(character));
}

/** Nearly every key is, and a loop over it costs a fraction of what matching does. */
function isCleanKey(text: string): boolean {
  for (let index = 0; index < text.length; index++) if (keyCodes[text.charCodeAt(index)] !== 1) return false;
  return true;
}

function dashes(character: string): string {
  return "-".repeat(Buffer.byteLength(character));
}

/**
 * Text for a quoted value or name of at most `limit` UTF-16 units as a proxy counts them: line feeds become `\n`, of which
 * no decoder makes a line feed again, but upstream does the same and the text stays readable. Only the quote can be
 * escaped, which is left to the writer; a backslash at the end would escape the closing quote, so it is taken off.
 */
export function cleanValue(text: string, limit: number, tally: RuleTally, example: string): CleanText {
  let value = text;
  if (value.includes(endOfTransmission)) {
    tally.hit("control_character", example);
    value = value.replaceAll(endOfTransmission, " ");
  }
  if (value.includes("\n")) value = value.replaceAll("\n", "\\n");
  const isCut = value.length > limit;
  if (isCut) value = cutText(value, limit);
  // A proxy refuses blank values, so what was cut must not be only the blanks in front.
  if (isCut && isBlankText(value)) value = cutText(trimText(text).replaceAll("\n", "\\n"), limit);
  if (value.endsWith("\\")) {
    if (!isCut) tally.hit("trailing_backslash", example);
    value = withoutTrailingBackslash(value, limit);
  }
  return { value, isCut };
}

export interface CleanText {
  readonly value: string;
  /** The caller counts it: which rule it is depends on what was cut. */
  readonly isCut: boolean;
}

/** Whether `cleanValue` would cut it. A line feed takes two places. */
export function isTooLong(text: string, limit: number): boolean {
  if (text.length > limit) return true;
  if (text.length * 2 <= limit || !text.includes("\n")) return false;
  return text.replaceAll("\n", "\\n").length > limit;
}

/** At most `limit` UTF-16 units, never half of a surrogate pair. */
export function cutText(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const last = text.charCodeAt(limit - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? limit - 1 : limit);
}

function withoutTrailingBackslash(text: string, limit: number): string {
  const shortened = text.replace(/\\+$/u, "");
  if (!isBlankText(shortened)) return shortened;
  // Nothing else is there: a blank behind it keeps the backslash from the quote, where there is room for both.
  if (limit < 2) return "-";
  return `${cutText(trimText(text), limit - 1)} `;
}

/** Without blanks around, as upstream sends names and sources. */
export function trimText(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlankCode(text.charCodeAt(start))) start++;
  while (end > start && isBlankCode(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}
