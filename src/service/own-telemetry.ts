import type { Clock } from "../component/clock.ts";
import type { BuildInfo, ListeningEndpoint } from "../component/host.ts";
import type { Logger } from "../component/logger.ts";
import type { Counter } from "../component/meter.ts";
import type { TelemetryConfig } from "../config/telemetry-config.ts";
import { OutputSet } from "../output/output-set.ts";
import { CollectorMeter } from "../telemetry/collector-meter.ts";
import { createLogger } from "../telemetry/collector-logger.ts";
import { MetricStore } from "../telemetry/metric-store.ts";
import { MetricsServer } from "../telemetry/metrics-server.ts";
import { addProcessMetrics } from "../telemetry/process-metrics.ts";
import { prometheusText } from "../telemetry/prometheus-text.ts";
import { SpanRecorder } from "../telemetry/span-recorder.ts";
import { addTargetInfo } from "../telemetry/target-info.ts";

type Reader = TelemetryConfig["metrics"]["readers"][number]["pull"]["exporter"]["prometheus"];

/** Log, metrics and span samples of the collector itself, as `service::telemetry` wants them. */
export class OwnTelemetry {
  readonly logger: Logger;
  readonly outputs = new OutputSet();
  readonly meter: CollectorMeter;
  readonly spans: SpanRecorder;
  readonly #config: TelemetryConfig;
  readonly #store = new MetricStore();
  readonly #servers: MetricsServer[] = [];

  constructor(config: TelemetryConfig, buildInfo: BuildInfo, clock: Clock) {
    this.#config = config;
    const { logs, metrics } = config;
    const resource = resourceOf(config, buildInfo);
    this.logger = createLogger({
      level: logs.level,
      encoding: logs.encoding,
      disableStacktrace: logs.disableStacktrace,
      sampling: logs.sampling,
      initialFields: logs.initialFields,
      resource: logs.disableZapResource ? undefined : resource,
      outputs: logs.outputPaths.map((target) => this.outputs.get(target)),
      clock,
    });
    this.meter = new CollectorMeter(this.#store, metrics.level);
    this.spans = new SpanRecorder(clock);
    if (metrics.level === "none") return;
    addProcessMetrics(this.meter);
    addTargetInfo(this.#store, resource);
  }

  /** Opens log files (rejects if it cannot) and the port of the metrics (goes on without it if it cannot). */
  async start(addEndpoint: (endpoint: ListeningEndpoint) => void): Promise<void> {
    const { logs, metrics } = this.#config;
    for (const target of logs.outputPaths) this.outputs.open(target);
    if (metrics.level === "none") {
      this.logger.info("Internal metrics telemetry disabled");
      return;
    }
    for (const reader of metrics.address === undefined
      ? metrics.readers.map(({ pull }) => pull.exporter.prometheus)
      : [readerAt(metrics.address)]) {
      await this.#serve(reader, addEndpoint);
    }
  }

  /** Closes the metrics port and then, after the last log line, the outputs. */
  async shutdown(signal: AbortSignal): Promise<void> {
    await Promise.all(this.#servers.splice(0).map((server) => server.shutdown()));
    await this.outputs.close(signal);
  }

  async #serve(reader: Reader, addEndpoint: (endpoint: ListeningEndpoint) => void): Promise<void> {
    const { host, port, withoutTypeSuffix, withoutUnits } = reader;
    const failures = addScrapeFailures(this.meter);
    const render = async (): Promise<string> => {
      try {
        return await prometheusText(this.#store, { withoutTypeSuffix, withoutUnits });
      } catch (error) {
        failures.add(1);
        throw error;
      }
    };
    const server = new MetricsServer({ host, port, render });
    try {
      await server.start();
    } catch (error) {
      await server.shutdown();
      // Loaded only now: a start that goes well has no use for it.
      const { heldBy } = await import("../net/port-holder.ts");
      this.logger.warn(
        `Cannot serve own metrics on ${host}:${port}${heldBy(error, port)}: the collector goes on without, set another port in service::telemetry::metrics::readers or free this one`,
        { error },
      );
      return;
    }
    this.#servers.push(server);
    for (const endpoint of server.endpoints()) {
      addEndpoint({ componentId: "telemetry", protocol: "Prometheus metrics", ...endpoint });
    }
  }
}

/** The two series with which upstream's metrics port counts its own failures. */
function addScrapeFailures(meter: CollectorMeter): Counter {
  const description = "Failed scrapes of these metrics";
  const name = "promhttp_metric_handler_errors_total";
  meter.counter({ name, description, labels: { cause: "encoding" } });
  return meter.counter({ name, description, labels: { cause: "gathering" } });
}

function resourceOf(config: TelemetryConfig, buildInfo: BuildInfo): Readonly<Record<string, string>> {
  const resource: Record<string, string> = {
    "service.instance.id": randomUuid(),
    "service.name": buildInfo.command,
    "service.version": buildInfo.version,
  };
  for (const [key, value] of Object.entries(config.resource)) {
    if (value === null) delete resource[key];
    else resource[key] = value;
  }
  return resource;
}

/** The old spelling: `:8888`, `0.0.0.0:8888`, `[::1]:8888`. */
function readerAt(address: string): Reader {
  const colon = address.lastIndexOf(":");
  const port = Number(address.slice(colon + 1));
  if (colon < 0 || !Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new Error(`Cannot serve own metrics: address "${address}" is not of the form host:port`);
  }
  const host = address.slice(0, colon).replace(/^\[(.*)\]$/, "$1");
  return { host, port, withoutScopeInfo: true, withoutTypeSuffix: true, withoutUnits: true };
}

/** Version 4. Unique but no secret: from `Math.random`, because loading `node:crypto` takes 3 ms and 1.5 MiB. */
function randomUuid(): string {
  return "xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx".replaceAll(/[xy]/g, (place) => {
    const digit = Math.floor(Math.random() * 16);
    return (place === "x" ? digit : 8 + (digit % 4)).toString(16);
  });
}
