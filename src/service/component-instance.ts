import type { Component } from "../component/component.ts";
import type { ComponentId, ComponentKind } from "../component/component-id.ts";
import type { ComponentReport, ComponentStatus, Host } from "../component/host.ts";
import type { ConfiguredComponent } from "../config/config.ts";
import type { Signal } from "../pdata/signal.ts";
import type { ComponentLedger } from "./component-ledger.ts";
import { sameConfig } from "./same-config.ts";

export interface ComponentInstanceOptions {
  /** What it was made from. */
  readonly configured: ConfiguredComponent;
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
  /** Pipelines that it serves; a reload may change them. */
  pipelines: readonly string[];
  /** Ids of the extensions that it has asked for. */
  readonly uses = new Set<string>();
  readonly #configured: ConfiguredComponent;
  #status: ComponentStatus = "starting";
  #isStarted = false;

  constructor(options: ComponentInstanceOptions) {
    this.#configured = options.configured;
    this.id = options.configured.id;
    this.kind = options.configured.factory.kind;
    this.component = options.component;
    this.ledger = options.ledger;
    this.signal = options.signal;
    this.pipelines = options.pipelines;
  }

  get status(): ComponentStatus {
    return this.#status;
  }

  /** Whether a component made from `configured` would be the same as this one. */
  isMadeFrom(configured: ConfiguredComponent): boolean {
    const { factory, config } = this.#configured;
    return factory === configured.factory && sameConfig(config, configured.config);
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
      pipelines: this.pipelines,
      signal: this.signal,
      status: this.#status,
      accepted: ledger.accepted,
      recovered: ledger.recoveredCount,
      refused: ledger.refusedCount,
      sent: ledger.sentCount,
      held: ledger.held,
      inFlight: ledger.inFlightCount,
      dropped: { ...ledger.droppedBy },
      failures: ledger.failures,
      lastError: ledger.lastError,
    };
  }
}
