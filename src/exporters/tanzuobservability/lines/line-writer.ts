import type { ByteBuffer } from "./byte-buffer.ts";

/** `text` in double quotes. Only the quote can be escaped; the text is already clean. */
export function writeQuoted(out: ByteBuffer, text: string): void {
  out.writeByte(0x22);
  out.writeText(text.includes('"') ? text.replaceAll('"', '\\"') : text);
  out.writeByte(0x22);
}

/** ` "key"="value"` */
export function writeTag(out: ByteBuffer, key: string, value: string): void {
  out.writeText(` "${key}"=`);
  writeQuoted(out, value);
}
