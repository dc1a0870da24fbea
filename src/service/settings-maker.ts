import type { Clock } from "../component/clock.ts";
import type { ComponentId, ComponentKind } from "../component/component-id.ts";
import type { SignalSettings } from "../component/factory.ts";
import type { BuildInfo } from "../component/host.ts";
import type { Ledger } from "../component/ledger.ts";
import type { LogFields } from "../component/logger.ts";
import type { Signal } from "../pdata/signal.ts";
import type { CollectorMeter } from "../telemetry/collector-meter.ts";
import type { OwnTelemetry } from "./own-telemetry.ts";

export interface SettingsOptions<S extends Signal | undefined> {
  readonly kind: ComponentKind;
  readonly id: ComponentId;
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
  /** By kind and component id. */
  readonly #shared = new Map<string, unknown>();

  constructor(telemetry: OwnTelemetry, clock: Clock, buildInfo: BuildInfo) {
    this.#telemetry = telemetry;
    this.#clock = clock;
    this.#buildInfo = buildInfo;
  }

  meterOf(kind: ComponentKind, id: ComponentId): CollectorMeter {
    return this.#telemetry.meter.with({ [kind]: id.text });
  }

  make<S extends Signal | undefined>(options: SettingsOptions<S>): MadeSettings<S> {
    const { kind, id, signal, pipelineId, meter, ledger } = options;
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
      shared: (make) => this.#sharedValue(`${kind} ${id.text}`, make),
    };
  }

  #sharedValue<T>(key: string, make: () => T): T {
    if (!this.#shared.has(key)) this.#shared.set(key, make());
    // One component id has one factory, and that asks for one type.
    return this.#shared.get(key) as T;
  }
}
