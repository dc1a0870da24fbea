import type { MetricView, RangeList } from "../../../pdata/views/index.ts";
import { ByteBuffer } from "./byte-buffer.ts";
import type { CarefulPointOptions, ExtraKey } from "./careful-point-tags.ts";
import { InternalCounters } from "./internal-counters.ts";
import type { LineBody } from "./line-body.ts";
import { isDeltaName, MetricNames, metricName } from "./metric-name.ts";
import { shortestText, writeDouble } from "./number-text.ts";
import type { PointResource } from "./point-resource.ts";
import type { NumberPoint } from "./number-point.ts";
import { PointTags } from "./point-tags.ts";
import { PointTime } from "./point-time.ts";
import type { RuleTally } from "./rule-tally.ts";
import type { RuleName } from "./rules.ts";
import { SeriesWatch } from "./series-watch.ts";
import { WordHash } from "./word-hash.ts";

/** What the points of all kinds have. */
export interface PointView {
  readonly timeLo: number;
  readonly timeHi: number;
  readonly attributes: RangeList;
}

/** What the writers of the kinds of metric have in common: where they are in a batch, and the parts of a line. */
export class PointWriter {
  readonly tally: RuleTally;
  readonly counters = new InternalCounters();
  readonly names: MetricNames;
  readonly time: PointTime;
  /** Lines of `f=wavefront`. */
  readonly lines: LineBody;
  /** Lines of `f=histogram`. */
  readonly distributions: LineBody;
  metric: MetricView;
  from: DataView = new DataView(new ArrayBuffer(0));
  resource: PointResource | undefined;
  readonly watch: SeriesWatch;
  readonly #hash = new WordHash();
  /** Tells scopes apart, where series are remembered. */
  scopeKey = "";
  droppedCount = 0;
  readonly #tags: PointTags;
  readonly #maxTagLength: number;
  #lineCount = 0;
  /** Timestamp, source and tags of a point that has several lines. */
  readonly #tail = new ByteBuffer(4096);

  /** `isAirflow`: the service of a point is its DAG. */
  constructor(
    options: CarefulPointOptions,
    isAirflow: boolean,
    metric: MetricView,
    lines: LineBody,
    distributions: LineBody,
  ) {
    this.tally = options.tally;
    this.watch = new SeriesWatch(options.tally);
    this.names = new MetricNames(options.limits, options.tally);
    this.time = new PointTime(options.tally);
    this.#tags = new PointTags(options, isAirflow);
    this.#maxTagLength = options.limits.pointTagLength;
    this.metric = metric;
    this.lines = lines;
    this.distributions = distributions;
  }

  /** Whether the metric's name says that its points are to be added up, which a proxy then wants to be above zero. */
  get isAdded(): boolean {
    const { bytes, nameStart, nameEnd } = this.metric;
    return isDeltaName(bytes, nameStart, nameEnd);
  }

  /** Begins a resource. */
  begin(resource: PointResource): void {
    this.resource = resource;
    this.watch.begin(resource);
  }

  /** Begins a metric. */
  beginMetric(): void {
    this.names.begin();
    this.watch.beginMetric(this.from, this.metric);
  }

  /** Counts items that have no line. */
  drop(rule: RuleName, itemCount = 1): void {
    this.tally.hit(rule, metricName(this.metric), Math.max(1, itemCount));
    this.droppedCount += itemCount;
  }

  /** Counts an item that needs no line: what it says is known, or will be sent with a later one. */
  absorb(rule: RuleName): void {
    this.tally.hit(rule, metricName(this.metric));
    // Lines of this format follow in any case.
    this.lines.endItem(1);
  }

  writeTags(out: ByteBuffer, attributes: RangeList, extraKey: ExtraKey): void {
    const { metric, from, resource } = this;
    if (resource !== undefined) this.#tags.write(out, metric.bytes, from, attributes, resource, extraKey);
  }

  /** As `writeTags`, and watches a point that is cumulative: both go by the same hash. */
  writeTagsOf(out: ByteBuffer, point: NumberPoint, isCumulative: boolean): void {
    const { metric, from, watch, resource } = this;
    const isWatched = isCumulative && watch.isOn;
    if (point.runStart < 0) {
      const attributes = point.attributes(metric.bytes);
      if (isWatched) watch.see(metric, from, attributes);
      this.writeTags(out, attributes, "");
      return;
    }
    const hash = this.#hash;
    hash.begin();
    hash.add(from, point.runStart, point.runEnd);
    if (isWatched) watch.seeHashed(metric, hash);
    if (resource !== undefined) this.#tags.writeRun(out, metric.bytes, from, point, hash, resource);
  }

  /** Prepares what the lines of one point have in common; `writeTail` then appends it. */
  prepareTail(point: PointView, extraKey: ExtraKey): void {
    this.#lineCount = 0;
    this.#tail.length = 0;
    this.time.write(this.#tail, point.timeLo, point.timeHi, this.metric);
    this.writeTags(this.#tail, point.attributes, extraKey);
  }

  /** As `prepareTail`, for lines that have their time elsewhere. */
  prepareTagTail(point: PointView): void {
    this.#tail.length = 0;
    this.writeTags(this.#tail, point.attributes, "");
  }

  writeTail(out: ByteBuffer): void {
    out.copyFrom(this.#tail, 0, this.#tail.length);
  }

  /** Ends a point whose lines were written by `writeLine`; one without any counts as dropped, for the rules hit before. */
  endPoint(): void {
    if (this.#lineCount === 0) this.droppedCount++;
    else this.lines.endItem(1);
  }

  /** ` "le"="0.5"`: digits without exponent as upstream, unless the tag would become too long. */
  writeNumberTag(out: ByteBuffer, key: string, value: number): void {
    out.writeText(` "${key}"="`);
    const start = out.length;
    if (Number.isFinite(value)) writeDouble(out, value);
    else out.writeText(Number.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf");
    if (out.length - start + key.length > this.#maxTagLength) {
      this.tally.hit("bound_too_long", metricName(this.metric));
      out.length = start;
      out.writeText(shortestText(value));
    }
    out.writeByte(0x22);
  }

  /** One line of a point that has several: ` <value>` and `extra` differ, the rest is the tail. */
  writeLine(value: number, extraKey: ExtraKey, extraValue: number, suffix: string): void {
    if (value <= 0 && this.isAdded) {
      this.tally.hit(value === 0 ? "delta_zero" : "delta_negative", metricName(this.metric));
      return;
    }
    this.#lineCount++;
    const out = this.lines.buffer;
    this.names.write(out, this.metric, false, suffix);
    out.writeByte(0x20);
    writeDouble(out, value);
    this.writeTail(out);
    if (extraKey !== "") this.writeNumberTag(out, extraKey, extraValue);
    out.writeByte(0x0a);
    this.lines.endLine();
  }
}
