import type { DropReason, Ledger } from "../component/ledger.ts";
import type { Outcomes } from "./account.ts";

/**
 * The items that a component has taken and not finished. Every change moves them within the ledger, so that
 * taken = sent + held + dropped at any moment.
 */
export class HeldItems implements Outcomes {
  readonly #ledger: Ledger;
  #count = 0;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  get count(): number {
    return this.#count;
  }

  take(itemCount: number): void {
    this.#count += itemCount;
    this.#ledger.hold(itemCount);
  }

  recover(itemCount: number): void {
    this.#count += itemCount;
    this.#ledger.recovered(itemCount);
  }

  sent(itemCount: number): void {
    this.#release(itemCount);
    this.#ledger.sent(itemCount);
  }

  dropped(itemCount: number, reason: DropReason, cause?: unknown): void {
    this.#release(itemCount);
    this.#ledger.dropped(itemCount, reason, cause);
  }

  #release(itemCount: number): void {
    this.#count -= itemCount;
    this.#ledger.hold(-itemCount);
  }
}
