import type { Counter, Gauge, Histogram, InstrumentOptions, Labels, Meter } from "../../src/component/meter.ts";

/** Keeps values by name and the labels that the component itself gave. */
export class RecordingMeter implements Meter {
  readonly #values = new Map<string, number>();
  readonly #observers = new Map<string, () => number>();
  readonly #records = new Map<string, number[]>();
  readonly #levels = new Map<string, string>();

  counter(options: InstrumentOptions): Counter {
    const key = this.#register(options);
    return {
      add: (amount) => {
        if (!(amount >= 0)) throw new Error(`Cannot count ${amount} on ${key}: counters only grow`);
        this.#values.set(key, (this.#values.get(key) ?? 0) + amount);
      },
    };
  }

  gauge(options: InstrumentOptions): Gauge {
    const key = this.#register(options);
    return {
      set: (value) => void this.#values.set(key, value),
      add: (amount) => void this.#values.set(key, (this.#values.get(key) ?? 0) + amount),
    };
  }

  observe(options: InstrumentOptions, read: () => number): () => void {
    const key = keyOf(options.name, options.labels);
    this.#levels.set(options.name, options.level ?? "basic");
    this.#observers.set(key, read);
    return () => void this.#observers.delete(key);
  }

  histogram(options: InstrumentOptions & { readonly buckets: readonly number[] }): Histogram {
    const key = keyOf(options.name, options.labels);
    this.#levels.set(options.name, options.level ?? "basic");
    const records = this.#records.get(key) ?? [];
    this.#records.set(key, records);
    return { record: (value) => void records.push(value) };
  }

  /** What a scrape would show; `undefined` if there is no such series. */
  value(name: string, labels?: Labels): number | undefined {
    const key = keyOf(name, labels);
    return this.#observers.get(key)?.() ?? this.#values.get(key);
  }

  /** Everything that was recorded into a histogram, in order. */
  records(name: string, labels?: Labels): readonly number[] {
    return this.#records.get(keyOf(name, labels)) ?? [];
  }

  levelOf(name: string): string | undefined {
    return this.#levels.get(name);
  }

  /** Names with labels of all series, sorted: `otelcol_x{a="1"}`. */
  series(): string[] {
    return [...this.#values.keys(), ...this.#observers.keys(), ...this.#records.keys()].toSorted();
  }

  #register(options: InstrumentOptions): string {
    const key = keyOf(options.name, options.labels);
    this.#levels.set(options.name, options.level ?? "basic");
    if (!this.#values.has(key)) this.#values.set(key, 0);
    return key;
  }
}

function keyOf(name: string, labels: Labels = {}): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
  return pairs.length === 0 ? name : `${name}{${pairs.toSorted().join(",")}}`;
}
