import type { Batch } from "../pdata/batch.ts";
import { TextLimitError, type TextBuffer } from "./text-buffer.ts";

/** Longest text of one batch. Spans with many attributes take 1 to 3 KiB each. */
export const maxBatchTextBytes = 32 * 1024 * 1024;

const notice = Buffer.from(
  `... the rest of this batch is not shown: its text is longer than ${maxBatchTextBytes / 1024 / 1024} MiB\n`,
);
const newline = 10;

/** Writes a whole batch as text into the buffer that it was made with. Every line ends with a newline. */
export interface BatchText {
  write(batch: Batch): void;
}

/**
 * Appends the text of a batch, then `ending`, to `out`, the buffer that `text` was made with. A text that does not fit
 * is cut after its last whole line, and says so.
 */
export function appendBatchText(out: TextBuffer, text: BatchText, batch: Batch, ending: Uint8Array): void {
  try {
    text.write(batch);
    out.appendBytes(ending);
  } catch (error) {
    if (!(error instanceof TextLimitError)) throw error;
    out.truncate(Math.min(out.length, out.maxBytes - notice.length - ending.length));
    while (out.length > 0 && out.bytes[out.length - 1] !== newline) out.truncate(out.length - 1);
    out.appendBytes(notice);
    out.appendBytes(ending);
  }
}
