import type { Test } from "tap";
import * as v from "valibot";
import type { ConsumerComponent } from "../../../src/component/factory.ts";
import { otlpHttp } from "../../../src/exporters/otlp-http/factory.ts";
import type { Signal } from "../../../src/pdata/signal.ts";
import { TestHost } from "../../contracts/test-host.ts";
import { testSettings, type TestSettings } from "../../contracts/test-settings.ts";

/** What a user writes for one try without a queue: `consume` then tells the outcome. */
export const direct = { sending_queue: { enabled: false }, retry_on_failure: { enabled: false } };

export interface UnderTest<S extends Signal> {
  readonly exporter: ConsumerComponent<S>;
  readonly settings: TestSettings<S>;
  readonly host: TestHost;
}

/** An exporter that runs until the end of the test. */
export async function startExporter<S extends Signal = "traces">(
  t: Test,
  written: Readonly<Record<string, unknown>>,
  options: { readonly signal?: S; readonly host?: TestHost } = {},
): Promise<UnderTest<S>> {
  const settings = testSettings<S>({
    id: "otlp_http",
    ...(options.signal !== undefined && { signal: options.signal }),
  });
  const host = options.host ?? new TestHost();
  const exporter = otlpHttp.create(v.parse(otlpHttp.config, written), settings);
  t.teardown(() => exporter.shutdown(AbortSignal.timeout(2000)));
  await exporter.start(host);
  return { exporter, settings, host };
}
