import { signals, type Signal } from "../../pdata/signal.ts";
import type { HttpConfig } from "./config.ts";

/** Where a request path leads. */
export interface Route {
  readonly signal: Signal;
  /** Set if the path is not quite right: what its sender should change. */
  readonly correction: string | undefined;
}

const envNames: Readonly<Record<Signal, string>> = {
  traces: "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
  metrics: "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT",
  logs: "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT",
};

const maxRemembered = 64;

/**
 * Finds the signal of a request path: the configured paths, the `/v1/trace` of old, and, with a correction, every path
 * that ends in `/v1/<signal>`, because clients add that to endpoints that hold it already.
 */
export class Router {
  readonly #exact: Map<string, Route>;
  readonly #odd = new Map<string, Route | undefined>();
  readonly #paths: Readonly<Record<Signal, string>>;

  constructor(config: Pick<HttpConfig, "tracesUrlPath" | "metricsUrlPath" | "logsUrlPath">) {
    this.#paths = { traces: config.tracesUrlPath, metrics: config.metricsUrlPath, logs: config.logsUrlPath };
    this.#exact = new Map([
      ["/v1/trace", { signal: "traces", correction: undefined }],
      ...signals.map((signal) => [this.#paths[signal], { signal, correction: undefined }] as const),
    ]);
  }

  /** The path of a signal, as configured. */
  pathOf(signal: Signal): string {
    return this.#paths[signal];
  }

  find(url: string): Route | undefined {
    const route = this.#exact.get(url);
    if (route !== undefined) return route;
    // Proxies may send the whole URL; nobody has a query for us.
    const path = url.replace(/^https?:\/\/[^/?#]*/i, "").replace(/[?#].*$/, "");
    return this.#exact.get(path) ?? this.#findOdd(path);
  }

  #findOdd(path: string): Route | undefined {
    if (this.#odd.has(path)) return this.#odd.get(path);
    const route = this.#correct(path);
    if (this.#odd.size < maxRemembered) this.#odd.set(path, route);
    return route;
  }

  #correct(path: string): Route | undefined {
    const trimmed = path.replace(/\/+$/, "");
    for (const signal of signals) {
      const own = this.#paths[signal];
      const standard = `/v1/${signal}`;
      const suffix = [own, standard].find((suffix) => trimmed.endsWith(suffix));
      if (suffix === undefined) continue;
      const prefix = trimmed.slice(0, -suffix.length);
      return { signal, correction: correctionOf(signal, own, prefix, path !== trimmed) };
    }
    return undefined;
  }
}

function correctionOf(signal: Signal, path: string, prefix: string, hasSlash: boolean): string {
  const env = envNames[signal];
  if (/\/v1\/(traces|metrics|logs)\/*$/.test(prefix)) {
    return `remove ${prefix} from the client's OTEL_EXPORTER_OTLP_ENDPOINT, which is an address without path; a whole URL belongs into ${env}`;
  }
  if (prefix !== "" && prefix !== "/") {
    return `remove ${prefix} from the client's OTEL_EXPORTER_OTLP_ENDPOINT, or set ${signal}_url_path of this receiver to ${prefix}${path}`;
  }
  return hasSlash ? `remove the slash at the end of ${env}` : `set the path in ${env} to ${path}`;
}
