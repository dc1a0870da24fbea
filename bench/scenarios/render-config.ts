import type { Exporter, Scenario } from "./scenario.ts";

export interface Ports {
  readonly grpc: number;
  readonly http: number;
  readonly metrics: number;
  readonly sinkGrpc: number;
  readonly sinkHttp: number;
}

/** What a configuration shows where ports stand in a run. */
export const shownPorts: Ports = { grpc: 4317, http: 4318, metrics: 8888, sinkGrpc: 14_317, sinkHttp: 14_318 };

const exporterNames: Readonly<Record<Exporter, string>> = {
  "otlp-grpc": "otlp",
  "otlp-http": "otlphttp",
  "wavefront": "tanzuobservability",
  "debug-basic": "debug",
  "debug-detailed": "debug",
  "nop": "nop",
};

/** The YAML of a scenario: the same for all peers, in keys that all of them know. `folder` is for a queue on disk. */
export function renderConfig(scenario: Scenario, ports: Ports, folder: string): string {
  const { exporter, limitMib, queue, peer } = scenario;
  const name = exporterNames[exporter];
  const processors = exporter === "nop" ? "[]" : "[memory_limiter, batch]";
  const pipeline = `{receivers: [otlp], processors: ${processors}, exporters: [${name}]}`;
  const signals = exporter === "wavefront" ? ["traces", "metrics"] : ["traces", "metrics", "logs"];
  // v0.91 knows no readers.
  const telemetry =
    peer === "go-wavefront"
      ? `{address: "127.0.0.1:${ports.metrics}"}`
      : `{readers: [{pull: {exporter: {prometheus: {host: 127.0.0.1, port: ${ports.metrics}}}}}]}`;
  return [
    "receivers:",
    "  otlp:",
    "    protocols:",
    `      grpc: {endpoint: "127.0.0.1:${ports.grpc}"}`,
    `      http: {endpoint: "127.0.0.1:${ports.http}"}`,
    ...(exporter === "nop"
      ? []
      : [
          "processors:",
          `  memory_limiter: {check_interval: 1s, limit_mib: ${limitMib}, spike_limit_mib: ${limitMib / 5}}`,
          "  batch: {send_batch_size: 8192, timeout: 200ms}",
        ]),
    "exporters:",
    `  ${name}: ${exporterSettings(scenario, ports)}`,
    ...(queue === "disk" ? ["extensions:", `  file_storage: {directory: "${folder}", create_directory: true}`] : []),
    "service:",
    ...(queue === "disk" ? ["  extensions: [file_storage]"] : []),
    `  telemetry: {metrics: ${telemetry}}`,
    "  pipelines:",
    ...signals.map((signal) => `    ${signal}: ${pipeline}`),
    "",
  ].join("\n");
}

function exporterSettings(scenario: Scenario, ports: Ports): string {
  const { exporter, compression, queue } = scenario;
  const packed = compression === "gzip level 1" ? "gzip, compression_params: {level: 1}" : compression;
  const stored = queue === "disk" ? ", sending_queue: {storage: file_storage}" : "";
  switch (exporter) {
    case "otlp-grpc":
      return `{endpoint: "127.0.0.1:${ports.sinkGrpc}", compression: ${packed}, tls: {insecure: true}${stored}}`;
    case "otlp-http":
      return `{endpoint: "http://127.0.0.1:${ports.sinkHttp}", compression: ${packed}${stored}}`;
    case "wavefront": {
      // "none" is what the exporter does by default, which Go's cannot change.
      const written = compression === "none" ? "" : `, compression: ${packed}`;
      const target = `{endpoint: "http://127.0.0.1:${ports.sinkHttp}"${written}}`;
      return `{traces: ${target}, metrics: ${target}}`;
    }
    case "debug-basic":
      return "{verbosity: basic}";
    case "debug-detailed":
      return "{verbosity: detailed}";
    case "nop":
      return "{}";
  }
}
