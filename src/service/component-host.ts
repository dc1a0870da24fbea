import type { Component } from "../component/component.ts";
import type {
  BuildInfo,
  ComponentReport,
  ComponentStatus,
  FeatureGate,
  Host,
  ListeningEndpoint,
  PipelineReport,
  SpanSamples,
} from "../component/host.ts";
import type { SendersReport } from "../component/senders.ts";
import { errorText } from "../telemetry/error-text.ts";
import type { ComponentInstance } from "./component-instance.ts";

/** The service as all its hosts show it. */
export interface HostedService {
  readonly buildInfo: BuildInfo;
  readonly startUnixMs: number;
  readonly extensions: ReadonlyMap<string, Component>;
  readonly spans: SpanSamples;
  pipelines(): readonly PipelineReport[];
  components(): readonly ComponentReport[];
  addEndpoint(endpoint: ListeningEndpoint): void;
  onFatal(error: Error): void;
  requestReload(): Promise<void>;
  watchSenders(): Promise<() => SendersReport>;
}

/** The service as one component sees it. */
export class ComponentHost implements Host {
  readonly #service: HostedService;
  readonly #instance: ComponentInstance;

  constructor(service: HostedService, instance: ComponentInstance) {
    this.#service = service;
    this.#instance = instance;
  }

  get buildInfo(): BuildInfo {
    return this.#service.buildInfo;
  }

  get startUnixMs(): number {
    return this.#service.startUnixMs;
  }

  extension(id: string): Component | undefined {
    this.#instance.uses.add(id);
    return this.#service.extensions.get(id);
  }

  extensionIds(): readonly string[] {
    return Array.from(this.#service.extensions.keys()).toSorted();
  }

  pipelines(): readonly PipelineReport[] {
    return this.#service.pipelines();
  }

  components(): readonly ComponentReport[] {
    return this.#service.components();
  }

  /** There are none yet: what would be one is a documented key. */
  featureGates(): readonly FeatureGate[] {
    return [];
  }

  spanSamples(): SpanSamples {
    return this.#service.spans;
  }

  reportEndpoint(endpoint: ListeningEndpoint): void {
    this.#service.addEndpoint(endpoint);
  }

  requestReload(): Promise<void> {
    return this.#service.requestReload();
  }

  watchSenders(): Promise<() => SendersReport> {
    return this.#service.watchSenders();
  }

  reportStatus(status: ComponentStatus, cause?: unknown): void {
    this.#instance.reportStatus(status, cause);
    if (status !== "fatal_error") return;
    const { kind, id } = this.#instance;
    this.#service.onFatal(new Error(`${kind} "${id.text}": ${errorText(cause ?? "fatal error")}`, { cause }));
  }
}
