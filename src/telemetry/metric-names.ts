import type { MetricKind } from "./metric-store.ts";

export interface NamingOptions {
  /** `without_type_suffix`: no `_total` after counters. */
  readonly withoutTypeSuffix: boolean;
  /** `without_units`: no `_seconds` or `_bytes`. */
  readonly withoutUnits: boolean;
}

/** Metrics with a unit that their name does not end in already. */
const units: Readonly<Record<string, string>> = {
  otelcol_process_uptime: "seconds",
  otelcol_process_memory_rss: "bytes",
  otelcol_processor_internal_duration: "seconds",
  http_server_request_duration: "seconds",
  http_server_request_body_size: "bytes",
  http_server_response_body_size: "bytes",
  http_client_request_duration: "seconds",
  http_client_request_body_size: "bytes",
  rpc_server_call_duration: "seconds",
  rpc_client_call_duration: "seconds",
};

/** The name as scraped (reference §11.5, naming): unit first, then `_total`; neither twice. */
export function scrapedName(name: string, kind: MetricKind, options: NamingOptions): string {
  const unit = Object.hasOwn(units, name) ? units[name] : undefined;
  const withUnit = options.withoutUnits || unit === undefined ? name : `${name}_${unit}`;
  if (options.withoutTypeSuffix || kind !== "counter" || withUnit.endsWith("_total")) return withUnit;
  return `${withUnit}_total`;
}
