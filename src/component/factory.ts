import type { GenericSchema, InferOutput } from "valibot";
import type { Signal } from "../pdata/signal.ts";
import type { Clock } from "./clock.ts";
import type { Component } from "./component.ts";
import type { ComponentId } from "./component-id.ts";
import type { Consumer } from "./consumer.ts";
import type { BuildInfo } from "./host.ts";
import type { Ledger } from "./ledger.ts";
import type { Logger } from "./logger.ts";
import type { Meter } from "./meter.ts";
import type { SenderObserver } from "./senders.ts";
import type { Outputs } from "./output.ts";

export type Stability = "development" | "alpha" | "beta" | "stable" | "deprecated";

/** What our code passes into a component, beside what the user wrote (`Config`). */
export interface Settings {
  readonly id: ComponentId;
  readonly logger: Logger;
  /** Carries the component's own label (`receiver=`, `processor=`, `exporter=`). */
  readonly meter: Meter;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly outputs: Outputs;
  readonly buildInfo: BuildInfo;
  /** Where receivers tell of requests that were wrong. */
  readonly senders?: SenderObserver;
  /**
   * One value per component id and service, made at the first call: how instances of one id in several pipelines share
   * state (memory_limiter's single check loop).
   */
  shared<T>(make: () => T): T;
}

export interface SignalSettings<S extends Signal = Signal> extends Settings {
  readonly signal: S;
  /** Pipeline that this processor stands in; exporters serve several and have none. */
  readonly pipelineId: string | undefined;
}

/** A port that a configuration asks for, found without opening it. */
export interface ListenAddress {
  /** As `parseEndpoint` reads it: an empty host is all interfaces; port 0 is any that is free. */
  readonly host: string;
  readonly port: number;
  /** Keys below the component that say so: `["protocols", "grpc", "endpoint"]`. */
  readonly path: readonly string[];
}

/** Notice about a spelling that is accepted for the sake of old files. */
export interface Alias {
  readonly type: string;
  /** Printed once: what to write instead. */
  readonly notice: string;
}

interface FactoryBase<C extends GenericSchema> {
  readonly type: string;
  readonly aliases?: readonly Alias[];
  readonly stability: Stability;
  /** One sentence for `otelcol components` and the catalogue. */
  readonly description: string;
  /** Types, defaults, units and texts of the keys; the `Config` type is its output. */
  readonly config: C;
  /** The ports without which an instance cannot start, so that two that want the same one are found before. Pure. */
  listens?(config: InferOutput<C>): readonly ListenAddress[];
}

/**
 * Where a receiver sends each signal; a signal that no pipeline uses is absent. One instance serves all signals. Looked at
 * anew for every request: a reload changes it under a receiver that stays.
 */
export type ReceiverOutputs = { readonly [S in Signal]?: Consumer<S> };

export interface ReceiverFactory<C extends GenericSchema = GenericSchema> extends FactoryBase<C> {
  readonly kind: "receiver";
  readonly signals: readonly Signal[];
  create(config: InferOutput<C>, settings: Settings, outputs: ReceiverOutputs): Component;
}

/** A processor or exporter is both: it lives, and it takes batches. */
export type ConsumerComponent<S extends Signal = Signal> = Component & Consumer<S>;

export interface ProcessorFactory<C extends GenericSchema = GenericSchema> extends FactoryBase<C> {
  readonly kind: "processor";
  readonly signals: readonly Signal[];
  readonly mutatesData: boolean;
  create<S extends Signal>(
    config: InferOutput<C>,
    settings: SignalSettings<S>,
    next: Consumer<S>,
  ): ConsumerComponent<S>;
}

export interface ExporterFactory<C extends GenericSchema = GenericSchema> extends FactoryBase<C> {
  readonly kind: "exporter";
  readonly signals: readonly Signal[];
  create<S extends Signal>(config: InferOutput<C>, settings: SignalSettings<S>): ConsumerComponent<S>;
}

export interface ExtensionFactory<C extends GenericSchema = GenericSchema> extends FactoryBase<C> {
  readonly kind: "extension";
  create(config: InferOutput<C>, settings: Settings): Component;
}

export type Factory = ReceiverFactory | ProcessorFactory | ExporterFactory | ExtensionFactory;

/** Factories are frozen values; importing one does nothing. */
export function defineReceiver<C extends GenericSchema>(factory: Omit<ReceiverFactory<C>, "kind">): ReceiverFactory<C> {
  return Object.freeze({ kind: "receiver", ...factory });
}

export function defineProcessor<C extends GenericSchema>(
  factory: Omit<ProcessorFactory<C>, "kind">,
): ProcessorFactory<C> {
  return Object.freeze({ kind: "processor", ...factory });
}

export function defineExporter<C extends GenericSchema>(factory: Omit<ExporterFactory<C>, "kind">): ExporterFactory<C> {
  return Object.freeze({ kind: "exporter", ...factory });
}

export function defineExtension<C extends GenericSchema>(
  factory: Omit<ExtensionFactory<C>, "kind">,
): ExtensionFactory<C> {
  return Object.freeze({ kind: "extension", ...factory });
}
