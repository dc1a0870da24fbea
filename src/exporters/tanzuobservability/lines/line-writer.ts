import type { ByteBuffer } from "./byte-buffer.ts";

/** `text` in double quotes. Only the quote can be escaped; the text is already clean. */
export function quoted(text: string): string {
  return text.includes('"') ? `"${text.replaceAll('"', '\\"')}"` : `"${text}"`;
}

export function writeQuoted(out: ByteBuffer, text: string): void {
  out.writeText(quoted(text));
}

/** ` "key"="value"` */
export function writeTag(out: ByteBuffer, key: string, value: string): void {
  out.writeText(` "${key}"=${quoted(value)}`);
}
