import { gzipSync } from "node:zlib";
import { decodeJson } from "../../src/pdata/json/decode-json.ts";
import { countItems } from "../../src/pdata/count-items.ts";
import type { Signal } from "../../src/pdata/signal.ts";
import { loadCaptures } from "../../test/captures.ts";
import type { Body } from "../load/pool.ts";
import { logRecords, metrics, resource, scope, spans, type Json, type MetricKind } from "./items.ts";

/** What the requests of a scenario hold. */
export type Shape = "spans" | "small-spans" | "sums-gauges" | "histograms" | "exponential" | "logs" | "captures";

const metricKinds: Readonly<Partial<Record<Shape, readonly MetricKind[]>>> = {
  "sums-gauges": ["sum", "gauge"],
  "histograms": ["histogram"],
  "exponential": ["exponentialHistogram"],
};

/** The signal of a shape; `undefined`: several. */
export function signalOf(shape: Shape): Signal | undefined {
  if (shape === "captures") return undefined;
  if (shape === "logs") return "logs";
  return metricKinds[shape] === undefined ? "traces" : "metrics";
}

export interface BodyOptions {
  readonly shape: Shape;
  readonly itemsPerRequest: number;
  readonly encoding: "protobuf" | "json";
  /** zlib level; `undefined` is no compression. */
  readonly gzipLevel: number | undefined;
}

/** At least 64 distinct requests and 8192 items, so that nothing that a receiver may remember repeats soon. */
export function makeBodies(options: BodyOptions): readonly Body[] {
  const { shape, itemsPerRequest, encoding, gzipLevel } = options;
  if (shape === "captures") return capturedBodies(encoding);
  const signal = signalOf(shape) ?? "traces";
  return Array.from({ length: Math.max(64, Math.ceil(8192 / itemsPerRequest)) }, () => {
    const text = Buffer.from(JSON.stringify(request(shape, itemsPerRequest)));
    const plain = encoding === "json" ? text : decodeJson(signal, text).bytes;
    const bytes = gzipLevel === undefined ? Buffer.from(plain) : gzipSync(plain, { level: gzipLevel });
    return { signal, itemCount: itemsPerRequest, bytes };
  });
}

function request(shape: Shape, count: number): Json {
  if (shape === "logs")
    return { resourceLogs: [{ resource: resource(), scopeLogs: [{ scope, logRecords: logRecords(count) }] }] };
  const kinds = metricKinds[shape];
  if (kinds !== undefined)
    return { resourceMetrics: [{ resource: resource(), scopeMetrics: [{ scope, metrics: metrics(count, kinds) }] }] };
  const size = shape === "spans" ? "large" : "small";
  return { resourceSpans: [{ resource: resource(), scopeSpans: [{ scope, spans: spans(count, size) }] }] };
}

/** What real clients sent, every request once; without the collection beside the checkout, the choice in the fixtures. */
function capturedBodies(encoding: "protobuf" | "json"): readonly Body[] {
  return loadCaptures().flatMap(({ meta, body }) => {
    const { signal } = meta;
    if (signal === "other" || meta.bodyIs !== encoding || meta.decodeError !== undefined) return [];
    const plain = encoding === "json" ? decodeJson(signal, body).bytes : body;
    const itemCount = countItems(signal, plain);
    return itemCount === 0 ? [] : [{ signal, itemCount, bytes: body }];
  });
}
