import { signals, type Signal } from "../../pdata/signal.ts";

/** The gRPC method that takes a signal. */
export interface ExportMethod {
  readonly signal: Signal;
  /** `opentelemetry.proto.collector.trace.v1.TraceService`. */
  readonly service: string;
  /** `/opentelemetry.proto.collector.trace.v1.TraceService/Export`. */
  readonly path: string;
}

const services: Readonly<Record<Signal, string>> = {
  traces: "opentelemetry.proto.collector.trace.v1.TraceService",
  metrics: "opentelemetry.proto.collector.metrics.v1.MetricsService",
  logs: "opentelemetry.proto.collector.logs.v1.LogsService",
};

/** The export methods of the protocol; a test compares them with `proto/`, which takes too long to read at each start. */
export const exportMethods: readonly ExportMethod[] = signals.map((signal) => ({
  signal,
  service: services[signal],
  path: `/${services[signal]}/Export`,
}));
