export type Labels = Readonly<Record<string, string>>;

/** One series: labels are bound once, so that counting costs no lookup per batch. */
export interface Counter {
  add(amount: number): void;
}

export interface Gauge {
  set(value: number): void;
  add(amount: number): void;
}

export interface Histogram {
  record(value: number): void;
}

export interface InstrumentOptions {
  /** Full name as upstream's: `otelcol_processor_batch_timeout_trigger_send`. */
  readonly name: string;
  readonly description: string;
  /** Lowest `service::telemetry::metrics::level` at which the series exists. Default `basic`. */
  readonly level?: "basic" | "normal" | "detailed";
  /** Added to the labels that the meter already carries (such as `processor="batch"`). */
  readonly labels?: Labels;
}

/**
 * Makes instruments. Asking twice for one name and labels gives the same series. Names and labels come from code and
 * configuration only, never from data.
 */
export interface Meter {
  counter(options: InstrumentOptions): Counter;
  gauge(options: InstrumentOptions): Gauge;
  /** A gauge that is read when somebody scrapes. The answer removes it. */
  observe(options: InstrumentOptions, read: () => number): () => void;
  histogram(options: InstrumentOptions & { readonly buckets: readonly number[] }): Histogram;
}
