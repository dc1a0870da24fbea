import { createHash } from "node:crypto";
import type { Batch } from "../../../pdata/batch.ts";
import { MetricView, textOf, Walker, type ResourceView, type ScopeView } from "../../../pdata/views/index.ts";
import { BufferPool } from "./buffer-pool.ts";
import { BytesCache } from "./bytes-cache.ts";
import { HistogramPoints, type HistogramChoice } from "./histogram-points.ts";
import { LineBody } from "./line-body.ts";
import type { EncodedLines, LineOptions } from "./line-options.ts";
import { NumberPoints } from "./number-points.ts";
import { chosenAttributes, pointResource, type PointResource, type ResourceTagChoice } from "./point-resource.ts";
import { PointWriter } from "./point-writer.ts";
import { readResource, withDefaults } from "./resource-text.ts";
import { RuleTally } from "./rule-tally.ts";
import { forgetText } from "./text.ts";
import { SummaryPoints } from "./summary-points.ts";

export interface PointLineOptions extends LineOptions {
  readonly resourceTags: ResourceTagChoice;
  readonly histograms: HistogramChoice;
  /** Attribute of resources that becomes a tag of their points in any case; empty for none. */
  readonly instanceTag: string;
}

/**
 * Turns metrics into lines of `f=wavefront` and `f=histogram`, in the order of the points; behind them upstream's counts
 * about itself. Pure but for its reused buffers and those counts: one batch at a time.
 */
export class PointLines {
  readonly #options: PointLineOptions;
  readonly #walker = new Walker();
  readonly #metric = new MetricView();
  readonly #tally = new RuleTally();
  readonly #resources = new BytesCache<PointResource>();
  readonly #numbers = new NumberPoints();
  readonly #histograms: HistogramPoints;
  readonly #summaries = new SummaryPoints();
  readonly #writer: PointWriter;

  constructor(options: PointLineOptions) {
    this.#options = options;
    this.#histograms = new HistogramPoints(options.histograms);
    const pool = new BufferPool();
    const lines = new LineBody("wavefront", pool, options.onChunk);
    const distributions = new LineBody("histogram", pool, options.onChunk);
    // Who wants no tags of resources wants no service.
    const isAirflow = options.isAirflow && options.resourceTags !== "none";
    this.#writer = new PointWriter(this.#tagOptions(), isAirflow, this.#metric, lines, distributions);
  }

  encode(batch: Batch<"metrics">, nowMs: number): EncodedLines {
    const writer = this.#writer;
    const { buffer, byteOffset, byteLength } = batch.bytes;
    writer.from = new DataView(buffer, byteOffset, byteLength);
    writer.droppedCount = 0;
    writer.time.begin(nowMs);
    this.#histograms.begin(nowMs);
    this.#walker.walk(batch, this);
    forgetText();
    writer.counters.write(writer.lines.buffer, this.#options.defaultSource);
    writer.lines.close();
    writer.distributions.close();
    return { droppedCount: writer.droppedCount, hits: this.#tally.take() };
  }

  resource(view: ResourceView): void {
    const resource = this.#resources.find(view.bytes, view.attributes) ?? this.#read(view);
    this.#writer.begin(resource);
  }

  #read(view: ResourceView): PointResource {
    const { defaultSource, defaultTags, limits, resourceTags, instanceTag } = this.#options;
    const before = this.#tally.total;
    const { source, attributes } = readResource(view, defaultSource, limits, this.#tally);
    const chosen = withDefaults(chosenAttributes(attributes, resourceTags, instanceTag), defaultTags);
    const resource = pointResource({ source, attributes: chosen }, this.#tagOptions(), idOf(view));
    // What was repaired has to be counted each time.
    if (this.#tally.total === before) this.#resources.put(view.bytes, view.attributes, resource);
    return resource;
  }

  /** Upstream has no tags for the scope of a metric; where series are remembered, each scope has its own. */
  scope({ bytes, nameStart, nameEnd, versionStart, versionEnd }: ScopeView): void {
    if (this.#options.histograms !== "distributions") return;
    this.#writer.scopeKey = `${textOf(bytes, nameStart, nameEnd)}\n${textOf(bytes, versionStart, versionEnd)}`;
  }

  record(bytes: Uint8Array, start: number, end: number): void {
    const writer = this.#writer;
    const metric = this.#metric.at(bytes, start, end);
    writer.beginMetric();
    if (metric.nameEnd === metric.nameStart) {
      writer.drop("metric_name_empty", metric.points.length);
      return;
    }
    switch (metric.type) {
      case "gauge":
      case "sum":
        return this.#numbers.write(writer);
      case "histogram":
      case "exponential_histogram":
        return this.#histograms.write(writer);
      case "summary":
        return this.#summaries.write(writer);
      case "empty":
        writer.drop("metric_without_data", 0);
    }
  }

  #tagOptions() {
    const { limits, isPreferred, resourceTags } = this.#options;
    return { limits, tally: this.#tally, isPreferred, isResourceIncluded: resourceTags === "all" };
  }
}

function idOf({ bytes, attributes }: ResourceView): string {
  const id = createHash("sha256");
  for (let index = 0; index < attributes.length; index++) {
    id.update(bytes.subarray(attributes.start(index), attributes.end(index)));
  }
  return id.digest("base64");
}
