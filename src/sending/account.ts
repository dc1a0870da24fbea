import type { DropReason } from "../component/ledger.ts";

/** How items leave. */
export interface Outcomes {
  sent(itemCount: number): void;
  dropped(itemCount: number, reason: DropReason, cause?: unknown): void;
}

/**
 * The items of one batch, each of which leaves exactly once. What is told beyond the open items, or after `close`, is
 * ignored: a sender that counts wrongly or answers too late must not falsify the ledger.
 */
export class Account implements Outcomes {
  readonly #outcomes: Outcomes;
  #open: number;

  constructor(itemCount: number, outcomes: Outcomes) {
    this.#open = itemCount;
    this.#outcomes = outcomes;
  }

  /** Items whose outcome is not known. */
  get open(): number {
    return this.#open;
  }

  sent(itemCount: number): void {
    const count = this.#settle(itemCount);
    if (count > 0) this.#outcomes.sent(count);
  }

  dropped(itemCount: number, reason: DropReason, cause?: unknown): void {
    const count = this.#settle(itemCount);
    if (count > 0) this.#outcomes.dropped(count, reason, cause);
  }

  /** Drops what is open; answers how many items that was. */
  close(reason: DropReason, cause: unknown): number {
    const count = this.#open;
    this.dropped(count, reason, cause);
    return count;
  }

  #settle(itemCount: number): number {
    const count = Math.max(0, Math.min(itemCount, this.#open));
    this.#open -= count;
    return count;
  }
}
