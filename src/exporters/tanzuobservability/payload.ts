import type { Payload } from "../../sending/sender.ts";
import type { LineFormat } from "./lines/line-body.ts";

/** What a request's `content-encoding` says. */
export type LineCompression = "gzip" | "none";

/** One request: whole lines of one format, gzipped or plain. */
export interface Part {
  readonly format: LineFormat;
  readonly compression: LineCompression;
  readonly body: Uint8Array;
  /** Items whose fate this part decides; 0 for span logs, whose spans are in another part. */
  readonly itemCount: number;
  /**
   * Gives the memory of `body` back, to be written to by the next batch: once, and only when nobody reads `body` any more.
   * Without the call, and where there is none, the garbage collector has it.
   */
  readonly release: (() => void) | undefined;
}

/** The requests of one batch, in the order in which they are sent. */
export interface WavefrontPayload extends Payload {
  readonly parts: readonly Part[];
}

/** `undefined` for no parts: nothing is to be sent. */
export function payloadOf(parts: readonly Part[]): WavefrontPayload | undefined {
  if (parts.length === 0) return undefined;
  let itemCount = 0;
  let byteSize = 0;
  for (const part of parts) {
    itemCount += part.itemCount;
    byteSize += part.body.length;
  }
  return { parts, itemCount, byteSize };
}
