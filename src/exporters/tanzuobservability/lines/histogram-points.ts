import { ExponentialPointView, HistogramPointView } from "../../../pdata/views/index.ts";
import { ExponentialBuckets, type Buckets } from "./buckets.ts";
import { Centroids, centroidValue, nearestFiniteBound } from "./centroids.ts";
import { writeCumulative } from "./cumulative-lines.ts";
import { allIntervals, writeDistribution } from "./distribution-lines.ts";
import { DistributionPoints } from "./distribution-points.ts";
import { metricName } from "./metric-name.ts";
import { noRecordedValue } from "./number-points.ts";
import type { PointView, PointWriter } from "./point-writer.ts";

const deltaTemporality = 1;
const cumulativeTemporality = 2;

/** `upstream`: cumulative ones as a line per bucket; `buckets`: with count, sum, least and greatest value beside. */
export type HistogramChoice = "upstream" | "buckets" | "distributions";

/**
 * Writes histograms with explicit and with exponential bounds: cumulative ones as a line per bucket with its upper bound
 * in the tag `le`, delta ones as distributions; or all of them as distributions.
 */
export class HistogramPoints {
  readonly #distributions: DistributionPoints | undefined;
  readonly #hasExtras: boolean;
  readonly #explicit = new HistogramPointView();
  readonly #exponential = new ExponentialPointView();
  readonly #exponentialBuckets = new ExponentialBuckets();
  readonly #centroids = new Centroids();

  constructor(choice: HistogramChoice) {
    this.#distributions = choice === "distributions" ? new DistributionPoints() : undefined;
    this.#hasExtras = choice === "buckets";
  }

  /** Begins a batch. */
  begin(nowMs: number): void {
    this.#distributions?.begin(nowMs);
  }

  write(writer: PointWriter): void {
    const { metric, counters } = writer;
    const isExponential = metric.type === "exponential_histogram";
    if (metric.temporality !== deltaTemporality && metric.temporality !== cumulativeTemporality) {
      if (isExponential) counters.exponentialWithoutTemporality++;
      else counters.histogramsWithoutTemporality++;
      writer.drop("temporality_missing", metric.points.length);
      return;
    }
    for (let index = 0; index < metric.points.length; index++) {
      const start = metric.points.start(index);
      const end = metric.points.end(index);
      if (isExponential) this.#writeExponential(writer, this.#exponential.at(metric.bytes, start, end));
      else this.#writeExplicit(writer, this.#explicit.at(metric.bytes, start, end));
    }
  }

  #writeExplicit(writer: PointWriter, point: HistogramPointView): void {
    const buckets: Buckets = { counts: point.bucketCounts, bounds: point.explicitBounds };
    const isBare = buckets.counts.length === 0 && buckets.bounds.length === 0;
    if ((point.flags & noRecordedValue) !== 0) writer.drop("no_recorded_value");
    else if (!isBare && buckets.counts.length !== buckets.bounds.length + 1) {
      writer.counters.malformedHistograms++;
      writer.drop("histogram_malformed");
    } else if (this.#distributions !== undefined) this.#distributions.writeExplicit(writer, point);
    else if (isBare) this.#writeWithoutBuckets(writer, point);
    else if (writer.metric.temporality === cumulativeTemporality) {
      writer.prepareTail(point, "le");
      writeCumulative(writer, buckets, 0);
      this.#endCumulative(writer, point);
    } else {
      this.#centroids.clear();
      this.#collect(writer, buckets, 0, buckets.counts.length);
      this.#finish(writer, point);
    }
  }

  #endCumulative(writer: PointWriter, point: HistogramPointView | ExponentialPointView): void {
    if (writer.watch.isOn) writer.watch.see(writer.metric, writer.from, point.attributes);
    if (this.#hasExtras) {
      writer.writeLine(point.countHi * 4294967296 + point.countLo, "", 0, "_count");
      if (point.hasSum && Number.isFinite(point.sum)) writer.writeLine(point.sum, "", 0, "_sum");
      if (point.hasMin && Number.isFinite(point.min)) writer.writeLine(point.min, "", 0, "_min");
      if (point.hasMax && Number.isFinite(point.max)) writer.writeLine(point.max, "", 0, "_max");
    }
    writer.endPoint();
  }

  /** Count and sum alone are a whole histogram: one bucket of everything, or one centroid at the mean. */
  #writeWithoutBuckets(writer: PointWriter, point: HistogramPointView): void {
    const count = point.countHi * 4294967296 + point.countLo;
    if (writer.metric.temporality === cumulativeTemporality) {
      writer.tally.hit("histogram_without_buckets", metricName(writer.metric));
      writer.prepareTail(point, "le");
      writer.writeLine(count, "le", Infinity, "");
      this.#endCumulative(writer, point);
      return;
    }
    if (count > 0) writer.tally.hit("histogram_without_buckets", metricName(writer.metric));
    this.#centroids.clear();
    this.#centroids.add(meanOf(point, count), count);
    this.#finish(writer, point);
  }

  #writeExponential(writer: PointWriter, point: ExponentialPointView): void {
    if ((point.flags & noRecordedValue) !== 0) {
      writer.drop("no_recorded_value");
      return;
    }
    if (this.#distributions !== undefined) {
      this.#distributions.writeExponential(writer, point);
      return;
    }
    const buckets = this.#exponentialBuckets;
    buckets.read(point);
    if (writer.metric.temporality === cumulativeTemporality) {
      writer.prepareTail(point, "le");
      // Nothing can be below the lowest bucket.
      writeCumulative(writer, buckets, 1);
      this.#endCumulative(writer, point);
      return;
    }
    const { zeroIndex, counts } = buckets;
    this.#centroids.clear();
    this.#collect(writer, buckets, 1, zeroIndex);
    this.#addZeroBucket(writer, buckets);
    this.#collect(writer, buckets, zeroIndex + 1, counts.length - 1);
    this.#finish(writer, point);
  }

  /**
   * Upstream puts zeros between the bounds next to them, and makes up the bound of a side that has no values: they then
   * land anywhere. With values on one side only, they belong at 0.
   */
  #addZeroBucket(writer: PointWriter, buckets: ExponentialBuckets): void {
    const { zeroIndex, counts } = buckets;
    const position = centroidValue(buckets, zeroIndex);
    const count = counts.at(zeroIndex);
    const hasBothSides = hasCounts(buckets, 1, zeroIndex) && hasCounts(buckets, zeroIndex + 1, counts.length - 1);
    if (position === 0 || (hasBothSides && Number.isFinite(position))) this.#centroids.add(position, count);
    else if (count > 0) {
      writer.tally.hit("zero_bucket", metricName(writer.metric));
      this.#centroids.add(0, count);
    }
  }

  #collect(writer: PointWriter, buckets: Buckets, from: number, to: number): void {
    for (let index = from; index < to; index++) {
      let value = centroidValue(buckets, index);
      if (!Number.isFinite(value)) {
        writer.tally.hit("bound_infinite", metricName(writer.metric));
        value = nearestFiniteBound(buckets, value);
      }
      this.#centroids.add(value, buckets.counts.at(index));
    }
  }

  #finish(writer: PointWriter, point: PointView): void {
    if (this.#centroids.maxCount === 0) {
      writer.drop("histogram_empty");
      return;
    }
    writer.prepareTagTail(point);
    writeDistribution(writer, this.#centroids, point.timeLo, point.timeHi, allIntervals);
  }
}

function hasCounts({ counts }: Buckets, from: number, to: number): boolean {
  for (let index = from; index < to; index++) if (counts.at(index) > 0) return true;
  return false;
}

function meanOf(point: HistogramPointView, count: number): number {
  const mean = point.hasSum ? point.sum / count : (point.min + point.max) / 2;
  return Number.isFinite(mean) ? mean : 0;
}
