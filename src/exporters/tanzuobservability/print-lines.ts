import * as v from "valibot";
import type { Batch } from "../../pdata/batch.ts";
import { wavefrontConfig } from "./config.ts";
import { lineSource } from "./create-wavefront-exporter.ts";

/** Hands the lines of each batch to `write`, as they would be sent with the defaults of this exporter. */
export function printLines(signal: "traces" | "metrics", write: (text: Uint8Array) => void) {
  // An endpoint is needed, and nothing is sent to it.
  const config = v.parse(wavefrontConfig, { [signal]: { endpoint: "http://localhost:1" } });
  const source = lineSource(config, signal, (chunk) => {
    write(chunk.bytes);
    chunk.release();
  });
  return {
    print: (batch: Batch): void => void source.encode(batch as Batch<typeof signal>, Date.now()),
    close: (): void => undefined,
  };
}
