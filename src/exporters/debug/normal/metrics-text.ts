import type { Batch } from "../../../pdata/batch.ts";
import {
  ExponentialPointView,
  HistogramPointView,
  MetricView,
  NumberPointView,
  SummaryPointView,
  Walker,
  type RangeList,
  type ResourceView,
  type ScopeView,
  type Visitor,
} from "../../../pdata/views/index.ts";
import type { BatchText } from "../../../text/batch-text.ts";
import type { TextBuffer } from "../../../text/text-buffer.ts";
import { GroupLines } from "./group-lines.ts";
import { PointValues } from "./point-values.ts";

const newline = 10;
const comma = 44;
const openBrace = 123;
const closing = Buffer.from("} ");

/** A data point a line: metric name, attributes, value. Metrics without points have no line. */
export class NormalMetricsText implements BatchText, Visitor {
  readonly #out: TextBuffer;
  readonly #groups: GroupLines;
  readonly #values: PointValues;
  readonly #walker = new Walker();
  readonly #metric = new MetricView();
  readonly #number = new NumberPointView();
  readonly #histogram = new HistogramPointView();
  readonly #exponential = new ExponentialPointView();
  readonly #summary = new SummaryPointView();

  constructor(out: TextBuffer) {
    this.#out = out;
    this.#groups = new GroupLines(out, "Metrics");
    this.#values = new PointValues(out);
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

  record(bytes: Uint8Array, start: number, end: number): void {
    const { points } = this.#metric.at(bytes, start, end);
    for (let index = 0; index < points.length; index++) this.#point(points.start(index), points.end(index));
  }

  #point(start: number, end: number): void {
    const { bytes } = this.#metric;
    switch (this.#metric.type) {
      case "empty":
        return;
      case "gauge":
      case "sum":
        this.#name(this.#number.at(bytes, start, end).attributes);
        this.#values.appendNumber(this.#number);
        break;
      case "histogram":
        this.#name(this.#histogram.at(bytes, start, end).attributes);
        this.#values.appendHistogram(this.#histogram);
        break;
      case "exponential_histogram":
        this.#name(this.#exponential.at(bytes, start, end).attributes);
        this.#values.appendExponential(this.#exponential);
        break;
      case "summary":
        this.#name(this.#summary.at(bytes, start, end).attributes);
        this.#values.appendSummary(this.#summary);
        break;
    }
    this.#out.appendByte(newline);
  }

  #name(attributes: RangeList): void {
    const out = this.#out;
    const { bytes, nameStart, nameEnd } = this.#metric;
    out.appendRange(bytes, nameStart, nameEnd);
    out.appendByte(openBrace);
    this.#groups.pairs.append(bytes, attributes, comma);
    out.appendBytes(closing);
  }
}
