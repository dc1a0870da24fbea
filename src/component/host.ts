import type { Signal } from "../pdata/signal.ts";
import type { Component } from "./component.ts";
import type { ComponentId, ComponentKind } from "./component-id.ts";
import type { SendersReport } from "./senders.ts";
import type { DropReason } from "./ledger.ts";

export interface BuildInfo {
  /** Command name, as in `service.name`: `otelcol`. */
  readonly command: string;
  readonly description: string;
  readonly version: string;
}

export type ComponentStatus =
  "starting" | "ok" | "recoverable_error" | "permanent_error" | "fatal_error" | "stopping" | "stopped";

/** One component instance as zpages and the ledger show it. Numbers are items since start. */
export interface ComponentReport {
  readonly id: ComponentId;
  readonly kind: ComponentKind;
  /** Pipelines it serves, such as `traces` or `traces/2`; empty for extensions. */
  readonly pipelines: readonly string[];
  readonly signal: Signal | undefined;
  readonly status: ComponentStatus;
  /** Items that it took (a receiver: that its pipelines took). */
  readonly accepted: number;
  /** Part of `accepted`: found on disk, where an earlier process left them. */
  readonly recovered: number;
  /** Items that it (a receiver: its pipelines) answered with an error. */
  readonly refused: number;
  readonly sent: number;
  readonly held: number;
  /** Part of `held`: being sent at this moment. The rest is queued. */
  readonly inFlight: number;
  readonly dropped: Readonly<Partial<Record<DropReason, number>>>;
  /** How often `lastError` was set. */
  readonly failures: number;
  readonly lastError: { readonly message: string; readonly unixMs: number } | undefined;
}

export interface PipelineReport {
  readonly id: string;
  readonly signal: Signal;
  readonly mutatesData: boolean;
  readonly receivers: readonly string[];
  readonly processors: readonly string[];
  readonly exporters: readonly string[];
}

/** One of the service's own happenings, for tracez. Times are Unix ms with fraction. */
export interface SpanSample {
  readonly name: string;
  readonly startUnixMs: number;
  readonly durationMs: number;
  readonly error: string | undefined;
  readonly fields: Readonly<Record<string, string | number>>;
}

/** The running service as its components may see it. */
export interface Host {
  readonly buildInfo: BuildInfo;
  readonly startUnixMs: number;
  /** Extensions of `service::extensions`, by id text. */
  extension(id: string): Component | undefined;
  extensionIds(): readonly string[];
  pipelines(): readonly PipelineReport[];
  components(): readonly ComponentReport[];
  featureGates(): readonly FeatureGate[];
  spanSamples(): SpanSamples;
  /** A port on which `component` listens, for the table printed after start. */
  reportEndpoint(endpoint: ListeningEndpoint): void;
  /** Begins to note who sends, if nobody has yet; the answer shows it. */
  watchSenders(): Promise<() => SendersReport>;
  /** Has the configuration read again. Rejects with a message for the user, and the old one stays in use. */
  requestReload(): Promise<void>;
  reportStatus(status: ComponentStatus, cause?: unknown): void;
}

export interface FeatureGate {
  readonly id: string;
  readonly enabled: boolean;
  readonly description: string;
  readonly stage: string;
  readonly fromVersion: string;
  readonly toVersion: string;
  readonly referenceUrl: string;
}

export interface SpanSamples {
  names(): readonly string[];
  /** Latency bucket counts, the tally of errors, and samples of one span name; see zpages' tracez. */
  of(name: string): {
    readonly active: number;
    readonly buckets: readonly (readonly SpanSample[])[];
    readonly counts: readonly number[];
    readonly errors: readonly SpanSample[];
    readonly errorCount: number;
  };
}

export interface ListeningEndpoint {
  readonly componentId: string;
  /** What it speaks, in the words of a user: `OTLP gRPC and HTTP`. */
  readonly protocol: string;
  readonly host: string;
  readonly port: number;
}
