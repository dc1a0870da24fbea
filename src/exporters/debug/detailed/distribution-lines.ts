import {
  ExponentialPointView,
  HistogramPointView,
  SummaryPointView,
  type BucketsView,
  type RangeList,
} from "../../../pdata/views/index.ts";
import { appendFixed6 } from "../../../text/append-double.ts";
import { appendUint, appendUint64 } from "../../../text/append-integer.ts";
import { boundFactor, boundOf } from "../../../text/bucket-bounds.ts";
import type { TextBuffer } from "../../../text/text-buffer.ts";
import type { AttributeLines } from "./attribute-lines.ts";
import { ExemplarLines } from "./exemplar-lines.ts";
import { appendPointTimes, pointAttributes } from "./number-point-lines.ts";

const newline = 10;
const histogramLine = Buffer.from("HistogramDataPoints #");
const exponentialLine = Buffer.from("ExponentialHistogramDataPoints #");
const summaryLine = Buffer.from("SummaryDataPoints #");
const countLine = Buffer.from("Count: ");
const sumLine = Buffer.from("Sum: ");
const minLine = Buffer.from("Min: ");
const maxLine = Buffer.from("Max: ");
const explicitBound = Buffer.from("ExplicitBounds #");
const bucket = Buffer.from("Buckets #");
const bucketCount = Buffer.from(", Count: ");
const zeroBucket = Buffer.from("Bucket [0, 0], Count: ");
const negativeOpening = Buffer.from("Bucket [");
const negativeClosing = Buffer.from("), Count: ");
const positiveOpening = Buffer.from("Bucket (");
const positiveClosing = Buffer.from("], Count: ");
const between = Buffer.from(", ");
const colon = Buffer.from(": ");
const quantileLine = Buffer.from("QuantileValue #");
const quantile = Buffer.from(": Quantile ");
const quantileValue = Buffer.from(", Value ");

/** Data points of histograms, exponential histograms and summaries. */
export class DistributionLines {
  readonly #out: TextBuffer;
  readonly #attributes: AttributeLines;
  readonly #exemplars: ExemplarLines;
  readonly #histogram = new HistogramPointView();
  readonly #exponential = new ExponentialPointView();
  readonly #summary = new SummaryPointView();

  constructor(out: TextBuffer, attributes: AttributeLines) {
    this.#out = out;
    this.#attributes = attributes;
    this.#exemplars = new ExemplarLines(out, attributes);
  }

  appendHistograms(bytes: Uint8Array, points: RangeList): void {
    for (let index = 0; index < points.length; index++) {
      const point = this.#histogram.at(bytes, points.start(index), points.end(index));
      this.#head(histogramLine, index, point);
      this.#range(point);
      this.#explicitBuckets(point);
      this.#exemplars.append(bytes, point.exemplars);
    }
  }

  appendExponential(bytes: Uint8Array, points: RangeList): void {
    for (let index = 0; index < points.length; index++) {
      const point = this.#exponential.at(bytes, points.start(index), points.end(index));
      this.#head(exponentialLine, index, point);
      this.#range(point);
      const factor = boundFactor(point.scale);
      this.#negativeBuckets(point.negative, factor);
      if (point.zeroCountLo !== 0 || point.zeroCountHi !== 0) {
        this.#count(zeroBucket, point.zeroCountLo, point.zeroCountHi);
      }
      this.#positiveBuckets(point.positive, factor);
      this.#exemplars.append(bytes, point.exemplars);
    }
  }

  appendSummaries(bytes: Uint8Array, points: RangeList): void {
    const out = this.#out;
    for (let index = 0; index < points.length; index++) {
      const point = this.#summary.at(bytes, points.start(index), points.end(index));
      this.#head(summaryLine, index, point);
      this.#double(sumLine, point.sum);
      for (let place = 0; place < point.quantiles.length; place++) {
        point.quantileAt(place);
        out.appendBytes(quantileLine);
        appendUint(out, place);
        out.appendBytes(quantile);
        appendFixed6(out, point.quantile);
        this.#double(quantileValue, point.value);
      }
    }
  }

  /** What all three begin with. */
  #head(label: Uint8Array, index: number, point: HistogramPointView | ExponentialPointView | SummaryPointView): void {
    const out = this.#out;
    out.appendBytes(label);
    appendUint(out, index);
    out.appendByte(newline);
    this.#attributes.append(pointAttributes, point.bytes, point.attributes);
    appendPointTimes(out, point);
    this.#count(countLine, point.countLo, point.countHi);
  }

  #range(point: HistogramPointView | ExponentialPointView): void {
    if (point.hasSum) this.#double(sumLine, point.sum);
    if (point.hasMin) this.#double(minLine, point.min);
    if (point.hasMax) this.#double(maxLine, point.max);
  }

  #explicitBuckets({ explicitBounds, bucketCounts }: HistogramPointView): void {
    const out = this.#out;
    for (let index = 0; index < explicitBounds.length; index++) {
      out.appendBytes(explicitBound);
      appendUint(out, index);
      this.#double(colon, explicitBounds.at(index));
    }
    for (let index = 0; index < bucketCounts.length; index++) {
      out.appendBytes(bucket);
      appendUint(out, index);
      this.#count(bucketCount, bucketCounts.lo(index), bucketCounts.hi(index));
    }
  }

  /** From the outermost inwards: the upper bound of one bucket is the lower one of the bucket before. */
  #negativeBuckets({ offset, counts }: BucketsView, factor: number): void {
    const out = this.#out;
    let outer = boundOf(offset + counts.length, factor);
    for (let index = counts.length - 1; index >= 0; index--) {
      const inner = boundOf(offset + index, factor);
      out.appendBytes(negativeOpening);
      appendFixed6(out, -outer);
      out.appendBytes(between);
      appendFixed6(out, -inner);
      this.#count(negativeClosing, counts.lo(index), counts.hi(index));
      outer = inner;
    }
  }

  #positiveBuckets({ offset, counts }: BucketsView, factor: number): void {
    const out = this.#out;
    let lower = boundOf(offset, factor);
    for (let index = 0; index < counts.length; index++) {
      const upper = boundOf(offset + index + 1, factor);
      out.appendBytes(positiveOpening);
      appendFixed6(out, lower);
      out.appendBytes(between);
      appendFixed6(out, upper);
      this.#count(positiveClosing, counts.lo(index), counts.hi(index));
      lower = upper;
    }
  }

  #count(label: Uint8Array, lo: number, hi: number): void {
    const out = this.#out;
    out.appendBytes(label);
    appendUint64(out, lo, hi);
    out.appendByte(newline);
  }

  #double(label: Uint8Array, value: number): void {
    const out = this.#out;
    out.appendBytes(label);
    appendFixed6(out, value);
    out.appendByte(newline);
  }
}
