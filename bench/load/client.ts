import type { Body } from "./pool.ts";

/** One way to send requests; several may be under way. */
export interface Client {
  /** Resolves to `ok` or the code of the refusal; never rejects. */
  send(body: Body): Promise<string>;
  close(): void;
}

export const grpcPaths = {
  traces: "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
  metrics: "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
  logs: "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
} as const;
