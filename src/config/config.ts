import type { ComponentId, ComponentKind } from "../component/component-id.ts";
import type { Factory } from "../component/factory.ts";
import type { Signal } from "../pdata/signal.ts";
import type { TelemetryConfig } from "./telemetry-config.ts";

/** One component section, decoded by its factory's schema. Legal also when no pipeline uses it. */
export interface ConfiguredComponent<F extends Factory = Factory> {
  readonly id: ComponentId;
  readonly factory: F;
  /** Output of `factory.config`; only the factory knows its type. */
  readonly config: unknown;
}

export interface PipelineConfig {
  /** `traces` or `traces/2`, as written. */
  readonly id: string;
  readonly signal: Signal;
  /** Component id texts, checked to exist. */
  readonly receivers: readonly string[];
  readonly processors: readonly string[];
  readonly exporters: readonly string[];
}

type KindOfFactory<K extends ComponentKind> = Extract<Factory, { kind: K }>;
type Section<K extends ComponentKind> = ReadonlyMap<string, ConfiguredComponent<KindOfFactory<K>>>;

/** A configuration that was read, expanded, decoded and cross-checked; frozen. Keys of the maps are component id texts. */
export interface Config {
  readonly receivers: Section<"receiver">;
  readonly processors: Section<"processor">;
  readonly exporters: Section<"exporter">;
  readonly extensions: Section<"extension">;
  readonly service: {
    readonly extensions: readonly string[];
    readonly pipelines: ReadonlyMap<string, PipelineConfig>;
    readonly telemetry: TelemetryConfig;
  };
  /** Accepted but worth a word: old spellings, unset variables. Logged once, as warnings, when a logger exists. */
  readonly notices: readonly string[];
}
