import type { DropReason, Ledger } from "../../src/component/ledger.ts";

/** Keeps the numbers, and throws where they cannot be right, so that the test fails at the wrong call. */
export class RecordingLedger implements Ledger {
  held = 0;
  sentCount = 0;
  /** Part of what it took. */
  recoveredCount = 0;
  readonly droppedBy: Partial<Record<DropReason, number>> = {};
  /** Causes given to `dropped` and `failed`, in order. */
  readonly causes: unknown[] = [];
  failedCount = 0;

  readonly #inFlight = new Set<() => number>();

  inFlight(read: () => number): () => void {
    this.#inFlight.add(read);
    return () => void this.#inFlight.delete(read);
  }

  get inFlightCount(): number {
    return [...this.#inFlight].reduce((sum, read) => sum + read(), 0);
  }

  hold(itemCount: number): void {
    if (!Number.isSafeInteger(itemCount)) throw new Error(`Cannot hold ${itemCount} items`);
    this.held += itemCount;
    if (this.held < 0) throw new Error(`Cannot hold ${this.held} items: more left than came`);
  }

  recovered(itemCount: number): void {
    assertCount(itemCount);
    this.recoveredCount += itemCount;
    this.held += itemCount;
  }

  sent(itemCount: number): void {
    assertCount(itemCount);
    this.sentCount += itemCount;
  }

  dropped(itemCount: number, reason: DropReason, cause?: unknown): void {
    assertCount(itemCount);
    this.droppedBy[reason] = (this.droppedBy[reason] ?? 0) + itemCount;
    if (cause !== undefined) this.causes.push(cause);
  }

  failed(cause: unknown): void {
    this.failedCount++;
    this.causes.push(cause);
  }

  get droppedCount(): number {
    return Object.values(this.droppedBy).reduce((sum, itemCount) => sum + itemCount, 0);
  }

  /** sent + held + dropped: equal to what the component took, whenever nothing is on its way into it. */
  get accountedCount(): number {
    return this.sentCount + this.held + this.droppedCount;
  }
}

function assertCount(itemCount: number): void {
  if (!Number.isSafeInteger(itemCount) || itemCount < 0) throw new Error(`Cannot count ${itemCount} items`);
}
