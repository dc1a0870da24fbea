/** Kinds of telemetry. The order is that of every table and page that lists all of them. */
export const signals = ["traces", "metrics", "logs"] as const;

export type Signal = (typeof signals)[number];

/** What one item of a signal is called in upstream's metric names and log fields, as in `otelcol_receiver_accepted_spans`. */
export const itemNames: Readonly<Record<Signal, string>> = {
  traces: "spans",
  metrics: "metric_points",
  logs: "log_records",
};
