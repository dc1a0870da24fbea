import type { ComponentId, ComponentKind } from "../component/component-id.ts";
import type { Signal } from "../pdata/signal.ts";
import type { ComponentLedger } from "./component-ledger.ts";

/** Whose numbers they are. */
export interface LedgerOwner {
  readonly kind: ComponentKind;
  readonly id: ComponentId;
  readonly signal?: Signal | undefined;
  /** Of processors, which each pipeline has for itself. */
  readonly pipelineId?: string | undefined;
}

export interface LedgerEntry extends LedgerOwner {
  readonly ledger: ComponentLedger;
}

/**
 * The ledgers of all components that ever ran in this service. One that a reload exchanges goes on with the numbers of its
 * predecessor, and what a removed one did stays in the sums. Grows with the ids of all configurations so far.
 */
export class LedgerBook {
  readonly #entries = new Map<string, LedgerEntry>();

  open(owner: LedgerOwner, make: () => ComponentLedger): ComponentLedger {
    const { kind, id, signal, pipelineId } = owner;
    const key = `${kind} ${id.text} ${signal ?? ""} ${pipelineId ?? ""}`;
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      entry = { kind, id, signal, pipelineId, ledger: make() };
      this.#entries.set(key, entry);
    }
    return entry.ledger;
  }

  entries(): readonly LedgerEntry[] {
    return [...this.#entries.values()];
  }
}
