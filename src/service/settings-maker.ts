import type { Clock } from "../component/clock.ts";
import type { ComponentId, ComponentKind } from "../component/component-id.ts";
import type { SignalSettings } from "../component/factory.ts";
import type { BuildInfo } from "../component/host.ts";
import type { Ledger } from "../component/ledger.ts";
import type { LogFields } from "../component/logger.ts";
import type { SenderObserver } from "../component/senders.ts";
import type { ConfiguredComponent } from "../config/config.ts";
import type { Signal } from "../pdata/signal.ts";
import type { CollectorMeter } from "../telemetry/collector-meter.ts";
import type { OwnTelemetry } from "./own-telemetry.ts";
import { sameConfig } from "./same-config.ts";

export interface SettingsOptions<S extends Signal | undefined> {
  readonly configured: ConfiguredComponent;
  /** Of processors and exporters. */
  readonly signal: S;
  /** Of processors. */
  readonly pipelineId?: string;
  readonly meter: CollectorMeter;
  readonly ledger: Ledger;
}

type MadeSettings<S extends Signal | undefined> = Omit<SignalSettings, "signal"> & { readonly signal: S };

/** Makes what components are handed, with the fields and labels of upstream. */
export class SettingsMaker {
  readonly #telemetry: OwnTelemetry;
  readonly #clock: Clock;
  readonly #buildInfo: BuildInfo;
  readonly #senders: SenderObserver;
  /** By kind and component id. */
  readonly #shared = new Map<string, { readonly configured: ConfiguredComponent; readonly value: unknown }>();

  constructor(telemetry: OwnTelemetry, clock: Clock, buildInfo: BuildInfo, senders: SenderObserver) {
    this.#senders = senders;
    this.#telemetry = telemetry;
    this.#clock = clock;
    this.#buildInfo = buildInfo;
  }

  meterOf(kind: ComponentKind, id: ComponentId): CollectorMeter {
    return this.#telemetry.meter.with({ [kind]: id.text });
  }

  make<S extends Signal | undefined>(options: SettingsOptions<S>): MadeSettings<S> {
    const { configured, signal, pipelineId, meter, ledger } = options;
    const { id } = configured;
    const { kind } = configured.factory;
    const fields: Record<string, string> = { "otelcol.component.id": id.text, "otelcol.component.kind": kind };
    if (pipelineId !== undefined) fields["otelcol.pipeline.id"] = pipelineId;
    if (signal !== undefined) fields["otelcol.signal"] = signal;
    return {
      id,
      signal,
      pipelineId,
      meter,
      ledger,
      logger: this.#telemetry.logger.with(fields satisfies LogFields),
      clock: this.#clock,
      outputs: this.#telemetry.outputs,
      buildInfo: this.#buildInfo,
      senders: this.#senders,
      shared: (make) => this.#sharedValue(configured, make),
    };
  }

  /** Instances with another configuration, after a reload, share among themselves. */
  #sharedValue<T>(configured: ConfiguredComponent, make: () => T): T {
    const { factory, id, config } = configured;
    const key = `${factory.kind} ${id.text}`;
    let known = this.#shared.get(key);
    if (known?.configured.factory !== factory || !sameConfig(known.configured.config, config)) {
      known = { configured, value: make() };
      this.#shared.set(key, known);
    }
    // One component id has one factory, and that asks for one type.
    return known.value as T;
  }
}
