import { appendInt } from "../../text/append-integer.ts";
import type { TextBuffer } from "../../text/text-buffer.ts";

/** Names of an enum by number, as bytes. */
export function enumNames(prefix: string, names: readonly string[]): readonly Uint8Array[] {
  return names.map((name) => Buffer.from(`${prefix}_${name}`));
}

/** The protocol's name of a number; the number itself where it has none. */
export function appendEnum(out: TextBuffer, names: readonly Uint8Array[], value: number): void {
  const name = names[value];
  if (name === undefined) appendInt(out, value);
  else out.appendBytes(name);
}
