import { TextBuffer } from "../../src/text/text-buffer.ts";

/** What `append` writes, as a string. */
export function written<A extends readonly unknown[]>(
  append: (out: TextBuffer, ...args: A) => void,
  ...args: A
): string {
  const out = new TextBuffer(1024 * 1024);
  append(out, ...args);
  return Buffer.from(out.view()).toString("utf8");
}
