import type { Batch } from "../../../pdata/batch.ts";
import type { LineTarget } from "./styled-line.ts";

/** Prints batches of one signal in one way. */
export interface Format {
  print(batch: Batch): void;
  /** Prints what was held back; nothing comes after it. */
  close(): void;
}

/** Where a format writes. */
export interface FormatSink {
  /** The terminal that reads, or `undefined`. */
  target(): LineTarget | undefined;
  /** Whole lines. */
  write(text: Uint8Array | string): void;
}

/** Makes a format that is not of this folder, such as the lines of another exporter. */
export type CreateFormat = (signal: "traces" | "metrics", write: (text: Uint8Array) => void) => Format;

/** Formats from elsewhere, loaded when a configuration names them. */
export interface ForeignFormats {
  readonly wavefront?: () => Promise<CreateFormat>;
}
