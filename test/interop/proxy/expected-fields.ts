import { isBlankText } from "../../../src/exporters/tanzuobservability/lines/clean-text.ts";
import { requestTypes } from "../../exporters/random-requests.ts";
import type { Decoded, DecodedPoint, DecodedSpan, DecodedSpanLogs } from "../../wavefront-proxy/verdict.ts";

// What the lines of a request have to say, from the request as protobufjs reads it: nothing of our own reads or writes here.

interface Value {
  readonly stringValue?: string;
  readonly boolValue?: boolean;
  readonly intValue?: string;
}

interface KeyValue {
  readonly key?: string;
  readonly value?: Value | null;
}

interface OtlpSpan {
  readonly traceId?: Buffer;
  readonly spanId?: Buffer;
  readonly parentSpanId?: Buffer;
  readonly name?: string;
  readonly startTimeUnixNano?: string;
  readonly endTimeUnixNano?: string;
  readonly attributes?: readonly KeyValue[];
  readonly events?: readonly { readonly timeUnixNano?: string; readonly name?: string }[];
  readonly status?: { readonly code?: number } | null;
}

interface OtlpPoint {
  readonly attributes?: readonly KeyValue[];
  readonly timeUnixNano?: string;
  readonly flags?: number;
  readonly asInt?: string;
  readonly asDouble?: number;
  readonly count?: string;
  readonly bucketCounts?: readonly string[];
  readonly explicitBounds?: readonly number[];
}

interface OtlpMetric {
  readonly name?: string;
  readonly gauge?: { readonly dataPoints?: readonly OtlpPoint[] };
  readonly sum?: { readonly dataPoints?: readonly OtlpPoint[]; readonly aggregationTemporality?: number };
  readonly histogram?: { readonly dataPoints?: readonly OtlpPoint[]; readonly aggregationTemporality?: number };
}

const lastNanos = 2n ** 63n - 1n;

function decode(signal: "traces" | "metrics", request: Uint8Array): unknown {
  const type = requestTypes[signal];
  return type.toObject(type.decode(request), { longs: String, enums: Number });
}

function isId(id: Buffer | undefined, length: number): id is Buffer {
  return id !== undefined && id.length === length && id.some((byte) => byte !== 0);
}

function uuid(id: Buffer): string {
  const hex = Buffer.from(id).toString("hex").padStart(32, "0");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** Whole milliseconds. */
function millis(nanos: bigint): number {
  return Number(nanos / 1_000_000n);
}

/** Text of the values whose text is beyond doubt. */
function textOf(value: Value | null | undefined): string | undefined {
  if (typeof value?.stringValue === "string") return value.stringValue;
  return value?.intValue ?? (value?.boolValue === undefined ? undefined : String(value.boolValue));
}

/** A value as lines hold it: no line feeds, no end of transmission, no backslash at the end. */
function onLine(text: string): string {
  return text.replaceAll("\u0004", " ").replaceAll("\n", "\\n").replace(/\\+$/, "");
}

/** Whether there is nothing to see in it; lines leave it out. */
function isBlank(text: string): boolean {
  return isBlankText(text) || isBlankText(onLine(text));
}

/** The last of equal keys is what counts; keys that the format or the exporter uses are renamed, which the values survive. */
function attributesOf(list: readonly KeyValue[] = []): ReadonlyMap<string, string> {
  const last = new Map<string, string | undefined>();
  for (const { key = "", value } of list) last.set(key, textOf(value));
  const result = new Map<string, string>();
  for (const [key, text] of last) {
    if (key !== "" && text !== undefined && !isBlank(text)) result.set(key, text);
  }
  return result;
}

/** What is missing or wrong in the lines of spans, each in a sentence. */
export function* spanFaults(
  request: Uint8Array,
  lines: readonly Decoded[],
  logLines: readonly Decoded[],
): Iterable<string> {
  const { resourceSpans = [] } = decode("traces", request) as {
    resourceSpans?: { scopeSpans?: { spans?: OtlpSpan[] }[] }[];
  };
  const logs = logLines as readonly DecodedSpanLogs[];
  const read = (lines as readonly DecodedSpan[]).values();
  for (const span of resourceSpans.flatMap(({ scopeSpans = [] }) => scopeSpans.flatMap(({ spans = [] }) => spans))) {
    const { traceId, spanId, name = "" } = span;
    const end = BigInt(span.endTimeUnixNano ?? 0);
    const start = BigInt(span.startTimeUnixNano ?? 0) || end;
    const isExpressible = start <= lastNanos && end <= lastNanos;
    if (!isId(traceId, 16) || !isId(spanId, 8) || isBlankText(name) || !isExpressible) continue;
    const line = read.next().value;
    if (line === undefined || line.trace_id !== uuid(traceId) || line.span_id !== uuid(spanId)) {
      yield `span ${uuid(spanId)}: no line in its place, but ${JSON.stringify(line)}`;
      return;
    }
    const own = logs.filter((log) => log.trace_id === line.trace_id && log.span_id === line.span_id);
    const durationMs = end === 0n ? 0 : Math.max(0, millis(end) - millis(start));
    yield* timeFaults(line, millis(start), durationMs);
    yield* annotationFaults(span, line, own);
    yield* eventFaults(span, own);
  }
  if (read.next().done !== true) yield "more lines than spans";
}

function* timeFaults(line: DecodedSpan, startMs: number, durationMs: number): Iterable<string> {
  // Earlier times go in seconds, and longer durations would be read as the end: both are repairs with a rule.
  if (startMs < 1e12 || durationMs >= startMs) return;
  if (line.start_millis !== startMs || line.duration_millis !== durationMs) {
    yield `span ${line.span_id}: ${line.start_millis} + ${line.duration_millis} instead of ${startMs} + ${durationMs}`;
  }
}

function* annotationFaults(span: OtlpSpan, line: DecodedSpan, logs: readonly DecodedSpanLogs[]): Iterable<string> {
  const has = (key: string, value: string): boolean =>
    line.annotations.some((tag) => tag.key === key && tag.value === value);
  if (isId(span.parentSpanId, 8) && !has("parent", uuid(span.parentSpanId))) yield `span ${line.span_id}: parent`;
  if (span.status?.code === 2 && !has("error", "true")) yield `span ${line.span_id}: no error`;
  const values = new Set(line.annotations.map(({ value }) => value));
  const fields = logs.flatMap((log) => log.logs.map((entry) => entry.fields));
  for (const [key, text] of attributesOf(span.attributes)) {
    if (/^[a-z][a-z0-9._]*$/.test(key) && has(key, text)) continue;
    const isKept = values.has(onLine(text)) || fields.some((entry) => entry[key] === text);
    const isOverflow = fields.some((entry) => Object.values(entry).includes(text));
    if (!isKept && !isOverflow) yield `span ${line.span_id}: attribute ${JSON.stringify([key, text])}`;
  }
}

function* eventFaults({ events = [] }: OtlpSpan, logs: readonly DecodedSpanLogs[]): Iterable<string> {
  const entries = logs.flatMap((log) => log.logs);
  for (const { timeUnixNano = "0", name = "" } of events) {
    const nanos = BigInt(timeUnixNano);
    const micros = Number(nanos / 1000n);
    if (nanos > lastNanos || !Number.isSafeInteger(micros)) continue;
    const isFound = entries.some(
      ({ timestamp_micros: time, fields }) => time === micros && (fields["name"] ?? "") === name,
    );
    if (!isFound) yield `event ${JSON.stringify(name)} at ${micros} in ${JSON.stringify(entries)}`;
  }
}

/** What is missing or wrong in the lines of points: gauges, sums and histograms with sound buckets, in their order. */
export function* pointFaults(
  request: Uint8Array,
  lines: readonly Decoded[],
  distributions: readonly Decoded[],
): Iterable<string> {
  const { resourceMetrics = [] } = decode("metrics", request) as {
    resourceMetrics?: { scopeMetrics?: { metrics?: OtlpMetric[] }[] }[];
  };
  const read = (lines as readonly DecodedPoint[]).values();
  const totals = distributions.flatMap((line) => ("total_count" in line ? [line.total_count] : [])).values();
  const metrics = resourceMetrics
    .flatMap((resource) => resource.scopeMetrics ?? [])
    .flatMap((one) => one.metrics ?? []);
  for (const metric of metrics) {
    // A sign at the front makes a delta counter of any metric, with its own rules.
    if (/^$|^[∆Δ]/.test(metric.name ?? "")) continue;
    const isDelta = metric.sum?.aggregationTemporality === 1;
    for (const point of (metric.gauge ?? metric.sum)?.dataPoints ?? []) {
      const value = point.asDouble ?? (point.asInt === undefined ? undefined : Number(BigInt(point.asInt)));
      if (value === undefined || Math.abs(value) === Infinity || ((point.flags ?? 0) & 1) !== 0) continue;
      if (isDelta && !(value > 0)) continue;
      const isFound = (line: DecodedPoint): boolean => Object.is(Number(line.value) + 0, value + 0) && isAlike(line);
      const isAlike = (line: DecodedPoint): boolean =>
        line.delta === isDelta && isTime(line, point, isDelta) && isName(line, metric) && hasTags(line, point);
      if (!advance(read, isFound)) yield `point ${JSON.stringify({ name: metric.name, point })}`;
    }
    const { dataPoints = [], aggregationTemporality = 0 } = metric.histogram ?? {};
    for (const point of dataPoints) {
      const { bucketCounts = [], explicitBounds = [] } = point;
      const total = bucketCounts.reduce((sum, count) => sum + Number(count), 0);
      const isSound = bucketCounts.length === explicitBounds.length + 1 && total > 0 && total < 2 ** 31;
      if (!isSound || !explicitBounds.every(Number.isFinite) || ((point.flags ?? 0) & 1) !== 0) continue;
      const isLast = (line: DecodedPoint): boolean => line.tags["le"] === "+Inf" && Number(line.value) === total;
      if (aggregationTemporality === 2 && !advance(read, isLast)) yield `histogram ${metric.name} of ${total}`;
      if (aggregationTemporality !== 1) continue;
      for (let minute = 0; minute < 3; minute++) {
        if (!advance(totals, (count) => count === total)) yield `distribution ${metric.name} of ${total}`;
      }
    }
  }
}

/** Goes on until one that fits: between them are lines of other kinds. */
function advance<T>(lines: Iterator<T>, fits: (line: T) => boolean): boolean {
  for (let next = lines.next(); next.done !== true; next = lines.next()) if (fits(next.value)) return true;
  return false;
}

function isTime(line: DecodedPoint, point: OtlpPoint, isDelta: boolean): boolean {
  const nanos = BigInt(point.timeUnixNano ?? 0);
  const seconds = nanos / 1_000_000_000n;
  // Numbers of fewer digits than today's seconds or more are read in another unit, in both directions.
  if (isDelta || seconds === 0n || seconds < 1_000_000_000n || seconds > 9_999_999_999n) return true;
  return line.timestamp_millis === Number(seconds) * 1000 || line.timestamp_millis === null;
}

function isName(line: DecodedPoint, { name = "" }: OtlpMetric): boolean {
  return !/^[a-z][a-zA-Z0-9._/-]{0,200}$/.test(name) || line.name.replace(/^∆/, "") === name;
}

function hasTags(line: DecodedPoint, point: OtlpPoint): boolean {
  const values = Object.values(line.tags);
  return [...attributesOf(point.attributes)].every(([key, text]) => {
    if (key === "service.name" || text.length > 120 || key.length > 120) return true;
    return values.includes(onLine(text)) || line.source === onLine(text);
  });
}
