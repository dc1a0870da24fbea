/**
 * Why an item that was received is not delivered. Closed list: each has a meaning and a remedy in `docs/reliability.md`.
 * - `invalid_item`: it cannot be expressed in the exporter's format
 * - `permanent_error`: the next hop said that it will never take it
 * - `retries_exhausted`: retrying ended by `max_elapsed_time`, or is off
 * - `queue_full`: no room was left in a queue and no sender waits for an answer any more
 * - `shutdown`: it could not be delivered before the process had to end
 */
export const dropReasons = ["invalid_item", "permanent_error", "retries_exhausted", "queue_full", "shutdown"] as const;

export type DropReason = (typeof dropReasons)[number];

/**
 * What became of the items that a component took. Whoever lets `consume` resolve before the items are delivered keeps
 * these numbers; `service` counts the rest around each component. At any moment:
 * taken = sent + held + dropped.
 */
export interface Ledger {
  /** Items taken into a buffer or queue, or (negative) leaving it for one of the other two. */
  hold(itemCount: number): void;
  /**
   * Tells how many of the held items are being sent at this moment; asked whenever somebody looks. The answer ends it.
   */
  inFlight(read: () => number): () => void;
  /** Items that an earlier process took and left on disk: from now on this component has taken and holds them. */
  recovered(itemCount: number): void;
  /** Items that the next stage or the backend has taken. */
  sent(itemCount: number): void;
  /** Items that are lost, with the reason and, for the last-error column of zpages, the cause. */
  dropped(itemCount: number, reason: DropReason, cause?: unknown): void;
  /** A failure that lost nothing (yet): shown as last error with its time. */
  failed(cause: unknown): void;
}
