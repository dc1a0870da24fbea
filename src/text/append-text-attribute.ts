import type { KeyValueView } from "../pdata/views/index.ts";
import type { TextBuffer } from "./text-buffer.ts";

/** Longer values are better copied on their own. */
const shortText = 64;
const closingParenthesis = 41;
const newline = 10;

/** Whether `appendTextAttribute` is for it: most attributes there are. */
export function isShortText({ value }: KeyValueView): boolean {
  return value.type === "string" && value.end - value.start <= shortText;
}

/** The line of an attribute, `<prefix><key><opening><value>)`, with one check of the room and one loop a part. */
export function appendTextAttribute(
  out: TextBuffer,
  prefix: Uint8Array,
  opening: Uint8Array,
  attribute: KeyValueView,
): void {
  const { bytes, keyStart, keyEnd, value } = attribute;
  const { start, end } = value;
  out.reserve(prefix.length + keyEnd - keyStart + opening.length + end - start + 2);
  const to = out.bytes;
  let pos = out.length;
  for (let from = 0; from < prefix.length; from++) to[pos++] = prefix[from] as number;
  for (let from = keyStart; from < keyEnd; from++) to[pos++] = bytes[from] as number;
  for (let from = 0; from < opening.length; from++) to[pos++] = opening[from] as number;
  for (let from = start; from < end; from++) to[pos++] = bytes[from] as number;
  to[pos++] = closingParenthesis;
  to[pos++] = newline;
  out.length = pos;
}
