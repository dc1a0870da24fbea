import type { Component } from "../component/component.ts";
import type { ComponentId, ComponentKind } from "../component/component-id.ts";
import type { ComponentReport, ComponentStatus, Host } from "../component/host.ts";
import type { Signal } from "../pdata/signal.ts";
import type { ComponentLedger } from "./component-ledger.ts";

export interface ComponentInstanceOptions {
  readonly id: ComponentId;
  readonly kind: ComponentKind;
  readonly signal?: Signal | undefined;
  readonly pipelines: readonly string[];
  readonly ledger: ComponentLedger;
  readonly component: Component;
}

/** One component with what the service knows about it. */
export class ComponentInstance {
  readonly id: ComponentId;
  readonly kind: ComponentKind;
  readonly component: Component;
  readonly ledger: ComponentLedger;
  readonly signal: Signal | undefined;
  readonly #pipelines: readonly string[];
  #status: ComponentStatus = "starting";
  #isStarted = false;

  constructor(options: ComponentInstanceOptions) {
    this.id = options.id;
    this.kind = options.kind;
    this.component = options.component;
    this.ledger = options.ledger;
    this.signal = options.signal;
    this.#pipelines = options.pipelines;
  }

  async start(host: Host): Promise<void> {
    // Before the call: what a start that fails half way has opened must be closed as well.
    this.#isStarted = true;
    await this.component.start(host);
    if (this.#status === "starting") this.#status = "ok";
  }

  /** Rejects with the component's error, or once `late` resolves and the component has not returned. */
  async shutdown(signal: AbortSignal, late: Promise<void>): Promise<void> {
    if (!this.#isStarted) return;
    this.#isStarted = false;
    this.#status = "stopping";
    const isBusy = late.then(() => {
      throw new Error(`Cannot stop ${this.kind} "${this.id.text}": it is still busy after its time`);
    });
    await Promise.race([this.component.shutdown(signal), isBusy]);
    this.#status = "stopped";
  }

  reportStatus(status: ComponentStatus, cause: unknown): void {
    this.#status = status;
    if (cause !== undefined) this.ledger.failed(cause);
  }

  report(): ComponentReport {
    const { ledger } = this;
    return {
      id: this.id,
      kind: this.kind,
      pipelines: this.#pipelines,
      signal: this.signal,
      status: this.#status,
      accepted: ledger.accepted,
      recovered: ledger.recoveredCount,
      refused: ledger.refusedCount,
      sent: ledger.sentCount,
      held: ledger.held,
      dropped: { ...ledger.droppedBy },
      lastError: ledger.lastError,
    };
  }
}
