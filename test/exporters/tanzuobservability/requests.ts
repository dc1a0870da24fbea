import { Buffer } from "node:buffer";
import { decodeJson } from "../../../src/pdata/json/decode-json.ts";

export type Attributes = Readonly<Record<string, unknown>>;

export interface SpanParts {
  readonly name?: string;
  readonly attributes?: Attributes;
  readonly traceId?: string;
  readonly spanId?: string;
  readonly start?: string;
  readonly end?: string;
  /** Further fields in OTLP/JSON. */
  readonly fields?: Readonly<Record<string, unknown>>;
}

export interface PointParts {
  readonly attributes?: Attributes;
  /** Fields of the data point in OTLP/JSON, such as `asInt`. */
  readonly fields: Readonly<Record<string, unknown>>;
}

export const traceId = "f27200bfeff315e5d62bc1d562621ac0";
export const spanId = "230904234409e501";
/** 2026-11-20T12:00:00.123Z */
export const startNanos = "1795176000123456789";
export const identity: Attributes = { "service.name": "s", "application": "a", "host.name": "h" };

/** One span, under a resource. */
export function spanRequest(span: SpanParts, resource: Attributes = identity, scope: object = {}): Uint8Array {
  return tracesRequest([{ resource, scope, spans: [span] }]);
}

export function tracesRequest(
  groups: readonly { resource: Attributes; scope?: object; spans: readonly SpanParts[] }[],
): Uint8Array {
  return encode("traces", {
    resourceSpans: groups.map(({ resource, scope = {}, spans }) => ({
      resource: { attributes: attributesJson(resource) },
      scopeSpans: [{ scope, spans: spans.map(spanJson) }],
    })),
  });
}

/** One metric, given as its JSON but for name and points: `{ sum: { aggregationTemporality: 1 } }`. */
export function metricRequest(
  name: string,
  kind: Readonly<Record<string, object>>,
  points: readonly PointParts[],
  resource: Attributes = identity,
): Uint8Array {
  const dataPoints = points.map(({ attributes = {}, fields }) => ({
    timeUnixNano: startNanos,
    attributes: attributesJson(attributes),
    ...fields,
  }));
  const data = Object.entries(kind).map(([key, value]) => [key, { ...value, dataPoints }]);
  return encode("metrics", {
    resourceMetrics: [
      {
        resource: { attributes: attributesJson(resource) },
        scopeMetrics: [{ metrics: [{ name, ...Object.fromEntries(data) }] }],
      },
    ],
  });
}

export function attributesJson(attributes: Attributes): object[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: valueJson(value) }));
}

function spanJson(span: SpanParts): object {
  return {
    traceId: span.traceId ?? traceId,
    spanId: span.spanId ?? spanId,
    name: span.name ?? "foo",
    kind: 1,
    startTimeUnixNano: span.start ?? startNanos,
    endTimeUnixNano: span.end ?? "1795176000210456789",
    attributes: attributesJson(span.attributes ?? {}),
    ...span.fields,
  };
}

/** Text, whole numbers (as bigint), doubles, truth values; objects are taken as they are. */
function valueJson(value: unknown): unknown {
  if (typeof value === "string") return { stringValue: value };
  if (typeof value === "bigint") return { intValue: String(value) };
  if (typeof value === "number") return { doubleValue: Number.isFinite(value) ? value : String(value) };
  if (typeof value === "boolean") return { boolValue: value };
  return value;
}

function encode(signal: "traces" | "metrics", request: object): Uint8Array {
  return decodeJson(signal, Buffer.from(JSON.stringify(request))).bytes;
}
