import type { Counter, Gauge, Histogram, InstrumentOptions, Labels, Meter } from "../component/meter.ts";
import type { MetricStore } from "./metric-store.ts";

export type MetricsLevel = "none" | "basic" | "normal" | "detailed";

const ranks: Readonly<Record<MetricsLevel, number>> = { none: 0, basic: 1, normal: 2, detailed: 3 };

const noInstrument = Object.freeze({ add: () => {}, set: () => {}, record: () => {} });

/** Instruments of one component, or of the service itself: its labels are on every series. */
export class CollectorMeter implements Meter {
  readonly #store: MetricStore;
  readonly #level: MetricsLevel;
  readonly #labels: Labels;

  constructor(store: MetricStore, level: MetricsLevel, labels: Labels = {}) {
    this.#store = store;
    this.#level = level;
    this.#labels = labels;
  }

  /** A meter for the same metrics with other labels. */
  with(labels: Labels): CollectorMeter {
    return new CollectorMeter(this.#store, this.#level, { ...this.#labels, ...labels });
  }

  counter(options: InstrumentOptions): Counter {
    if (!this.#exists(options)) return noInstrument;
    const series = this.#store.value("counter", options.name, options.description, this.#labelsOf(options));
    return {
      add: (amount) => {
        // A counter that falls looks like a restart to whoever scrapes it.
        if (amount > 0) series.value += amount;
      },
    };
  }

  gauge(options: InstrumentOptions): Gauge {
    if (!this.#exists(options)) return noInstrument;
    const series = this.#store.value("gauge", options.name, options.description, this.#labelsOf(options));
    return {
      set: (value) => {
        series.value = value;
      },
      add: (amount) => {
        series.value += amount;
      },
    };
  }

  observe(options: InstrumentOptions, read: () => number): () => void {
    return this.#observe("gauge", options, read);
  }

  /** As `observe`, for a number that only grows. */
  observeCounter(options: InstrumentOptions, read: () => number): () => void {
    return this.#observe("counter", options, read);
  }

  histogram(options: InstrumentOptions & { readonly buckets: readonly number[] }): Histogram {
    if (!this.#exists(options)) return noInstrument;
    return this.#store.histogram(options.name, options.description, this.#labelsOf(options), options.buckets);
  }

  #observe(kind: "counter" | "gauge", options: InstrumentOptions, read: () => number): () => void {
    if (!this.#exists(options)) return () => {};
    const series = this.#store.value(kind, options.name, options.description, this.#labelsOf(options));
    series.read = read;
    return () => {
      // Somebody else may have taken the series over since.
      if (series.read === read) this.#store.remove(options.name, series);
    };
  }

  #exists(options: InstrumentOptions): boolean {
    return ranks[this.#level] >= ranks[options.level ?? "basic"];
  }

  #labelsOf(options: InstrumentOptions): Labels {
    return options.labels === undefined ? this.#labels : { ...this.#labels, ...options.labels };
  }
}
