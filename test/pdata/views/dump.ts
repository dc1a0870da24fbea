// Reads a batch through the views only and builds plain objects in OTLP/JSON's spelling, so that the views can be
// compared with an independent decoder. Defaults are left out, as in the recorded JSON.
import type { Batch } from "../../../src/pdata/batch.ts";
import {
  EntityRefView,
  EventView,
  ExemplarView,
  ExponentialPointView,
  HistogramPointView,
  KeyValueView,
  AnyValueView,
  LinkView,
  LogRecordView,
  MetricView,
  NumberPointView,
  SpanView,
  SummaryPointView,
  Walker,
  textOf,
  type BucketsView,
  type RangeList,
} from "../../../src/pdata/views/index.ts";

export type Plain = Record<string, unknown>;

const hex = (bytes: Uint8Array, start: number, end: number): string =>
  Buffer.from(bytes.subarray(start, end)).toString("hex");
const unsigned = (lo: number, hi: number): string => String((BigInt(hi) << 32n) | BigInt(lo));
const signed = (lo: number, hi: number): string => String(BigInt.asIntN(64, (BigInt(hi) << 32n) | BigInt(lo)));
const double = (value: number): number | string => (Number.isFinite(value) ? value : String(value));

/** Without what proto3 does not write: empty text and lists, zero, false. */
function prune(plain: Plain): Plain {
  return Object.fromEntries(
    Object.entries(plain).filter(
      ([, value]) =>
        value !== undefined &&
        value !== "" &&
        value !== 0 &&
        value !== "0" &&
        value !== false &&
        !(Array.isArray(value) && value.length === 0),
    ),
  );
}

function value(view: AnyValueView): Plain {
  switch (view.type) {
    case "empty":
      return {};
    case "string":
      return { stringValue: textOf(view.bytes, view.start, view.end) };
    case "bool":
      return { boolValue: view.bool };
    case "int":
      return { intValue: signed(view.intLo, view.intHi) };
    case "double":
      return { doubleValue: double(view.double) };
    case "bytes":
      return { bytesValue: Buffer.from(view.bytes.subarray(view.start, view.end)).toString("base64") };
    case "array": {
      const values: Plain[] = [];
      for (let i = 0; i < view.parts.length; i++) {
        values.push(value(new AnyValueView().at(view.bytes, view.parts.start(i), view.parts.end(i))));
      }
      return { arrayValue: prune({ values }) };
    }
    case "map":
      return { kvlistValue: prune({ values: attributes(view.bytes, view.parts) }) };
  }
}

function attributes(bytes: Uint8Array, ranges: RangeList): Plain[] {
  const result: Plain[] = [];
  for (let i = 0; i < ranges.length; i++) {
    const view = new KeyValueView().at(bytes, ranges.start(i), ranges.end(i));
    const plain = value(view.value);
    result.push({
      ...prune({ key: textOf(bytes, view.keyStart, view.keyEnd) }),
      ...(Object.keys(plain).length > 0 ? { value: plain } : {}),
    });
  }
  return result;
}

function map<V>(
  bytes: Uint8Array,
  ranges: RangeList,
  view: { at(bytes: Uint8Array, start: number, end: number): V },
  each: (view: V) => Plain,
): Plain[] {
  const result: Plain[] = [];
  for (let i = 0; i < ranges.length; i++) result.push(each(view.at(bytes, ranges.start(i), ranges.end(i))));
  return result;
}

function span(view: SpanView): Plain {
  const b = view.bytes;
  return prune({
    traceId: hex(b, view.traceIdStart, view.traceIdEnd),
    spanId: hex(b, view.spanIdStart, view.spanIdEnd),
    traceState: textOf(b, view.traceStateStart, view.traceStateEnd),
    parentSpanId: hex(b, view.parentSpanIdStart, view.parentSpanIdEnd),
    flags: view.flags,
    name: textOf(b, view.nameStart, view.nameEnd),
    kind: view.kind,
    startTimeUnixNano: unsigned(view.startTimeLo, view.startTimeHi),
    endTimeUnixNano: unsigned(view.endTimeLo, view.endTimeHi),
    attributes: attributes(b, view.attributes),
    droppedAttributesCount: view.droppedAttributesCount,
    events: map(b, view.events, new EventView(), (event) =>
      prune({
        timeUnixNano: unsigned(event.timeLo, event.timeHi),
        name: textOf(b, event.nameStart, event.nameEnd),
        attributes: attributes(b, event.attributes),
        droppedAttributesCount: event.droppedAttributesCount,
      }),
    ),
    droppedEventsCount: view.droppedEventsCount,
    links: map(b, view.links, new LinkView(), (link) =>
      prune({
        traceId: hex(b, link.traceIdStart, link.traceIdEnd),
        spanId: hex(b, link.spanIdStart, link.spanIdEnd),
        traceState: textOf(b, link.traceStateStart, link.traceStateEnd),
        attributes: attributes(b, link.attributes),
        droppedAttributesCount: link.droppedAttributesCount,
        flags: link.flags,
      }),
    ),
    droppedLinksCount: view.droppedLinksCount,
    status: prune({ message: textOf(b, view.statusMessageStart, view.statusMessageEnd), code: view.statusCode }),
  });
}

function exemplars(bytes: Uint8Array, ranges: RangeList): Plain[] {
  return map(bytes, ranges, new ExemplarView(), (view) => ({
    ...prune({
      filteredAttributes: attributes(bytes, view.filteredAttributes),
      timeUnixNano: unsigned(view.timeLo, view.timeHi),
      spanId: hex(bytes, view.spanIdStart, view.spanIdEnd),
      traceId: hex(bytes, view.traceIdStart, view.traceIdEnd),
    }),
    ...number(view),
  }));
}

function number(view: NumberPointView | ExemplarView): Plain {
  if (view.valueType === "int") return { asInt: signed(view.intLo, view.intHi) };
  return view.valueType === "double" ? { asDouble: double(view.double) } : {};
}

function pointHead(view: NumberPointView | HistogramPointView | ExponentialPointView | SummaryPointView): Plain {
  return {
    attributes: attributes(view.bytes, view.attributes),
    startTimeUnixNano: unsigned(view.startTimeLo, view.startTimeHi),
    timeUnixNano: unsigned(view.timeLo, view.timeHi),
    flags: view.flags,
  };
}

function optionals(view: HistogramPointView | ExponentialPointView): Plain {
  return {
    ...(view.hasSum ? { sum: double(view.sum) } : {}),
    ...(view.hasMin ? { min: double(view.min) } : {}),
    ...(view.hasMax ? { max: double(view.max) } : {}),
  };
}

function buckets(view: BucketsView): Plain {
  const bucketCounts: string[] = [];
  for (let i = 0; i < view.counts.length; i++) bucketCounts.push(unsigned(view.counts.lo(i), view.counts.hi(i)));
  return prune({ offset: view.offset, bucketCounts });
}

function metric(view: MetricView): Plain {
  const b = view.bytes;
  const head = prune({
    name: textOf(b, view.nameStart, view.nameEnd),
    description: textOf(b, view.descriptionStart, view.descriptionEnd),
    unit: textOf(b, view.unitStart, view.unitEnd),
    metadata: attributes(b, view.metadata),
  });
  const more = prune({ aggregationTemporality: view.temporality, isMonotonic: view.isMonotonic });
  switch (view.type) {
    case "empty":
      return head;
    case "gauge":
    case "sum": {
      const dataPoints = map(b, view.points, new NumberPointView(), (point) => ({
        ...prune({ ...pointHead(point), exemplars: exemplars(b, point.exemplars) }),
        ...number(point),
      }));
      return { ...head, [view.type]: { ...prune({ dataPoints }), ...more } };
    }
    case "histogram": {
      const dataPoints = map(b, view.points, new HistogramPointView(), (point) => {
        const bucketCounts: string[] = [];
        const explicitBounds: (number | string)[] = [];
        for (let i = 0; i < point.bucketCounts.length; i++)
          bucketCounts.push(unsigned(point.bucketCounts.lo(i), point.bucketCounts.hi(i)));
        for (let i = 0; i < point.explicitBounds.length; i++) explicitBounds.push(double(point.explicitBounds.at(i)));
        const plain = {
          ...pointHead(point),
          count: unsigned(point.countLo, point.countHi),
          bucketCounts,
          explicitBounds,
        };
        return { ...prune({ ...plain, exemplars: exemplars(b, point.exemplars) }), ...optionals(point) };
      });
      return { ...head, histogram: { ...prune({ dataPoints }), ...more } };
    }
    case "exponential_histogram": {
      const dataPoints = map(b, view.points, new ExponentialPointView(), (point) => {
        const plain = {
          ...pointHead(point),
          count: unsigned(point.countLo, point.countHi),
          scale: point.scale,
          zeroCount: unsigned(point.zeroCountLo, point.zeroCountHi),
          zeroThreshold: double(point.zeroThreshold),
          exemplars: exemplars(b, point.exemplars),
        };
        return {
          ...prune(plain),
          positive: buckets(point.positive),
          negative: buckets(point.negative),
          ...optionals(point),
        };
      });
      return { ...head, exponentialHistogram: { ...prune({ dataPoints }), ...more } };
    }
    case "summary": {
      const dataPoints = map(b, view.points, new SummaryPointView(), (point) => {
        const quantileValues: Plain[] = [];
        for (let i = 0; i < point.quantiles.length; i++) {
          point.quantileAt(i);
          quantileValues.push(prune({ quantile: double(point.quantile), value: double(point.value) }));
        }
        return prune({
          ...pointHead(point),
          count: unsigned(point.countLo, point.countHi),
          sum: double(point.sum),
          quantileValues,
        });
      });
      return { ...head, summary: prune({ dataPoints }) };
    }
  }
}

function logRecord(view: LogRecordView): Plain {
  const b = view.bytes;
  return prune({
    timeUnixNano: unsigned(view.timeLo, view.timeHi),
    observedTimeUnixNano: unsigned(view.observedTimeLo, view.observedTimeHi),
    severityNumber: view.severityNumber,
    severityText: textOf(b, view.severityTextStart, view.severityTextEnd),
    body: view.body.type === "empty" ? undefined : value(view.body),
    attributes: attributes(b, view.attributes),
    droppedAttributesCount: view.droppedAttributesCount,
    flags: view.flags,
    traceId: hex(b, view.traceIdStart, view.traceIdEnd),
    spanId: hex(b, view.spanIdStart, view.spanIdEnd),
    eventName: textOf(b, view.eventNameStart, view.eventNameEnd),
  });
}

const spanView = new SpanView();
const metricView = new MetricView();
const logRecordView = new LogRecordView();
const names = {
  traces: ["resourceSpans", "scopeSpans", "spans"],
  metrics: ["resourceMetrics", "scopeMetrics", "metrics"],
  logs: ["resourceLogs", "scopeLogs", "logRecords"],
} as const;

/** The whole batch as plain objects, read by walking it once. */
export function dump(batch: Batch): Plain {
  const [resources, scopes, records] = names[batch.signal];
  const result: Plain[] = [];
  let scopeList: Plain[] = [];
  let recordList: Plain[] = [];
  new Walker().walk(batch, {
    resource(view) {
      scopeList = [];
      const entityRefs = map(view.bytes, view.entityRefs, new EntityRefView(), (ref) => ({
        schemaUrl: textOf(ref.bytes, ref.schemaUrlStart, ref.schemaUrlEnd),
        type: textOf(ref.bytes, ref.typeStart, ref.typeEnd),
        idKeys: Array.from({ length: ref.idKeys.length }, (_, i) =>
          textOf(ref.bytes, ref.idKeys.start(i), ref.idKeys.end(i)),
        ),
        descriptionKeys: Array.from({ length: ref.descriptionKeys.length }, (_, i) =>
          textOf(ref.bytes, ref.descriptionKeys.start(i), ref.descriptionKeys.end(i)),
        ),
      })).map(prune);
      result.push({
        resource: prune({
          attributes: attributes(view.bytes, view.attributes),
          droppedAttributesCount: view.droppedAttributesCount,
          entityRefs,
        }),
        [scopes]: scopeList,
        schemaUrl: textOf(view.bytes, view.schemaUrlStart, view.schemaUrlEnd),
      });
    },
    scope(view) {
      recordList = [];
      scopeList.push({
        scope: prune({
          name: textOf(view.bytes, view.nameStart, view.nameEnd),
          version: textOf(view.bytes, view.versionStart, view.versionEnd),
          attributes: attributes(view.bytes, view.attributes),
          droppedAttributesCount: view.droppedAttributesCount,
        }),
        [records]: recordList,
        schemaUrl: textOf(view.bytes, view.schemaUrlStart, view.schemaUrlEnd),
      });
    },
    record(bytes, start, end) {
      if (batch.signal === "traces") recordList.push(span(spanView.at(bytes, start, end)));
      else if (batch.signal === "metrics") recordList.push(metric(metricView.at(bytes, start, end)));
      else recordList.push(logRecord(logRecordView.at(bytes, start, end)));
    },
  });
  return { [resources]: result };
}

/** Without empty text, lists and objects at any depth, so that "absent" and "empty" compare equal. */
export function withoutEmpties(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutEmpties(item) ?? {});
  if (typeof value !== "object" || value === null) {
    return value === "" || value === 0 || value === "0" || value === false ? undefined : value;
  }
  const entries = Object.entries(value)
    .map(([key, item]) => [key, withoutEmpties(item)] as const)
    .filter(([, item]) => item !== undefined && !(Array.isArray(item) && item.length === 0));
  return entries.length === 0 ? undefined : Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
