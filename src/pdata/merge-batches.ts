import { Buffer } from "node:buffer";
import { Batch } from "./batch.ts";
import type { Signal } from "./signal.ts";

/**
 * One batch with the items of all, in order. The bytes of several requests put end to end are one valid request, so
 * resource groups stand side by side as they came. A single batch is returned as it is; otherwise the bytes are copied
 * into memory of their own, so that no buffer of a socket is kept alive by a part of it.
 */
export function mergeBatches<S extends Signal>(signal: S, batches: readonly Batch<S>[]): Batch<S> {
  const [first] = batches;
  if (first !== undefined && batches.length === 1) return first;
  let byteCount = 0;
  let itemCount = 0;
  for (const batch of batches) {
    byteCount += batch.bytes.length;
    itemCount += batch.itemCount;
  }
  const bytes = Buffer.allocUnsafeSlow(byteCount);
  let pos = 0;
  for (const batch of batches) {
    bytes.set(batch.bytes, pos);
    pos += batch.bytes.length;
  }
  return new Batch(signal, bytes, itemCount);
}
