import type { Labels } from "../component/meter.ts";

export type MetricKind = "counter" | "gauge" | "histogram";

/** One series of a counter or gauge. The value is a plain number: counting costs an addition. */
export class ValueSeries {
  readonly labels: Labels;
  value = 0;
  /** Where set, asked at each scrape instead. */
  read: (() => number) | undefined;

  constructor(labels: Labels) {
    this.labels = labels;
  }
}

export class HistogramSeries {
  readonly labels: Labels;
  /** Upper bounds, ascending. */
  readonly buckets: readonly number[];
  /** Records per bucket (not cumulative); the last one is beyond all bounds. */
  readonly counts: Float64Array;
  sum = 0;

  constructor(labels: Labels, buckets: readonly number[]) {
    this.labels = labels;
    this.buckets = buckets;
    this.counts = new Float64Array(buckets.length + 1);
  }

  record(value: number): void {
    let index = 0;
    // Some twenty bounds, once per batch: a loop beats anything clever.
    while (index < this.buckets.length && value > (this.buckets[index] as number)) index++;
    this.counts[index] = (this.counts[index] as number) + 1;
    this.sum += value;
  }
}

export interface MetricFamily {
  readonly name: string;
  readonly help: string;
  readonly kind: MetricKind;
  /** By their labels, written out. */
  readonly values: Map<string, ValueSeries>;
  readonly histograms: Map<string, HistogramSeries>;
}

/** All series of one service. Names and labels come from code and configuration, so their number is bounded by these. */
export class MetricStore {
  readonly #families = new Map<string, MetricFamily>();

  families(): readonly MetricFamily[] {
    return Array.from(this.#families.values()).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  value(kind: "counter" | "gauge", name: string, description: string, labels: Labels): ValueSeries {
    const { values } = this.#family(kind, name, description);
    const key = keyOf(labels);
    let series = values.get(key);
    if (series === undefined) {
      series = new ValueSeries(sorted(labels));
      values.set(key, series);
    }
    return series;
  }

  histogram(name: string, description: string, labels: Labels, buckets: readonly number[]): HistogramSeries {
    const { histograms } = this.#family("histogram", name, description);
    const key = keyOf(labels);
    let series = histograms.get(key);
    if (series === undefined) {
      series = new HistogramSeries(sorted(labels), buckets);
      histograms.set(key, series);
    }
    return series;
  }

  remove(name: string, series: ValueSeries): void {
    const family = this.#families.get(name);
    family?.values.delete(keyOf(series.labels));
    if (family !== undefined && family.values.size === 0 && family.histograms.size === 0) this.#families.delete(name);
  }

  #family(kind: MetricKind, name: string, description: string): MetricFamily {
    const known = this.#families.get(name);
    if (known !== undefined) {
      if (known.kind !== kind) throw new Error(`Cannot make ${kind} ${name}: it is a ${known.kind} already`);
      return known;
    }
    const family = { name, help: withStability(description), kind, values: new Map(), histograms: new Map() };
    this.#families.set(name, family);
    return family;
  }
}

/** Upstream's help texts end in how settled a metric is. */
function withStability(description: string): string {
  return description.endsWith("]") ? description : `${description} [Alpha]`;
}

/** Labels in the order of their names, as upstream prints them. */
function sorted(labels: Labels): Labels {
  return Object.fromEntries(Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function keyOf(labels: Labels): string {
  return JSON.stringify(sorted(labels));
}
