import type {
  ExponentialPointView,
  HistogramPointView,
  NumberPointView,
  SummaryPointView,
} from "../../../pdata/views/index.ts";
import { appendFixed6, appendShortest } from "../../../text/append-double.ts";
import { appendInt64, appendUint64 } from "../../../text/append-integer.ts";
import { boundFactor, boundOf } from "../../../text/bucket-bounds.ts";
import type { TextBuffer } from "../../../text/text-buffer.ts";

const space = 32;
const equals = 61;
const countLabel = Buffer.from("count=");
const sumLabel = Buffer.from(" sum=");
const minLabel = Buffer.from(" min=");
const maxLabel = Buffer.from(" max=");
const boundLabel = Buffer.from(" le");
const zeroLabel = Buffer.from(" zero=");
const quantileLabel = Buffer.from(" q");

/** The value of a data point, on the rest of its line. */
export class PointValues {
  readonly #out: TextBuffer;

  constructor(out: TextBuffer) {
    this.#out = out;
  }

  appendNumber(point: NumberPointView): void {
    if (point.valueType === "int") appendInt64(this.#out, point.intLo, point.intHi);
    else if (point.valueType === "double") appendShortest(this.#out, point.double);
  }

  appendHistogram(point: HistogramPointView): void {
    const out = this.#out;
    const { bucketCounts, explicitBounds } = point;
    this.#range(point);
    for (let index = 0; index < bucketCounts.length; index++) {
      if (index < explicitBounds.length) this.#bound(explicitBounds.at(index));
      else out.appendByte(space);
      appendUint64(out, bucketCounts.lo(index), bucketCounts.hi(index));
    }
  }

  appendExponential(point: ExponentialPointView): void {
    const out = this.#out;
    const { negative, positive } = point;
    const factor = boundFactor(point.scale);
    this.#range(point);
    for (let index = negative.counts.length - 1; index >= 0; index--) {
      this.#bound(-boundOf(negative.offset + index, factor));
      appendUint64(out, negative.counts.lo(index), negative.counts.hi(index));
    }
    if (point.zeroCountLo !== 0 || point.zeroCountHi !== 0) {
      out.appendBytes(zeroLabel);
      appendUint64(out, point.zeroCountLo, point.zeroCountHi);
    }
    for (let index = 0; index < positive.counts.length; index++) {
      this.#bound(boundOf(positive.offset + index + 1, factor));
      appendUint64(out, positive.counts.lo(index), positive.counts.hi(index));
    }
  }

  appendSummary(point: SummaryPointView): void {
    const out = this.#out;
    out.appendBytes(countLabel);
    appendUint64(out, point.countLo, point.countHi);
    out.appendBytes(sumLabel);
    appendFixed6(out, point.sum);
    for (let index = 0; index < point.quantiles.length; index++) {
      point.quantileAt(index);
      out.appendBytes(quantileLabel);
      appendShortest(out, point.quantile);
      out.appendByte(equals);
      appendShortest(out, point.value);
    }
  }

  #range(point: HistogramPointView | ExponentialPointView): void {
    const out = this.#out;
    out.appendBytes(countLabel);
    appendUint64(out, point.countLo, point.countHi);
    if (point.hasSum) this.#labelled(sumLabel, point.sum);
    if (point.hasMin) this.#labelled(minLabel, point.min);
    if (point.hasMax) this.#labelled(maxLabel, point.max);
  }

  #bound(bound: number): void {
    this.#labelled(boundLabel, bound);
    this.#out.appendByte(equals);
  }

  #labelled(label: Uint8Array, value: number): void {
    this.#out.appendBytes(label);
    appendShortest(this.#out, value);
  }
}
