import path from "node:path";
import protobuf from "protobufjs";
import type { Signal } from "../../src/pdata/signal.ts";

const root = new protobuf.Root();
root.resolvePath = (_origin, name) => path.join(import.meta.dirname, "../../proto", name);
root.loadSync(
  ["trace/v1/trace_service", "metrics/v1/metrics_service", "logs/v1/logs_service"].map(
    (name) => `opentelemetry/proto/collector/${name}.proto`,
  ),
);
root.resolveAll();

/**
 * protobufjs takes every 32-bit varint longer than five bytes for one of ten, whatever its bytes say, and loses its place
 * in one of six to nine. Protobuf says to read it to its end and cut it.
 */
protobuf.Reader.prototype.uint32 = function (this: protobuf.Reader): number {
  let value = 0;
  for (let index = 0; index < 10; index++) {
    if (this.pos >= this.len) throw new RangeError("index out of range");
    const byte = this.buf[this.pos++] ?? 0;
    if (index < 5) value |= (byte & 0x7f) << (index * 7);
    if (byte < 0x80) return value >>> 0;
  }
  throw new RangeError("invalid varint encoding");
};

const requestType = (area: string, name: string): protobuf.Type =>
  root.lookupType(`opentelemetry.proto.collector.${area}.v1.Export${name}ServiceRequest`);

/** protobufjs's own types, made from `proto/` and not from our tables. */
export const requestTypes: Readonly<Record<Signal, protobuf.Type>> = {
  traces: requestType("trace", "Trace"),
  metrics: requestType("metrics", "Metrics"),
  logs: requestType("logs", "Logs"),
};

export type Plain = Readonly<Record<string, unknown>>;

/**
 * What protobufjs reads, as plain objects: 64-bit integers as strings, bytes in base64, and without what equals absence
 * (zeros, empty text, empty objects), but for members of a oneof and fields marked `optional`. Throws what protobufjs
 * throws.
 */
export function decode(signal: Signal, bytes: Uint8Array): Plain {
  const type = requestTypes[signal];
  // A copy, for protobufjs's reader of Buffers cuts a string that runs past the end instead of refusing it.
  const message = type.decode(Uint8Array.from(bytes));
  return withoutDefaults(type, type.toObject(message, { longs: String, bytes: String, json: true }));
}

function withoutDefaults(type: protobuf.Type, object: Plain): Plain {
  const kept: Record<string, unknown> = {};
  for (const field of type.fieldsArray) {
    const value = object[field.name];
    if (value === undefined) continue;
    const plain = field.resolvedType instanceof protobuf.Type ? children(field.resolvedType, value) : value;
    const isAbsent =
      field.partOf === null &&
      ([0, "", "0", false].includes(plain as string) ||
        (typeof plain === "object" && Object.keys(plain ?? {}).length === 0));
    // Negative zero is not the default.
    if (!isAbsent || Object.is(plain, -0)) kept[field.name] = Object.is(plain, -0) ? "-0" : plain;
  }
  return kept;
}

function children(type: protobuf.Type, value: unknown): unknown {
  return Array.isArray(value)
    ? value.map((one) => withoutDefaults(type, one as Plain))
    : withoutDefaults(type, value as Plain);
}

/** One item with everything that it belongs to, each part as JSON text. */
export interface FlatItem {
  readonly resource: string;
  readonly scope: string;
  /** Everything of a metric but its points and metadata; empty for other signals. */
  readonly metric: string;
  readonly item: string;
}

const dataFields = ["gauge", "sum", "histogram", "exponentialHistogram", "summary"];

/** The items of a decoded request in order. */
export function flatten(request: Plain): FlatItem[] {
  const items: FlatItem[] = [];
  for (const group of list(request, "resourceSpans", "resourceMetrics", "resourceLogs")) {
    const resource = JSON.stringify([group["resource"], group["schemaUrl"]]);
    for (const scopeGroup of list(group, "scopeSpans", "scopeMetrics", "scopeLogs")) {
      const scope = JSON.stringify([scopeGroup["scope"], scopeGroup["schemaUrl"]]);
      for (const item of list(scopeGroup, "spans", "logRecords")) {
        items.push({ resource, scope, metric: "", item: JSON.stringify(item) });
      }
      for (const metric of list(scopeGroup, "metrics")) {
        const { metadata: _, ...head } = metric;
        // A metric has one of them.
        const name = dataFields.findLast((field) => metric[field] !== undefined) ?? "";
        const { dataPoints, ...data } = (metric[name] ?? {}) as Plain;
        const text = JSON.stringify({ ...head, [name]: data });
        for (const point of (dataPoints ?? []) as Plain[]) {
          items.push({ resource, scope, metric: text, item: JSON.stringify(point) });
        }
      }
    }
  }
  return items;
}

function list(object: Plain, ...names: readonly string[]): readonly Plain[] {
  for (const name of names) if (object[name] !== undefined) return object[name] as readonly Plain[];
  return [];
}
