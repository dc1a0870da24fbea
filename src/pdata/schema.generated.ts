// Generated from proto/ by `npm run generate`. Do not edit: a test regenerates and compares.

/** Field: [number, name, kind, repeated, child message or enum (-1: none), oneof, optional]. */
export type FieldRow = readonly [number, string, string, boolean, number, string, boolean];
export type MessageRow = readonly [string, readonly FieldRow[]];

export const messageRows: readonly MessageRow[] = [
  // 0
  ["opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest", [
    [1, "resource_spans", "message", true, 1, "", false],
  ]],
  // 1
  ["opentelemetry.proto.trace.v1.ResourceSpans", [
    [1, "resource", "message", false, 2, "", false],
    [2, "scope_spans", "message", true, 8, "", false],
    [3, "schema_url", "string", false, -1, "", false],
  ]],
  // 2
  ["opentelemetry.proto.resource.v1.Resource", [
    [1, "attributes", "message", true, 3, "", false],
    [2, "dropped_attributes_count", "uint32", false, -1, "", false],
    [3, "entity_refs", "message", true, 7, "", false],
  ]],
  // 3
  ["opentelemetry.proto.common.v1.KeyValue", [
    [1, "key", "string", false, -1, "", false],
    [2, "value", "message", false, 4, "", false],
    [3, "key_strindex", "int32", false, -1, "", false],
  ]],
  // 4
  ["opentelemetry.proto.common.v1.AnyValue", [
    [1, "string_value", "string", false, -1, "value", false],
    [2, "bool_value", "bool", false, -1, "value", false],
    [3, "int_value", "int64", false, -1, "value", false],
    [4, "double_value", "double", false, -1, "value", false],
    [5, "array_value", "message", false, 5, "value", false],
    [6, "kvlist_value", "message", false, 6, "value", false],
    [7, "bytes_value", "bytes", false, -1, "value", false],
    [8, "string_value_strindex", "int32", false, -1, "value", false],
  ]],
  // 5
  ["opentelemetry.proto.common.v1.ArrayValue", [
    [1, "values", "message", true, 4, "", false],
  ]],
  // 6
  ["opentelemetry.proto.common.v1.KeyValueList", [
    [1, "values", "message", true, 3, "", false],
  ]],
  // 7
  ["opentelemetry.proto.common.v1.EntityRef", [
    [1, "schema_url", "string", false, -1, "", false],
    [2, "type", "string", false, -1, "", false],
    [3, "id_keys", "string", true, -1, "", false],
    [4, "description_keys", "string", true, -1, "", false],
  ]],
  // 8
  ["opentelemetry.proto.trace.v1.ScopeSpans", [
    [1, "scope", "message", false, 9, "", false],
    [2, "spans", "message", true, 10, "", false],
    [3, "schema_url", "string", false, -1, "", false],
  ]],
  // 9
  ["opentelemetry.proto.common.v1.InstrumentationScope", [
    [1, "name", "string", false, -1, "", false],
    [2, "version", "string", false, -1, "", false],
    [3, "attributes", "message", true, 3, "", false],
    [4, "dropped_attributes_count", "uint32", false, -1, "", false],
  ]],
  // 10
  ["opentelemetry.proto.trace.v1.Span", [
    [1, "trace_id", "trace_id", false, -1, "", false],
    [2, "span_id", "span_id", false, -1, "", false],
    [3, "trace_state", "string", false, -1, "", false],
    [4, "parent_span_id", "span_id", false, -1, "", false],
    [5, "name", "string", false, -1, "", false],
    [6, "kind", "enum", false, 0, "", false],
    [7, "start_time_unix_nano", "fixed64", false, -1, "", false],
    [8, "end_time_unix_nano", "fixed64", false, -1, "", false],
    [9, "attributes", "message", true, 3, "", false],
    [10, "dropped_attributes_count", "uint32", false, -1, "", false],
    [11, "events", "message", true, 11, "", false],
    [12, "dropped_events_count", "uint32", false, -1, "", false],
    [13, "links", "message", true, 12, "", false],
    [14, "dropped_links_count", "uint32", false, -1, "", false],
    [15, "status", "message", false, 13, "", false],
    [16, "flags", "fixed32", false, -1, "", false],
  ]],
  // 11
  ["opentelemetry.proto.trace.v1.Span.Event", [
    [1, "time_unix_nano", "fixed64", false, -1, "", false],
    [2, "name", "string", false, -1, "", false],
    [3, "attributes", "message", true, 3, "", false],
    [4, "dropped_attributes_count", "uint32", false, -1, "", false],
  ]],
  // 12
  ["opentelemetry.proto.trace.v1.Span.Link", [
    [1, "trace_id", "trace_id", false, -1, "", false],
    [2, "span_id", "span_id", false, -1, "", false],
    [3, "trace_state", "string", false, -1, "", false],
    [4, "attributes", "message", true, 3, "", false],
    [5, "dropped_attributes_count", "uint32", false, -1, "", false],
    [6, "flags", "fixed32", false, -1, "", false],
  ]],
  // 13
  ["opentelemetry.proto.trace.v1.Status", [
    [2, "message", "string", false, -1, "", false],
    [3, "code", "enum", false, 1, "", false],
  ]],
  // 14
  ["opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest", [
    [1, "resource_metrics", "message", true, 15, "", false],
  ]],
  // 15
  ["opentelemetry.proto.metrics.v1.ResourceMetrics", [
    [1, "resource", "message", false, 2, "", false],
    [2, "scope_metrics", "message", true, 16, "", false],
    [3, "schema_url", "string", false, -1, "", false],
  ]],
  // 16
  ["opentelemetry.proto.metrics.v1.ScopeMetrics", [
    [1, "scope", "message", false, 9, "", false],
    [2, "metrics", "message", true, 17, "", false],
    [3, "schema_url", "string", false, -1, "", false],
  ]],
  // 17
  ["opentelemetry.proto.metrics.v1.Metric", [
    [1, "name", "string", false, -1, "", false],
    [2, "description", "string", false, -1, "", false],
    [3, "unit", "string", false, -1, "", false],
    [5, "gauge", "message", false, 18, "data", false],
    [7, "sum", "message", false, 21, "data", false],
    [9, "histogram", "message", false, 22, "data", false],
    [10, "exponential_histogram", "message", false, 24, "data", false],
    [11, "summary", "message", false, 27, "data", false],
    [12, "metadata", "message", true, 3, "", false],
  ]],
  // 18
  ["opentelemetry.proto.metrics.v1.Gauge", [
    [1, "data_points", "message", true, 19, "", false],
  ]],
  // 19
  ["opentelemetry.proto.metrics.v1.NumberDataPoint", [
    [2, "start_time_unix_nano", "fixed64", false, -1, "", false],
    [3, "time_unix_nano", "fixed64", false, -1, "", false],
    [4, "as_double", "double", false, -1, "value", false],
    [5, "exemplars", "message", true, 20, "", false],
    [6, "as_int", "sfixed64", false, -1, "value", false],
    [7, "attributes", "message", true, 3, "", false],
    [8, "flags", "uint32", false, -1, "", false],
  ]],
  // 20
  ["opentelemetry.proto.metrics.v1.Exemplar", [
    [2, "time_unix_nano", "fixed64", false, -1, "", false],
    [3, "as_double", "double", false, -1, "value", false],
    [4, "span_id", "span_id", false, -1, "", false],
    [5, "trace_id", "trace_id", false, -1, "", false],
    [6, "as_int", "sfixed64", false, -1, "value", false],
    [7, "filtered_attributes", "message", true, 3, "", false],
  ]],
  // 21
  ["opentelemetry.proto.metrics.v1.Sum", [
    [1, "data_points", "message", true, 19, "", false],
    [2, "aggregation_temporality", "enum", false, 2, "", false],
    [3, "is_monotonic", "bool", false, -1, "", false],
  ]],
  // 22
  ["opentelemetry.proto.metrics.v1.Histogram", [
    [1, "data_points", "message", true, 23, "", false],
    [2, "aggregation_temporality", "enum", false, 2, "", false],
  ]],
  // 23
  ["opentelemetry.proto.metrics.v1.HistogramDataPoint", [
    [2, "start_time_unix_nano", "fixed64", false, -1, "", false],
    [3, "time_unix_nano", "fixed64", false, -1, "", false],
    [4, "count", "fixed64", false, -1, "", false],
    [5, "sum", "double", false, -1, "", true],
    [6, "bucket_counts", "fixed64", true, -1, "", false],
    [7, "explicit_bounds", "double", true, -1, "", false],
    [8, "exemplars", "message", true, 20, "", false],
    [9, "attributes", "message", true, 3, "", false],
    [10, "flags", "uint32", false, -1, "", false],
    [11, "min", "double", false, -1, "", true],
    [12, "max", "double", false, -1, "", true],
  ]],
  // 24
  ["opentelemetry.proto.metrics.v1.ExponentialHistogram", [
    [1, "data_points", "message", true, 25, "", false],
    [2, "aggregation_temporality", "enum", false, 2, "", false],
  ]],
  // 25
  ["opentelemetry.proto.metrics.v1.ExponentialHistogramDataPoint", [
    [1, "attributes", "message", true, 3, "", false],
    [2, "start_time_unix_nano", "fixed64", false, -1, "", false],
    [3, "time_unix_nano", "fixed64", false, -1, "", false],
    [4, "count", "fixed64", false, -1, "", false],
    [5, "sum", "double", false, -1, "", true],
    [6, "scale", "sint32", false, -1, "", false],
    [7, "zero_count", "fixed64", false, -1, "", false],
    [8, "positive", "message", false, 26, "", false],
    [9, "negative", "message", false, 26, "", false],
    [10, "flags", "uint32", false, -1, "", false],
    [11, "exemplars", "message", true, 20, "", false],
    [12, "min", "double", false, -1, "", true],
    [13, "max", "double", false, -1, "", true],
    [14, "zero_threshold", "double", false, -1, "", false],
  ]],
  // 26
  ["opentelemetry.proto.metrics.v1.ExponentialHistogramDataPoint.Buckets", [
    [1, "offset", "sint32", false, -1, "", false],
    [2, "bucket_counts", "uint64", true, -1, "", false],
  ]],
  // 27
  ["opentelemetry.proto.metrics.v1.Summary", [
    [1, "data_points", "message", true, 28, "", false],
  ]],
  // 28
  ["opentelemetry.proto.metrics.v1.SummaryDataPoint", [
    [2, "start_time_unix_nano", "fixed64", false, -1, "", false],
    [3, "time_unix_nano", "fixed64", false, -1, "", false],
    [4, "count", "fixed64", false, -1, "", false],
    [5, "sum", "double", false, -1, "", false],
    [6, "quantile_values", "message", true, 29, "", false],
    [7, "attributes", "message", true, 3, "", false],
    [8, "flags", "uint32", false, -1, "", false],
  ]],
  // 29
  ["opentelemetry.proto.metrics.v1.SummaryDataPoint.ValueAtQuantile", [
    [1, "quantile", "double", false, -1, "", false],
    [2, "value", "double", false, -1, "", false],
  ]],
  // 30
  ["opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest", [
    [1, "resource_logs", "message", true, 31, "", false],
  ]],
  // 31
  ["opentelemetry.proto.logs.v1.ResourceLogs", [
    [1, "resource", "message", false, 2, "", false],
    [2, "scope_logs", "message", true, 32, "", false],
    [3, "schema_url", "string", false, -1, "", false],
  ]],
  // 32
  ["opentelemetry.proto.logs.v1.ScopeLogs", [
    [1, "scope", "message", false, 9, "", false],
    [2, "log_records", "message", true, 33, "", false],
    [3, "schema_url", "string", false, -1, "", false],
  ]],
  // 33
  ["opentelemetry.proto.logs.v1.LogRecord", [
    [1, "time_unix_nano", "fixed64", false, -1, "", false],
    [2, "severity_number", "enum", false, 3, "", false],
    [3, "severity_text", "string", false, -1, "", false],
    [5, "body", "message", false, 4, "", false],
    [6, "attributes", "message", true, 3, "", false],
    [7, "dropped_attributes_count", "uint32", false, -1, "", false],
    [8, "flags", "fixed32", false, -1, "", false],
    [9, "trace_id", "trace_id", false, -1, "", false],
    [10, "span_id", "span_id", false, -1, "", false],
    [11, "observed_time_unix_nano", "fixed64", false, -1, "", false],
    [12, "event_name", "string", false, -1, "", false],
  ]],
];

export const enumRows: readonly (readonly [string, Readonly<Record<string, number>>])[] = [
  ["opentelemetry.proto.trace.v1.Span.SpanKind", { SPAN_KIND_UNSPECIFIED: 0, SPAN_KIND_INTERNAL: 1, SPAN_KIND_SERVER: 2, SPAN_KIND_CLIENT: 3, SPAN_KIND_PRODUCER: 4, SPAN_KIND_CONSUMER: 5 }],
  ["opentelemetry.proto.trace.v1.Status.StatusCode", { STATUS_CODE_UNSET: 0, STATUS_CODE_OK: 1, STATUS_CODE_ERROR: 2 }],
  ["opentelemetry.proto.metrics.v1.AggregationTemporality", { AGGREGATION_TEMPORALITY_UNSPECIFIED: 0, AGGREGATION_TEMPORALITY_DELTA: 1, AGGREGATION_TEMPORALITY_CUMULATIVE: 2 }],
  ["opentelemetry.proto.logs.v1.SeverityNumber", { SEVERITY_NUMBER_UNSPECIFIED: 0, SEVERITY_NUMBER_TRACE: 1, SEVERITY_NUMBER_TRACE2: 2, SEVERITY_NUMBER_TRACE3: 3, SEVERITY_NUMBER_TRACE4: 4, SEVERITY_NUMBER_DEBUG: 5, SEVERITY_NUMBER_DEBUG2: 6, SEVERITY_NUMBER_DEBUG3: 7, SEVERITY_NUMBER_DEBUG4: 8, SEVERITY_NUMBER_INFO: 9, SEVERITY_NUMBER_INFO2: 10, SEVERITY_NUMBER_INFO3: 11, SEVERITY_NUMBER_INFO4: 12, SEVERITY_NUMBER_WARN: 13, SEVERITY_NUMBER_WARN2: 14, SEVERITY_NUMBER_WARN3: 15, SEVERITY_NUMBER_WARN4: 16, SEVERITY_NUMBER_ERROR: 17, SEVERITY_NUMBER_ERROR2: 18, SEVERITY_NUMBER_ERROR3: 19, SEVERITY_NUMBER_ERROR4: 20, SEVERITY_NUMBER_FATAL: 21, SEVERITY_NUMBER_FATAL2: 22, SEVERITY_NUMBER_FATAL3: 23, SEVERITY_NUMBER_FATAL4: 24 }],
];
