import * as v from "valibot";
import {
  boolean,
  count,
  duration,
  field,
  integer,
  list,
  oneOf,
  optionalField,
  section,
  string,
} from "../component/fields.ts";

function isEmpty(value: unknown): boolean {
  return value === null || (typeof value === "object" && Object.keys(value).length === 0);
}

/** A key of upstream that has no effect here: only an empty value passes, so that nobody relies on it. */
function unsupported(about: string, message: string) {
  return optionalField(v.pipe(v.unknown(), v.check(isEmpty, message)), {
    about: `${about}; not supported`,
    unsupported: true,
  });
}

const sampling = section({
  enabled: field(boolean, { about: "Thin out repeated log messages", default: true }),
  tick: field(duration, { about: "Length of a sampling period", default: "10s" }),
  initial: field(count, { about: "Equal messages written in full per period", default: 10 }),
  thereafter: field(count, { about: "Then every n-th of them", default: 100 }),
});

const logs = section({
  level: field(oneOf(["debug", "info", "warn", "error", "dpanic", "panic", "fatal"]), {
    about: "Lowest level that is written",
    default: "info",
  }),
  encoding: field(oneOf(["console", "json"]), { about: "Form of a log line", default: "console" }),
  development: field(boolean, { about: "Stack traces from level warn", default: false }),
  disable_caller: field(boolean, { about: "Leave out the column that names the source line", default: false }),
  disable_stacktrace: field(boolean, { about: "No stack traces", default: false }),
  sampling: field(sampling, { about: "Thinning of repeated messages", default: {} }),
  output_paths: field(list(v.string()), { about: "Where log lines go: stdout, stderr or files", default: ["stderr"] }),
  error_output_paths: field(list(v.string()), { about: "Where the logger's own errors go", default: ["stderr"] }),
  initial_fields: field(v.nullable(v.record(v.string(), v.unknown()), {}), {
    about: "Added to every line",
    default: {},
  }),
  disable_zap_resource: field(boolean, { about: "Leave the resource field out of the lines", default: false }),
  processors: unsupported(
    "Sends the log lines over OTLP",
    "the collector's own log lines are not sent anywhere here: remove the key, and read them from output_paths",
  ),
});

const prometheus = section({
  host: field(string, { about: "Address to listen on", default: "localhost" }),
  port: field(integer, { about: "Port to listen on", default: 8888 }),
  without_scope_info: field(boolean, { about: "No otel_scope_name and otel_scope_version labels", default: true }),
  without_units: field(boolean, { about: "No unit suffix in names", default: true }),
  without_type_suffix: field(boolean, { about: "No _total suffix in names", default: true }),
});

const reader = section({
  pull: field(
    section({
      exporter: field(section({ prometheus: field(prometheus, { about: "Prometheus text", default: {} }) }), {
        about: "Form of the answer",
        default: {},
      }),
    }),
    {
      about: "A port that is scraped",
      default: {},
    },
  ),
  periodic: unsupported(
    "Sends the metrics over OTLP",
    "the collector's own metrics are not sent anywhere here: write a pull reader, and scrape it",
  ),
});

const metrics = section({
  level: field(oneOf(["none", "basic", "normal", "detailed"]), {
    about: "How much is counted; none closes the port",
    default: "normal",
  }),
  readers: field(list(reader), { about: "Where the metrics can be read", default: [{}] }),
  views: unsupported("Changes the metrics", "views are not supported: remove the key"),
  address: optionalField(v.string(), { about: "Old spelling of the reader's host and port", example: ":8888" }),
});

const traces = section({
  level: field(oneOf(["none", "basic", "normal", "detailed"]), {
    about: "No effect: the collector's own spans are seen on zpages only",
    default: "normal",
  }),
  propagators: field(list(v.string()), { about: "No effect, likewise", default: [] }),
  processors: unsupported(
    "Sends the collector's own spans",
    "the collector's own spans are not sent anywhere here: remove the key, and see them on zpages",
  ),
  sampler: unsupported("Chooses among them", "the collector's own spans are not sent anywhere here: remove the key"),
  limits: unsupported("Bounds them", "the collector's own spans are not sent anywhere here: remove the key"),
});

/** `service::telemetry` (reference §11). */
export const telemetryConfig = section({
  logs: field(logs, { about: "The collector's own log", default: {} }),
  metrics: field(metrics, { about: "The collector's own metrics", default: {} }),
  traces: field(traces, { about: "The collector's own spans", default: {} }),
  resource: field(v.nullable(v.record(v.string(), v.nullable(v.string())), {}), {
    about: "Attributes of the collector itself; null removes a default one",
    default: {},
  }),
});

export type TelemetryConfig = v.InferOutput<typeof telemetryConfig>;
