import type { MetricView, RangeList } from "../../../pdata/views/index.ts";
import { metricName } from "./metric-name.ts";
import type { PointResource } from "./point-resource.ts";
import type { RuleTally } from "./rule-tally.ts";
import { SharedSeries } from "./shared-series.ts";
import { WordHash } from "./word-hash.ts";

/** Looks out for cumulative series that two senders write, by hashes of their name and attributes. */
export class SeriesWatch {
  readonly #tally: RuleTally;
  readonly #shared = new SharedSeries();
  readonly #name = new WordHash();
  readonly #attributes = new WordHash();
  #source = "";
  /** Whether other senders have the same source and tags, so that their cumulative series may meet. */
  isOn = false;

  constructor(tally: RuleTally) {
    this.#tally = tally;
  }

  /** Begins a resource. */
  begin({ written, id, text }: PointResource): void {
    this.#source = text.source;
    this.isOn = this.#shared.isShared(written, id);
  }

  /** Begins a metric. */
  beginMetric(from: DataView, { nameStart, nameEnd }: MetricView): void {
    if (!this.isOn) return;
    this.#name.begin();
    this.#name.add(from, nameStart, nameEnd);
  }

  /** Looks whether a cumulative point, which is written as a point, has two senders. Called while `isOn`. */
  see(metric: MetricView, from: DataView, attributes: RangeList): void {
    const hash = this.#attributes;
    hash.begin();
    for (let index = 0; index < attributes.length; index++) {
      hash.add(from, attributes.start(index), attributes.end(index));
    }
    this.seeHashed(metric, hash);
  }

  /** As `see`, by a hash of the attributes. */
  seeHashed(metric: MetricView, { first, second }: WordHash): void {
    // Times an odd number, so that a name and attributes do not stand for one another.
    const name = this.#name;
    if (!this.#shared.isFound(Math.imul(name.first, 31) ^ first, Math.imul(name.second, 31) ^ second)) return;
    this.#tally.hit("series_shared", `${metricName(metric)} of ${this.#source}`);
    this.isOn = false;
  }
}
