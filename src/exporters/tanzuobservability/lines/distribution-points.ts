import { hash } from "node:crypto";
import { ExponentialPointView, HistogramPointView } from "../../../pdata/views/index.ts";
import { Centroids } from "./centroids.ts";
import { minuteOnly, writeDistribution } from "./distribution-lines.ts";
import { HistogramSeries, type Step } from "./histogram-series.ts";
import { metricName } from "./metric-name.ts";
import type { PointWriter } from "./point-writer.ts";
import { explicitSnapshot, exponentialSnapshot, type Snapshot } from "./snapshot.ts";
import { Spread } from "./spread.ts";
import { rangeText } from "./text.ts";
import { millisOf } from "./times.ts";

const cumulativeTemporality = 2;

type Point = HistogramPointView | ExponentialPointView;

/**
 * Writes histograms, cumulative or not, as one distribution per point: what was counted since the point before, for a
 * proxy to add up to minutes, hours and days.
 */
export class DistributionPoints {
  readonly #series = new HistogramSeries();
  readonly #spread = new Spread();
  readonly #centroids = new Centroids();
  #nowMs = 0;

  begin(nowMs: number): void {
    this.#nowMs = nowMs;
    this.#series.begin(nowMs);
  }

  writeExplicit(writer: PointWriter, point: HistogramPointView): void {
    if (point.bucketCounts.length === 0) writer.tally.hit("histogram_without_buckets", metricName(writer.metric));
    this.#write(writer, point, explicitSnapshot(point));
  }

  writeExponential(writer: PointWriter, point: ExponentialPointView): void {
    this.#write(writer, point, exponentialSnapshot(point));
  }

  #write(writer: PointWriter, point: Point, snapshot: Snapshot): void {
    const isCumulative = writer.metric.temporality === cumulativeTemporality;
    const step: Step = isCumulative ? this.#stepOf(writer, point, snapshot) : { kind: "new", delta: snapshot };
    if (step.kind === "new" || step.kind === "restarted") {
      if (step.kind === "restarted") writer.tally.hit("histogram_restarted", metricName(writer.metric));
      this.#writeDelta(writer, point, step.delta, isCumulative);
    } else if (step.kind === "backwards") writer.drop("histogram_backwards");
    else writer.absorb(step.kind === "first" ? "histogram_first" : "histogram_repeated");
  }

  #stepOf(writer: PointWriter, point: Point, snapshot: Snapshot): Step {
    const { startTimeLo, startTimeHi } = point;
    const series = this.#series;
    const forgotten = series.forgotten;
    const startMs = millisOf(startTimeLo, startTimeHi);
    const step = series.step(keyOf(writer, point), startMs, snapshot, this.#nowMs);
    const count = series.forgotten - forgotten;
    if (count > 0) writer.tally.hit("histogram_forgotten", metricName(writer.metric), count);
    return step;
  }

  #writeDelta(writer: PointWriter, point: Point, delta: Snapshot, isCumulative: boolean): void {
    const spread = this.#spread;
    spread.clear();
    if (delta.bounds === undefined) addExponential(spread, delta, point);
    else addExplicit(spread, delta, delta.bounds, point);
    if (spread.total === 0) {
      // That nothing came is known without a line.
      if (isCumulative) writer.absorb("histogram_empty");
      else writer.drop("histogram_empty");
      return;
    }
    if (spread.fill(this.#centroids, delta.sum)) writer.tally.hit("buckets_joined", metricName(writer.metric));
    writer.prepareTagTail(point);
    writeDistribution(writer, this.#centroids, point.timeLo, point.timeHi, minuteOnly);
  }
}

/** Resource, scope, name, attributes and start, in 32 bytes however long they are. */
function keyOf(writer: PointWriter, { bytes, attributes, startTimeLo, startTimeHi }: Point): string {
  const producer = `${writer.resource?.id ?? ""}\n${writer.scopeKey}\n${startTimeHi}.${startTimeLo}`;
  return hash("sha256", `${producer}\n${metricName(writer.metric)}\n${rangeText(bytes, attributes)}`, "base64");
}

/** Outer buckets reach to the least and greatest value, where these are known. */
function addExplicit(spread: Spread, { positive, sum }: Snapshot, bounds: Float64Array, point: Point): void {
  const { counts } = positive;
  for (let index = 0; index < counts.length; index++) {
    const count = counts[index] as number;
    if (count === 0) continue;
    const low = bounds[index - 1] ?? -Infinity;
    const high = bounds[index] ?? Infinity;
    if (Number.isFinite(low)) spread.add(index, clip(low, point), highest(low, high, point), count);
    else if (Number.isFinite(high)) spread.add(index, lowest(high, point), clip(high, point), count);
    else {
      const mean = sum === undefined ? (point.min + point.max) / 2 : sum / count;
      spread.add(index, finite(mean), finite(mean), count);
    }
  }
}

function lowest(bound: number, { hasMin, min }: Point): number {
  if (hasMin && min <= bound) return finite(min);
  // Most values that are counted are no less than 0.
  return Math.min(bound, 0);
}

function highest(low: number, high: number, point: Point): number {
  if (Number.isFinite(high)) return clip(high, point);
  return point.hasMax && point.max >= low ? finite(point.max) : low;
}

/** Bucket `i` is from `base^i` to `base^(i + 1)`, with a base of `2^(2^-scale)`. Numbers go up from the most negative. */
function addExponential(
  spread: Spread,
  { scale, zeroCount, zeroThreshold, positive, negative }: Snapshot,
  point: Point,
): void {
  const step = 2 ** -scale;
  const bound = (index: number): number => finite(2 ** (index * step));
  for (let index = negative.counts.length - 1; index >= 0; index--) {
    const number = negative.offset + index;
    spread.add(
      -2 - number,
      clip(-bound(number + 1), point),
      clip(-bound(number), point),
      negative.counts[index] as number,
    );
  }
  // Numbers of both signs must not meet those of the other: far apart, as far as doubles count.
  spread.add(apart, -zeroThreshold, zeroThreshold, zeroCount);
  for (let index = 0; index < positive.counts.length; index++) {
    const number = positive.offset + index;
    const low = clip(bound(number), point);
    spread.add(2 * apart + number, low, clip(bound(number + 1), point), positive.counts[index] as number);
  }
}

/** Far above any bucket number, which are 32 bits wide, and a power of two, so that joining never crosses a sign. */
const apart = 2 ** 40;

function clip(value: number, { hasMin, min, hasMax, max }: Point): number {
  if (hasMin && value < min) return finite(min);
  return hasMax && value > max ? finite(max) : value;
}

function finite(value: number): number {
  return Number.isNaN(value) ? 0 : Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, value));
}
