import type { Signal } from "./signal.ts";

/**
 * An OTLP `Export*ServiceRequest` as wire bytes, with the number of its items (spans, data points, log records).
 *
 * Immutable and shared by every branch of a fan-out: nobody writes into `bytes`. Only `pdata` makes one (validation,
 * merge, split, rewrite), so whoever holds one may trust it: the bytes are well-formed, ids have their length, strings
 * are UTF-8 and `itemCount` is right.
 */
export class Batch<S extends Signal = Signal> {
  readonly signal: S;
  readonly bytes: Uint8Array;
  readonly itemCount: number;

  constructor(signal: S, bytes: Uint8Array, itemCount: number) {
    this.signal = signal;
    this.bytes = bytes;
    this.itemCount = itemCount;
  }
}
