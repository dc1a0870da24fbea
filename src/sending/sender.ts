import type { ConsumeError } from "../component/consume-error.ts";
import type { Host } from "../component/host.ts";
import type { DropReason } from "../component/ledger.ts";
import type { Batch } from "../pdata/batch.ts";
import type { Signal } from "../pdata/signal.ts";

/**
 * What one `send` takes, in the exporter's own form: one body or several. A part whose items are already counted (span
 * logs, when their spans went through) has `itemCount` 0 and is still sent.
 */
export interface Payload {
  /** Items whose outcome is not yet known. */
  readonly itemCount: number;
  /** Bytes that it keeps in memory. */
  readonly byteSize: number;
}

/**
 * Items that will never be sent. A `cause` goes into the log (at growing intervals) and into the last error of zpages;
 * without one nothing is logged, because the sender has said it itself.
 */
export interface Dropped {
  readonly reason: DropReason;
  readonly count: number;
  readonly cause?: unknown;
}

/** Outcome of encoding. Without a payload nothing is left to send. */
export interface Encoded<P extends Payload> {
  readonly payload: P | undefined;
  /** Items that the format cannot express, usually with reason `invalid_item`. */
  readonly dropped: readonly Dropped[];
}

/**
 * Outcome of one attempt. `sent`, `dropped` and the payload to retry account for every item of the payload that was
 * handed in: their counts add up to its `itemCount`.
 */
export interface SendResult<P extends Payload> {
  readonly sent: number;
  readonly dropped: readonly Dropped[];
  /** The part that did not go through and is worth another attempt; only this part is sent again. */
  readonly retry?: { readonly payload: P; readonly error: ConsumeError };
}

/**
 * The part of an exporter that is its own: an encoder and one attempt to send. Queue, retry, timeout, counting and the
 * log of failures are put around it by `assembleExporter`.
 */
export interface Sender<S extends Signal, P extends Payload> {
  /** Opens what sending needs (connections, pools). Called once, before anything else. */
  start?(host: Host): Promise<void>;
  /**
   * Called once for a batch, when it leaves the queue. Pure. A promise is for work off the main thread, such as
   * compression. Throws only for defects; the batch is then dropped as `permanent_error`.
   */
  encode(batch: Batch<S>): Encoded<P> | Promise<Encoded<P>>;
  /**
   * One attempt; up to `num_consumers` run at a time. The payload stays the caller's and is not changed.
   *
   * Resolves with what became of the items. A rejection concerns the whole payload: a `ConsumeError` says by its `kind`
   * whether another attempt is worth it (`permanent`: no) and by `retryAfterMs` when; anything else counts as retryable.
   * The message is for the user: `Cannot reach http://localhost:2878: connection refused`.
   *
   * When `signal` aborts (timeout, forced end of a shutdown) it stops at once and resolves or rejects with what it knows;
   * one that does not settle within a second is left behind and its payload counts as not sent.
   */
  send(payload: P, signal: AbortSignal): Promise<SendResult<P>>;
  /** Closes what `start` opened, after the queue is empty or `signal` has aborted. Not called without `start`. */
  shutdown?(signal: AbortSignal): Promise<void>;
}
