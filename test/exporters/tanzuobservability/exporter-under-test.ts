import type { Test } from "tap";
import * as v from "valibot";
import type { ConsumerComponent } from "../../../src/component/factory.ts";
import { tanzuobservability } from "../../../src/exporters/tanzuobservability/factory.ts";
import { goldenNowMs } from "../../wavefront-proxy/golden.ts";
import { WavefrontProxy, type WavefrontProxyOptions } from "../../wavefront-proxy/wavefront-proxy.ts";
import { ManualClock } from "../../contracts/manual-clock.ts";
import { TestHost } from "../../contracts/test-host.ts";
import { testSettings, type TestSettings } from "../../contracts/test-settings.ts";

/** What a user writes for one try without a queue: `consume` then tells the outcome. */
export const direct = { sending_queue: { enabled: false }, retry_on_failure: { enabled: false } };

export interface UnderTest<S extends "traces" | "metrics"> {
  readonly exporter: ConsumerComponent<S>;
  readonly settings: TestSettings<S>;
}

export function createExporter<S extends "traces" | "metrics">(
  signal: S,
  written: Readonly<Record<string, unknown>>,
): UnderTest<S> {
  const clock = new ManualClock(goldenNowMs);
  const settings = testSettings<S>({ id: "tanzuobservability", signal, clock });
  const exporter = tanzuobservability.create(v.parse(tanzuobservability.config, written), settings);
  return { exporter, settings };
}

/** An exporter that runs until the end of the test. */
export async function startExporter<S extends "traces" | "metrics">(
  t: Test,
  signal: S,
  written: Readonly<Record<string, unknown>>,
): Promise<UnderTest<S>> {
  const underTest = createExporter(signal, written);
  t.teardown(() => underTest.exporter.shutdown(AbortSignal.timeout(2000)));
  await underTest.exporter.start(new TestHost());
  return underTest;
}

/** A stand-in proxy that runs until the end of the test. */
export async function startProxy(t: Test, options: WavefrontProxyOptions = {}): Promise<WavefrontProxy> {
  const proxy = await WavefrontProxy.start({ nowMs: goldenNowMs, ...options });
  t.teardown(() => proxy.close());
  return proxy;
}

/** Both endpoints at one port. */
export function endpointsAt(proxy: { readonly endpoint: string }): Record<string, unknown> {
  return { traces: { endpoint: proxy.endpoint }, metrics: { endpoint: proxy.endpoint } };
}
