import type { Test } from "tap";
import * as v from "valibot";
import type { Admission } from "../../../src/component/consumer.ts";
import type { ReceiverOutputs } from "../../../src/component/factory.ts";
import { otlp } from "../../../src/receivers/otlp/factory.ts";
import type { Component } from "../../../src/component/component.ts";
import type { LogEntry } from "../../contracts/recording-logger.ts";
import { RecordingConsumer } from "../../contracts/recording-consumer.ts";
import { TestHost } from "../../contracts/test-host.ts";
import { testSettings, type TestSettings } from "../../contracts/test-settings.ts";

/** A started `otlp` receiver on free loopback ports, with recording consumers behind it. */
export interface ReceiverUnderTest {
  readonly receiver: Component;
  readonly settings: TestSettings;
  readonly host: TestHost;
  readonly traces: RecordingConsumer<"traces">;
  readonly metrics: RecordingConsumer<"metrics">;
  readonly logs: RecordingConsumer<"logs">;
  /** The port of `protocols::grpc`, or of `protocols::http`; both speak both. */
  readonly grpcPort: number;
  readonly httpPort: number;
  /** Log lines about rejected requests, with their fields. */
  rejections(): LogEntry[];
  /** Value of `otelcol_receiver_rejected_requests` for a reason. */
  rejected(reason: string): number;
}

export interface ReceiverTestOptions {
  readonly grpc?: Readonly<Record<string, unknown>>;
  readonly http?: Readonly<Record<string, unknown>>;
  /** Signals that a pipeline uses. Default all. */
  readonly signals?: readonly ("traces" | "metrics" | "logs")[];
  /** Opinion of the traces pipeline before a body is read. */
  readonly admission?: Admission;
  /** Holds the extensions that the configuration names. */
  readonly host?: TestHost;
}

/** Starts one; the end of the test shuts it down. */
export async function startReceiver(t: Test, options: ReceiverTestOptions = {}): Promise<ReceiverUnderTest> {
  const config = v.parse(otlp.config, {
    protocols: {
      grpc: { endpoint: "127.0.0.1:0", ...options.grpc },
      http: { endpoint: "localhost:0", ...options.http },
    },
  });
  const settings = testSettings({ id: "otlp" });
  const host = options.host ?? new TestHost();
  const traces = new RecordingConsumer<"traces">();
  traces.admission = options.admission;
  const metrics = new RecordingConsumer<"metrics">();
  const logs = new RecordingConsumer<"logs">();
  const used = new Set(options.signals ?? ["traces", "metrics", "logs"]);
  const outputs: ReceiverOutputs = {
    ...(used.has("traces") && { traces }),
    ...(used.has("metrics") && { metrics }),
    ...(used.has("logs") && { logs }),
  };
  const receiver = otlp.create(config, settings, outputs);
  t.teardown(() => receiver.shutdown(AbortSignal.timeout(1000)));
  await receiver.start(host);
  const [grpc, http] = host.endpoints;
  return {
    receiver,
    settings,
    host,
    traces,
    metrics,
    logs,
    grpcPort: grpc?.port ?? 0,
    httpPort: http?.port ?? 0,
    rejections: () => settings.logger.entries.filter((entry) => /^Requests? rejected$/.test(entry.message)),
    rejected: (reason) => settings.meter.value("otelcol_receiver_rejected_requests", { reason }) ?? 0,
  };
}
