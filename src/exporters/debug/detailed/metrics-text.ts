import type { Batch } from "../../../pdata/batch.ts";
import {
  MetricView,
  Walker,
  type MetricType,
  type ResourceView,
  type ScopeView,
  type Visitor,
} from "../../../pdata/views/index.ts";
import { appendUint } from "../../../text/append-integer.ts";
import type { BatchText } from "../../../text/batch-text.ts";
import type { TextBuffer } from "../../../text/text-buffer.ts";
import { DistributionLines } from "./distribution-lines.ts";
import { GroupLines } from "./group-lines.ts";
import { NumberPointLines } from "./number-point-lines.ts";

const newline = 10;

const metricLine = Buffer.from("Metric #");
const metricName = Buffer.from("\nDescriptor:\n     -> Name: ");
const metricDescription = Buffer.from("\n     -> Description: ");
const metricUnit = Buffer.from("\n     -> Unit: ");
const metricType = Buffer.from("\n     -> DataType: ");
const metricMetadata = Buffer.from("     -> Metadata:\n");
const monotonic = Buffer.from("     -> IsMonotonic: true\n");
const notMonotonic = Buffer.from("     -> IsMonotonic: false\n");
const temporality = Buffer.from("     -> AggregationTemporality: ");

const types: Readonly<Record<MetricType, Uint8Array>> = {
  empty: Buffer.from("Empty"),
  gauge: Buffer.from("Gauge"),
  sum: Buffer.from("Sum"),
  histogram: Buffer.from("Histogram"),
  exponential_histogram: Buffer.from("ExponentialHistogram"),
  summary: Buffer.from("Summary"),
};
const temporalities = ["Unspecified", "Delta", "Cumulative"].map((name) => Buffer.from(name));
const noName = Buffer.alloc(0);

/** Metrics and their data points with every field, a field a line. */
export class DetailedMetricsText implements BatchText, Visitor {
  readonly #out: TextBuffer;
  readonly #groups: GroupLines;
  readonly #numbers: NumberPointLines;
  readonly #distributions: DistributionLines;
  readonly #walker = new Walker();
  readonly #metric = new MetricView();

  constructor(out: TextBuffer) {
    this.#out = out;
    this.#groups = new GroupLines(out, { resource: "ResourceMetrics", scope: "ScopeMetrics" });
    this.#numbers = new NumberPointLines(out, this.#groups.attributes);
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
    this.#groups.attributes.appendIndented(metricMetadata, bytes, metric.metadata);
    this.#data(metric);
  }

  #data(metric: MetricView): void {
    const { bytes, points } = metric;
    switch (metric.type) {
      case "empty":
        return;
      case "gauge":
        return this.#numbers.append(bytes, points);
      case "sum":
        this.#out.appendBytes(metric.isMonotonic ? monotonic : notMonotonic);
        this.#temporality(metric);
        return this.#numbers.append(bytes, points);
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
    out.appendBytes(temporalities[metric.temporality] ?? noName);
    out.appendByte(newline);
  }
}
