import { parseComponentId } from "../../src/component/component-id.ts";
import type { SignalSettings } from "../../src/component/factory.ts";
import type { BuildInfo } from "../../src/component/host.ts";
import type { Signal } from "../../src/pdata/signal.ts";
import { ManualClock } from "./manual-clock.ts";
import { RecordingLedger } from "./recording-ledger.ts";
import { RecordingLogger } from "./recording-logger.ts";
import { RecordingMeter } from "./recording-meter.ts";
import { RecordingOutputs } from "./recording-outputs.ts";

export const testBuildInfo: BuildInfo = { command: "otelcol", description: "test", version: "0.0.0-test" };

/** Settings whose every part keeps what a component did with it. Fits `Settings` and `SignalSettings`. */
export interface TestSettings<S extends Signal = Signal> extends SignalSettings<S> {
  readonly logger: RecordingLogger;
  readonly meter: RecordingMeter;
  readonly ledger: RecordingLedger;
  readonly clock: ManualClock;
  readonly outputs: RecordingOutputs;
}

export interface TestSettingsOptions<S extends Signal = Signal> {
  /** Default `test`. */
  readonly id?: string;
  /** Default `traces`. */
  readonly signal?: S;
  readonly pipelineId?: string | undefined;
  readonly clock?: ManualClock;
  /** Settings of the same component id in another pipeline or signal: `shared` then answers the same value. */
  readonly sharedWith?: TestSettings;
}

export function testSettings<S extends Signal = "traces">(options: TestSettingsOptions<S> = {}): TestSettings<S> {
  let shared: { readonly value: unknown } | undefined;
  return {
    id: parseComponentId(options.id ?? "test"),
    signal: options.signal ?? ("traces" as S),
    pipelineId: options.pipelineId,
    logger: new RecordingLogger(),
    meter: new RecordingMeter(),
    ledger: new RecordingLedger(),
    clock: options.clock ?? new ManualClock(),
    outputs: new RecordingOutputs(),
    buildInfo: testBuildInfo,
    shared<T>(make: () => T): T {
      if (options.sharedWith !== undefined) return options.sharedWith.shared(make);
      shared ??= { value: make() };
      // The contract: one id, one type of shared value.
      return shared.value as T;
    },
  };
}
