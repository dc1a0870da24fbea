import type { Batch } from "../../pdata/batch.ts";

/** Prints batches of one signal. */
export interface Printer {
  /** Opens the outputs; throws or rejects if that fails. Safe twice. */
  open(): void | Promise<void>;
  print(batch: Batch): void;
  /** Prints what was held back. Safe twice, and without `open`. */
  close(): void;
}
