import { ROOT_CONTEXT, trace } from "@opentelemetry/api";
import { OTLPLogExporter as GrpcLogs } from "@opentelemetry/exporter-logs-otlp-grpc";
import { OTLPLogExporter as JsonLogs } from "@opentelemetry/exporter-logs-otlp-http";
import { OTLPLogExporter as ProtoLogs } from "@opentelemetry/exporter-logs-otlp-proto";
import { OTLPMetricExporter as GrpcMetrics } from "@opentelemetry/exporter-metrics-otlp-grpc";
import { OTLPMetricExporter as JsonMetrics } from "@opentelemetry/exporter-metrics-otlp-http";
import { OTLPMetricExporter as ProtoMetrics } from "@opentelemetry/exporter-metrics-otlp-proto";
import { OTLPTraceExporter as GrpcTraces } from "@opentelemetry/exporter-trace-otlp-grpc";
import { OTLPTraceExporter as JsonTraces } from "@opentelemetry/exporter-trace-otlp-http";
import { OTLPTraceExporter as ProtoTraces } from "@opentelemetry/exporter-trace-otlp-proto";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BatchLogRecordProcessor, LoggerProvider } from "@opentelemetry/sdk-logs";
import { MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
import { BasicTracerProvider, BatchSpanProcessor } from "@opentelemetry/sdk-trace-base";

export type Protocol = "grpc" | "http/protobuf" | "http/json";

export const protocols: readonly Protocol[] = ["grpc", "http/protobuf", "http/json"];

const exporters = {
  "grpc": { traces: GrpcTraces, metrics: GrpcMetrics, logs: GrpcLogs },
  "http/protobuf": { traces: ProtoTraces, metrics: ProtoMetrics, logs: ProtoLogs },
  "http/json": { traces: JsonTraces, metrics: JsonMetrics, logs: JsonLogs },
} as const;

/** Where an exporter of `protocol` sends `signal`: the HTTP ones take the path as part of their URL. */
function urlOf(protocol: Protocol, port: number, signal: string): { url: string } {
  const base = `http://127.0.0.1:${port}`;
  return { url: protocol === "grpc" ? base : `${base}/v1/${signal}` };
}

/** Two nested spans, one counter and one log record by the official SDK; resolves when they were exported or given up. */
export async function sendAll(protocol: Protocol, port: number): Promise<void> {
  const resource = resourceFromAttributes({ "service.name": `js-${protocol}`, "application": "test-application" });
  const kinds = exporters[protocol];

  const traces = new BasicTracerProvider({
    resource,
    spanProcessors: [new BatchSpanProcessor(new kinds.traces(urlOf(protocol, port, "traces")))],
  });
  const tracer = traces.getTracer("e2e");
  const parent = tracer.startSpan("parent", { attributes: { "TASK run id": "1" } });
  const child = tracer.startSpan("child", {}, trace.setSpan(ROOT_CONTEXT, parent));
  child.addEvent("an event", { answer: 42 });
  child.end();
  parent.end();

  const metrics = new MeterProvider({
    resource,
    readers: [new PeriodicExportingMetricReader({ exporter: new kinds.metrics(urlOf(protocol, port, "metrics")) })],
  });
  metrics.getMeter("e2e").createCounter("js_counter").add(7);

  const logs = new LoggerProvider({
    resource,
    processors: [new BatchLogRecordProcessor({ exporter: new kinds.logs(urlOf(protocol, port, "logs")) })],
  });
  logs.getLogger("e2e").emit({ severityText: "INFO", body: "a log record" });

  await Promise.all([traces.shutdown(), metrics.shutdown(), logs.shutdown()]);
}
