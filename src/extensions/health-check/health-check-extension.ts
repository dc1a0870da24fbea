import type { IncomingMessage, ServerResponse } from "node:http";
import type { Component, PipelineWatcher } from "../../component/component.ts";
import type { Settings } from "../../component/factory.ts";
import type { Host } from "../../component/host.ts";
import { formatDuration } from "../../duration/format-duration.ts";
import { AuxiliaryServer } from "../../net/auxiliary-server.ts";
import type { HealthCheckConfig } from "./config.ts";
import { FailureWindow } from "./failure-window.ts";
import { isServing, pipelineHealth } from "./pipeline-health.ts";
import { ReloadPath } from "./reload-path.ts";
import { rfc3339 } from "./rfc3339.ts";

interface Answer {
  readonly status: number;
  /** Nothing of it is sent where it is empty. */
  readonly contentType: string;
  readonly body: string;
}

/** Tells whether the collector takes data: to orchestrators, load balancers, and `otelcol healthcheck`. */
export class HealthCheckExtension implements Component, PipelineWatcher {
  readonly #config: HealthCheckConfig;
  readonly #settings: Settings;
  readonly #reload = new ReloadPath();
  #host: Host | undefined;
  #server: AuxiliaryServer | undefined;
  #failures: FailureWindow | undefined;
  #readySinceMs: number | undefined;

  constructor(config: HealthCheckConfig, settings: Settings) {
    this.#config = config;
    this.#settings = settings;
  }

  async start(host: Host): Promise<void> {
    if (this.#server !== undefined) return;
    const { checkCollectorPipeline, endpoint, path } = this.#config;
    const { logger, clock } = this.#settings;
    logger.info("Starting health_check extension", { config: { Endpoint: endpoint, Path: path } });
    this.#host = host;
    this.#server = new AuxiliaryServer({
      config: this.#config,
      settings: this.#settings,
      what: "health check",
      opened: () => {},
      answer: (request, response) => this.#answer(request, response),
    });
    await this.#server.start(host);
    if (!checkCollectorPipeline.enabled) return;
    this.#failures = new FailureWindow(clock, checkCollectorPipeline.interval, () => exporterFailures(host));
    this.#failures.start();
  }

  ready(): void {
    if (this.#readySinceMs !== undefined) return;
    this.#readySinceMs = this.#settings.clock.now();
    this.#settings.logger.info("Health Check state change", { status: "ready" });
  }

  notReady(): void {
    if (this.#readySinceMs === undefined) return;
    this.#readySinceMs = undefined;
    this.#settings.logger.info("Health Check state change", { status: "unavailable" });
  }

  async shutdown(): Promise<void> {
    this.#failures?.stop();
    this.#reload.close();
    await this.#server?.shutdown();
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    // Only path and query count; the base makes the address whole and is never shown.
    const url = URL.parse(request.url ?? "/", "http://localhost");
    if (url?.pathname === "/-/reload" && this.#config.reload.enabled && this.#host !== undefined) {
      this.#reload.answer(request, response, this.#host);
      return;
    }
    const { status, contentType, body } = this.#find(
      url?.pathname ?? "",
      url?.searchParams.get("pipeline") ?? undefined,
    );
    if (contentType !== "") response.setHeader("content-type", contentType);
    response.writeHead(status, { "content-length": Buffer.byteLength(body) });
    // Node leaves the body out where the request was HEAD.
    response.end(body);
  }

  #find(path: string, pipeline: string | undefined): Answer {
    if (path === "/livez") return json(200, { status: "alive" });
    if (path === "/readyz") return this.#readiness(pipeline);
    const wanted = this.#config.path;
    if (wanted !== "/" && path !== wanted) return text(404, "404 page not found\n");
    return this.#config.checkCollectorPipeline.enabled ? this.#checked() : this.#plain();
  }

  /** Upstream's answer, to the letter. */
  #plain(): Answer {
    const { responseBody } = this.#config;
    const since = this.#readySinceMs;
    const status = since === undefined ? 503 : 200;
    if (responseBody != null) return text(status, since === undefined ? responseBody.unhealthy : responseBody.healthy);
    return json(
      status,
      since === undefined
        ? { status: "Server not available", upSince: "0001-01-01T00:00:00Z", uptime: "" }
        : {
            status: "Server available",
            upSince: rfc3339(since),
            uptime: formatDuration(this.#settings.clock.now() - since),
          },
    );
  }

  #checked(): Answer {
    const limit = this.#config.checkCollectorPipeline.exporterFailureThreshold;
    const isWell = this.#readySinceMs !== undefined && (this.#failures?.count() ?? 0) <= limit;
    return { status: isWell ? 200 : 500, contentType: "", body: "" };
  }

  #readiness(pipeline: string | undefined): Answer {
    if (this.#host === undefined) return json(503, { status: "starting" });
    const pipelines = pipelineHealth(this.#host, this.#settings.clock.now());
    const isUp = this.#readySinceMs !== undefined;
    if (pipeline !== undefined) {
      const one = Object.hasOwn(pipelines, pipeline) ? pipelines[pipeline] : undefined;
      const known = Object.keys(pipelines);
      if (one === undefined) return json(404, { error: `no pipeline ${JSON.stringify(pipeline)}`, pipelines: known });
      return json(isUp && isServing(one) ? 200 : 503, { ...one, ready: isUp && isServing(one) });
    }
    const isReady = isUp && Object.values(pipelines).every(isServing);
    return json(isReady ? 200 : 503, { status: isReady ? "ready" : "not ready", pipelines });
  }
}

function exporterFailures(host: Host): number {
  let count = 0;
  for (const component of host.components()) if (component.kind === "exporter") count += component.failures;
  return count;
}

function json(status: number, value: unknown): Answer {
  return { status, contentType: "application/json", body: JSON.stringify(value) };
}

function text(status: number, body: string): Answer {
  return { status, contentType: "text/plain; charset=utf-8", body };
}
