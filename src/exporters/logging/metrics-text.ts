import type { Batch } from "../../pdata/batch.ts";
import {
  MetricView,
  NumberPointView,
  Walker,
  type MetricType,
  type ResourceView,
  type ScopeView,
  type Visitor,
} from "../../pdata/views/index.ts";
import { appendFixed6 } from "../../text/append-double.ts";
import { appendInt64, appendUint } from "../../text/append-integer.ts";
import type { BatchText } from "../../text/batch-text.ts";
import type { TextBuffer } from "../../text/text-buffer.ts";
import { DistributionLines } from "./distribution-lines.ts";
import { appendEnum, enumNames } from "./enum-text.ts";
import { GroupLines } from "./group-lines.ts";
import { appendPointHead } from "./point-head.ts";

const newline = 10;
const metricLine = Buffer.from("Metric #");
const metricName = Buffer.from("\nDescriptor:\n     -> Name: ");
const metricDescription = Buffer.from("\n     -> Description: ");
const metricUnit = Buffer.from("\n     -> Unit: ");
const metricType = Buffer.from("\n     -> DataType: ");
const monotonic = Buffer.from("     -> IsMonotonic: true\n");
const notMonotonic = Buffer.from("     -> IsMonotonic: false\n");
const temporality = Buffer.from("     -> AggregationTemporality: ");
const numberLine = Buffer.from("NumberDataPoints #");
const valueLine = Buffer.from("Value: ");

const types: Readonly<Record<MetricType, Uint8Array>> = {
  empty: Buffer.from("None"),
  gauge: Buffer.from("Gauge"),
  sum: Buffer.from("Sum"),
  histogram: Buffer.from("Histogram"),
  exponential_histogram: Buffer.from("ExponentialHistogram"),
  summary: Buffer.from("Summary"),
};
const temporalities = enumNames("AGGREGATION_TEMPORALITY", ["UNSPECIFIED", "DELTA", "CUMULATIVE"]);

/** Metrics and their data points with their fields, a field a line. */
export class MetricsText implements BatchText, Visitor {
  readonly #out: TextBuffer;
  readonly #groups: GroupLines;
  readonly #distributions: DistributionLines;
  readonly #walker = new Walker();
  readonly #metric = new MetricView();
  readonly #number = new NumberPointView();

  constructor(out: TextBuffer) {
    this.#out = out;
    this.#groups = new GroupLines(out, { resource: "ResourceMetrics", scope: "InstrumentationLibraryMetrics" });
    this.#distributions = new DistributionLines(out, this.#groups.attributes);
  }

  write(batch: Batch): void {
    this.#walker.walk(batch, this);
  }

  resource(resource: ResourceView, index: number): void {
    this.#groups.resource(resource, index);
  }

  scope(scope: ScopeView, index: number): void {
    this.#groups.scope(scope, index);
  }

  record(bytes: Uint8Array, start: number, end: number, index: number): void {
    const out = this.#out;
    const metric = this.#metric.at(bytes, start, end);
    out.appendBytes(metricLine);
    appendUint(out, index);
    out.appendBytes(metricName);
    out.appendRange(bytes, metric.nameStart, metric.nameEnd);
    out.appendBytes(metricDescription);
    out.appendRange(bytes, metric.descriptionStart, metric.descriptionEnd);
    out.appendBytes(metricUnit);
    out.appendRange(bytes, metric.unitStart, metric.unitEnd);
    out.appendBytes(metricType);
    out.appendBytes(types[metric.type]);
    out.appendByte(newline);
    this.#data(metric);
  }

  #data(metric: MetricView): void {
    const { bytes, points } = metric;
    switch (metric.type) {
      case "empty":
        return;
      case "gauge":
        return this.#numbers(metric);
      case "sum":
        this.#out.appendBytes(metric.isMonotonic ? monotonic : notMonotonic);
        this.#temporality(metric);
        return this.#numbers(metric);
      case "histogram":
        this.#temporality(metric);
        return this.#distributions.appendHistograms(bytes, points);
      case "exponential_histogram":
        this.#temporality(metric);
        return this.#distributions.appendExponential(bytes, points);
      case "summary":
        return this.#distributions.appendSummaries(bytes, points);
    }
  }

  #temporality(metric: MetricView): void {
    const out = this.#out;
    out.appendBytes(temporality);
    appendEnum(out, temporalities, metric.temporality);
    out.appendByte(newline);
  }

  #numbers({ bytes, points }: MetricView): void {
    const out = this.#out;
    for (let index = 0; index < points.length; index++) {
      const point = this.#number.at(bytes, points.start(index), points.end(index));
      appendPointHead(out, this.#groups.attributes, numberLine, index, point);
      if (point.valueType === "empty") continue;
      out.appendBytes(valueLine);
      if (point.valueType === "int") appendInt64(out, point.intLo, point.intHi);
      else appendFixed6(out, point.double);
      out.appendByte(newline);
    }
  }
}
