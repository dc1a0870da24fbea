import { staticTable } from "./static-table.ts";

/** Name, in lower case, and value with characters below 256. */
export type ResponseField = readonly [name: string, value: string];

let nameIndex: Map<string, number> | undefined;

/**
 * Encodes a header block without touching the peer's table: literals and entries of the static table only, so that blocks
 * can be kept, sent in any order, and never depend on what the peer allows.
 */
export function encodeHeaders(fields: readonly ResponseField[]): Uint8Array {
  nameIndex ??= new Map(staticTable.map(({ name }, index) => [name, index + 1] as const).toReversed());
  const bytes: number[] = [];
  for (const [name, value] of fields) {
    if (name === ":status" && value === "200") {
      bytes.push(0x88);
      continue;
    }
    const index = nameIndex.get(name) ?? 0;
    pushInteger(bytes, index, 0x0f);
    if (index === 0) pushString(bytes, name);
    pushString(bytes, value);
  }
  return Uint8Array.from(bytes);
}

function pushInteger(bytes: number[], value: number, mask: number): void {
  if (value < mask) {
    bytes.push(value);
    return;
  }
  bytes.push(mask);
  let rest = value - mask;
  for (; rest >= 0x80; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  bytes.push(rest);
}

function pushString(bytes: number[], text: string): void {
  pushInteger(bytes, text.length, 0x7f);
  for (let index = 0; index < text.length; index++) bytes.push(text.charCodeAt(index) & 0xff);
}
