import type { Clock } from "../component/clock.ts";
import type { DropReason, Ledger } from "../component/ledger.ts";
import { errorText } from "../telemetry/error-text.ts";

/** Where the numbers of an exporter go besides the reports. */
export interface LedgerMetrics {
  sent(itemCount: number): void;
  /** Lost, or answered with an error, after sending was tried. */
  sendFailed(itemCount: number): void;
  /** No room in the queue. */
  enqueueFailed(itemCount: number): void;
}

/**
 * The numbers of one component instance. What the wrapper around it sees (`took`, `refused`) and what the component says
 * itself (`hold`, `sent`, `dropped`) end in one place, so that whenever no call is under way
 *
 *     accepted = sent + held + dropped
 *
 * A component that never calls `hold` or `sent` has delivered what its `consume` took: the wrapper then counts as sent
 * what was not dropped. One that calls either keeps these numbers itself from then on.
 */
export class ComponentLedger implements Ledger {
  accepted = 0;
  refusedCount = 0;
  held = 0;
  /** Part of `accepted`: taken by an earlier process. */
  recoveredCount = 0;
  sentCount = 0;
  readonly droppedBy: Partial<Record<DropReason, number>> = {};
  failures = 0;
  lastError: { readonly message: string; readonly unixMs: number } | undefined;
  readonly #clock: Clock;
  readonly #metrics: LedgerMetrics | undefined;
  /** What is being sent, asked of all instances that write here: after a reload the old one still drains. */
  readonly #inFlight = new Set<() => number>();
  #keepsOwnNumbers = false;
  /** Dropped within calls that have not settled yet. */
  #droppedInCall = 0;
  /** Items that a reload left on disk for the successor of this component, which has not read them yet. */
  #leftOnDisk = 0;

  constructor(clock: Clock, metrics?: LedgerMetrics) {
    this.#clock = clock;
    this.#metrics = metrics;
  }

  /** The component's `consume` has taken the items. */
  took(itemCount: number): void {
    this.accepted += itemCount;
    if (this.#keepsOwnNumbers) return;
    const dropped = Math.min(itemCount, this.#droppedInCall);
    this.#droppedInCall -= dropped;
    this.#countSent(itemCount - dropped);
  }

  /** The component's `consume` has not taken the items; the caller still has them. */
  refused(itemCount: number, cause: unknown, isForLackOfRoom: boolean): void {
    this.refusedCount += itemCount;
    this.failed(cause);
    if (isForLackOfRoom) this.#metrics?.enqueueFailed(itemCount);
    else this.#metrics?.sendFailed(itemCount);
  }

  /** The component did not take the items, and nobody offers them to it again. Each was counted as refused before. */
  abandoned(itemCount: number, reason: DropReason, cause: unknown): void {
    this.accepted += itemCount;
    this.droppedBy[reason] = (this.droppedBy[reason] ?? 0) + itemCount;
    this.failed(cause);
  }

  inFlight(read: () => number): () => void {
    this.#inFlight.add(read);
    return () => void this.#inFlight.delete(read);
  }

  /** Part of `held`: being sent at this moment. */
  get inFlightCount(): number {
    let sum = 0;
    for (const read of this.#inFlight) sum += read();
    return sum;
  }

  /** Part of `held`: waits. */
  get queuedCount(): number {
    return this.held - this.inFlightCount;
  }

  hold(itemCount: number): void {
    this.#keepsOwnNumbers = true;
    this.held += itemCount;
  }

  recovered(itemCount: number): void {
    this.#keepsOwnNumbers = true;
    // What this process took is not counted again.
    const own = Math.min(itemCount, this.#leftOnDisk);
    this.#leftOnDisk -= own;
    this.recoveredCount += itemCount - own;
    this.accepted += itemCount;
    this.held += itemCount;
  }

  /** The component has stopped in favour of a successor, which will find on disk what was held. */
  leaveOnDisk(): void {
    this.#leftOnDisk += this.held;
    this.accepted -= this.held;
    this.held = 0;
  }

  /** The successor has read its queue: what it did not find there stays held, and is told. */
  keepOnDisk(): number {
    const itemCount = this.#leftOnDisk;
    this.#leftOnDisk = 0;
    this.accepted += itemCount;
    this.held += itemCount;
    return itemCount;
  }

  sent(itemCount: number): void {
    this.#keepsOwnNumbers = true;
    this.#countSent(itemCount);
  }

  dropped(itemCount: number, reason: DropReason, cause?: unknown): void {
    this.droppedBy[reason] = (this.droppedBy[reason] ?? 0) + itemCount;
    if (!this.#keepsOwnNumbers) this.#droppedInCall += itemCount;
    if (cause !== undefined) this.failed(cause);
    if (reason === "queue_full") this.#metrics?.enqueueFailed(itemCount);
    else this.#metrics?.sendFailed(itemCount);
  }

  failed(cause: unknown): void {
    this.failures++;
    this.lastError = { message: errorText(cause), unixMs: this.#clock.now() };
  }

  get droppedCount(): number {
    let sum = 0;
    for (const itemCount of Object.values(this.droppedBy)) sum += itemCount;
    return sum;
  }

  #countSent(itemCount: number): void {
    this.sentCount += itemCount;
    this.#metrics?.sent(itemCount);
  }
}
