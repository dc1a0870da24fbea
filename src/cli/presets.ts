import type { PresetName } from "./preset-flags.ts";

// Configurations that come with the collector: what runs without a file, and what `otelcol init` writes.

export interface PresetOptions {
  /** Host for all ports. `undefined`: this machine only, or in a container every interface. */
  readonly listenHost: string | undefined;
  /** Added to every port, so that a second collector runs beside the first. */
  readonly portOffset: number;
  /** URLs of the Wavefront proxy; the exporter is left out without. */
  readonly wavefront: WavefrontUrls | undefined;
  readonly inContainer: boolean;
}

export interface WavefrontUrls {
  readonly traces: string;
  readonly metrics: string;
}

/** Port that Airflow's shipped configuration names, in both of its sections. */
const airflowPort = 8889;

/** The usual ports of a Wavefront proxy. */
const wavefrontPorts = { traces: 30_001, metrics: 2878 } as const;

/** A whole configuration with comments. It is valid as it is. */
export function presetText(name: PresetName, options: PresetOptions): string {
  return name === "production" ? productionText(options) : consoleText(name, options);
}

/**
 * `http://host` is the proxy with its usual ports; a port that is written takes both. Throws with a reason if the text is
 * no URL.
 */
export function parseWavefrontUrl(text: string): WavefrontUrls {
  const url = URL.parse(text);
  if (url === null || !["http:", "https:"].includes(url.protocol) || url.hostname === "") {
    throw new Error("expected a URL such as http://localhost or http://localhost:2878");
  }
  const base = `${url.protocol}//${url.host}`;
  if (/:\d+$/.test(text.replace(/[/?#]*$/, ""))) {
    const port = url.port === "" ? (url.protocol === "http:" ? ":80" : ":443") : "";
    return { traces: `${base}${port}`, metrics: `${base}${port}` };
  }
  return { traces: `${base}:${wavefrontPorts.traces}`, metrics: `${base}:${wavefrontPorts.metrics}` };
}

/** What to set for Airflow, to be pasted. */
export function airflowLines({ listenHost, portOffset }: PresetOptions): string {
  const host = listenHost === undefined || ["0.0.0.0", "::"].includes(listenHost) ? "localhost" : listenHost;
  const port = 4318 + portOffset;
  return `# Airflow 3 (pip install 'apache-airflow[otel]'):
AIRFLOW__METRICS__OTEL_ON=True
AIRFLOW__TRACES__OTEL_ON=True
OTEL_EXPORTER_OTLP_ENDPOINT=http://${bracketed(host)}:${port}
OTEL_SERVICE_NAME=airflow

# Airflow 2.10 and 2.11 (pip install 'apache-airflow[otel]'):
AIRFLOW__METRICS__OTEL_ON=True
AIRFLOW__METRICS__OTEL_HOST=${host}
AIRFLOW__METRICS__OTEL_PORT=${port}
AIRFLOW__TRACES__OTEL_ON=True
AIRFLOW__TRACES__OTEL_HOST=${host}
AIRFLOW__TRACES__OTEL_PORT=${port}
`;
}

function consoleText(name: "local" | "airflow", options: PresetOptions): string {
  const { portOffset, wavefront } = options;
  const isAirflow = name === "airflow";
  const host = hostOf(options);
  const isMoved = options.listenHost !== undefined || portOffset !== 0;
  // Without an endpoint the default is written nowhere, and old clients find the legacy port 55681 as well.
  const endpoint = (port: number): string =>
    isMoved ? `\n        endpoint: ${quoted(host, port + portOffset)}` : ` # localhost:${port}`;
  const receivers = ["otlp", ...(isAirflow ? ["otlp/airflow"] : [])];
  const exporters = ["debug", ...(wavefront === undefined ? [] : ["tanzuobservability"])];
  const pipeline = (signal: string): string => `    ${signal}:
      receivers: [${receivers.join(", ")}]
      processors: [memory_limiter, batch]
      exporters: [${(signal === "logs" ? exporters.slice(0, 1) : exporters).join(", ")}]
`;
  const about = isAirflow
    ? `Takes metrics and traces of Airflow and shows what arrives. Set in Airflow's environment:\n\n${airflowLines(options)}`
    : "Takes OTLP from programs and shows what arrives.";
  return `${commented(about)}
receivers:
  # Each port takes gRPC and HTTP.
  otlp:
    protocols:
      grpc:${endpoint(4317)}
      http:${endpoint(4318)}
${
  isAirflow
    ? `  # The port in Airflow's own configuration file, for installations that only switch OpenTelemetry on.
  otlp/airflow:
    protocols:
      http:
        endpoint: ${quoted(host, airflowPort + portOffset)}
`
    : ""
}
processors:
  # Refuses data, which its senders then keep, before the process grows beyond the limit. Always first.
  memory_limiter:
    check_interval: 1s
    limit_mib: 512
    spike_limit_mib: 128
  # Collects for a fifth of a second.
  batch:

exporters:
  # ${isAirflow ? "A tree for each run of a DAG, a line for each data point" : "A line for each span, data point and log record"}; with "verbosity: detailed" instead every field.
  debug:
    format: ${isAirflow ? "tree" : "line"}
${
  wavefront === undefined
    ? ""
    : `  # A Wavefront proxy.
  tanzuobservability:${isAirflow ? "\n    # DAGs become services, timers become distributions.\n    preset: airflow" : ""}
    traces:
      endpoint: ${wavefront.traces}
    metrics:
      endpoint: ${wavefront.metrics}
`
}
extensions:
  # What goes through, and what became of it: http://localhost:${55_679 + portOffset}/debug/servicez
  zpages:
    endpoint: ${quoted(host, 55_679 + portOffset)}

service:
  extensions: [zpages]
  telemetry:
    metrics:
      readers:
        - pull:
            exporter:
              prometheus:
                host: ${JSON.stringify(host)}
                port: ${8888 + portOffset}
  pipelines:
${pipeline("traces")}${pipeline("metrics")}${pipeline("logs")}`.replaceAll(/\n{3,}/g, "\n\n");
}

function productionText(options: PresetOptions): string {
  const { portOffset, wavefront } = options;
  const exporter = wavefront === undefined ? "otlp_http" : "tanzuobservability";
  const signals = wavefront === undefined ? ["traces", "metrics", "logs"] : ["traces", "metrics"];
  return `# Takes OTLP from other machines and passes it on; what the backend does not take waits on disk.
# Set in the environment: OTELCOL_DATA (a folder that survives restarts)${wavefront === undefined ? ", BACKEND_URL, BACKEND_TOKEN" : ""}.

receivers:
  # Every interface: put TLS and authentication in front of it, or below (tls, auth), where others can reach it.
  otlp:
    protocols:
      grpc:
        endpoint: ${quoted(options.listenHost ?? "0.0.0.0", 4317 + portOffset)}
      http:
        endpoint: ${quoted(options.listenHost ?? "0.0.0.0", 4318 + portOffset)}

processors:
  # A part of the container's memory limit, or of the machine's memory. Always first.
  memory_limiter:
    check_interval: 1s
    limit_percentage: 75
    spike_limit_percentage: 20
  batch:
    timeout: 1s
    send_batch_size: 8192
    send_batch_max_size: 16384

exporters:
${
  wavefront === undefined
    ? `  otlp_http:
    endpoint: \${env:BACKEND_URL:-http://localhost:14318}
    headers:
      authorization: Bearer \${env:BACKEND_TOKEN:-none}
    compression: gzip
`
    : `  tanzuobservability:
    traces:
      endpoint: ${wavefront.traces}
    metrics:
      endpoint: ${wavefront.metrics}
`
}    # On disk: what was accepted survives a restart and an outage of the backend.
    sending_queue:
      storage: file_storage
      queue_size: 10000
    retry_on_failure:
      max_elapsed_time: 0s

extensions:
  file_storage:
    directory: \${env:OTELCOL_DATA:-./otelcol-data}
    create_directory: true
    max_size_mib: 4096
  # For this machine only: it tells much about the data.
  zpages:
    endpoint: ${quoted("localhost", 55_679 + portOffset)}
  # For probes of an orchestrator: /livez, /readyz; "otelcol healthcheck" asks it in containers without a shell.
  health_check:
    endpoint: ${quoted(options.listenHost ?? "0.0.0.0", 13_133 + portOffset)}

service:
  extensions: [file_storage, zpages, health_check]
  telemetry:
    logs:
      encoding: json
    metrics:
      readers:
        - pull:
            exporter:
              prometheus:
                host: ${JSON.stringify(options.listenHost ?? "0.0.0.0")}
                port: ${8888 + portOffset}
  pipelines:
${signals
  .map(
    (signal) => `    ${signal}:
      receivers: [otlp]
      processors: [memory_limiter, batch]
      exporters: [${exporter}]
`,
  )
  .join("")}`;
}

function commented(text: string): string {
  const lines = text.trimEnd().split("\n");
  return lines.map((line) => `${line === "" ? "#" : line.startsWith("#") ? line : `# ${line}`}\n`).join("");
}

function hostOf({ listenHost, inContainer }: PresetOptions): string {
  return listenHost ?? (inContainer ? "0.0.0.0" : "localhost");
}

function quoted(host: string, port: number): string {
  const text = `${bracketed(host)}:${port}`;
  return /^[A-Za-z0-9.-]+:\d+$/.test(text) ? text : JSON.stringify(text);
}

function bracketed(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}
