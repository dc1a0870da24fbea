import type { Component } from "../../src/component/component.ts";
import type {
  BuildInfo,
  ComponentReport,
  ComponentStatus,
  FeatureGate,
  Host,
  ListeningEndpoint,
  PipelineReport,
  SpanSamples,
} from "../../src/component/host.ts";
import type { SendersReport } from "../../src/component/senders.ts";
import { testBuildInfo } from "./test-settings.ts";

/** A host that keeps what a component reports, and shows what the test puts into it. */
export class TestHost implements Host {
  readonly buildInfo: BuildInfo = testBuildInfo;
  readonly startUnixMs = Date.UTC(2026, 0, 1);
  readonly endpoints: ListeningEndpoint[] = [];
  readonly statuses: { readonly status: ComponentStatus; readonly cause: unknown }[] = [];
  readonly extensionsById = new Map<string, Component>();
  pipelineReports: PipelineReport[] = [];
  componentReports: ComponentReport[] = [];
  gates: FeatureGate[] = [];
  samples: SpanSamples = {
    names: () => [],
    of: () => ({ active: 0, buckets: [], counts: [], errors: [], errorCount: 0 }),
  };

  extension(id: string): Component | undefined {
    return this.extensionsById.get(id);
  }

  extensionIds(): readonly string[] {
    return [...this.extensionsById.keys()];
  }

  pipelines(): readonly PipelineReport[] {
    return this.pipelineReports;
  }

  components(): readonly ComponentReport[] {
    return this.componentReports;
  }

  featureGates(): readonly FeatureGate[] {
    return this.gates;
  }

  spanSamples(): SpanSamples {
    return this.samples;
  }

  reportEndpoint(endpoint: ListeningEndpoint): void {
    this.endpoints.push(endpoint);
  }

  sendersReport: SendersReport = { senders: [], mistakes: [], forgotten: 0 };

  watchSenders(): Promise<() => SendersReport> {
    return Promise.resolve(() => this.sendersReport);
  }

  /** What `requestReload` answers. */
  reload: () => Promise<void> = () => Promise.resolve();

  requestReload(): Promise<void> {
    return this.reload();
  }

  reportStatus(status: ComponentStatus, cause?: unknown): void {
    this.statuses.push({ status, cause });
  }
}
