import type { Clock } from "../component/clock.ts";
import type { SpanSample, SpanSamples } from "../component/host.ts";

/** Lower bounds of the latency buckets of tracez, in ms. */
export const latencyBoundsMs: readonly number[] = [0, 0.01, 0.1, 1, 10, 100, 1000, 10_000, 100_000];

const samplesPerBucket = 10;
/** One sample a second and bucket is kept, so that a burst does not wash out what was before. */
const samplePeriodMs = 1000;

/** The samples of one bucket; the oldest makes way. */
class SampleRing {
  readonly samples: SpanSample[] = [];
  count = 0;
  #nextMs = -Infinity;

  /** Counts one more; answers whether it is time to keep a sample. */
  isDue(nowMs: number): boolean {
    this.count++;
    if (nowMs < this.#nextMs) return false;
    this.#nextMs = nowMs + samplePeriodMs;
    return true;
  }

  keep(sample: SpanSample): void {
    if (this.samples.length === samplesPerBucket) this.samples.shift();
    this.samples.push(sample);
  }
}

/** Happenings of one name. Costs two readings of the clock and an addition per batch. */
export class SpanSeries {
  active = 0;
  readonly buckets: readonly SampleRing[] = latencyBoundsMs.map(() => new SampleRing());
  readonly errors = new SampleRing();
  readonly #name: string;
  readonly #clock: Clock;

  constructor(name: string, clock: Clock) {
    this.#name = name;
    this.#clock = clock;
  }

  /** Begins one; the answer goes into `end`. */
  begin(): number {
    this.active++;
    return this.#clock.monotonic();
  }

  end(beganMs: number, itemCount: number, error?: string): void {
    this.active--;
    const nowMs = this.#clock.monotonic();
    const durationMs = nowMs - beganMs;
    const ring = error === undefined ? this.#bucketOf(durationMs) : this.errors;
    if (!ring.isDue(nowMs)) return;
    const startUnixMs = this.#clock.now() - durationMs;
    ring.keep({ name: this.#name, startUnixMs, durationMs, error, fields: { items: itemCount } });
  }

  #bucketOf(durationMs: number): SampleRing {
    let index = latencyBoundsMs.length - 1;
    while (index > 0 && durationMs < (latencyBoundsMs[index] as number)) index--;
    return this.buckets[index] as SampleRing;
  }
}

/** What the service did of late, by name; names come from component ids, so their number is bounded. */
export class SpanRecorder implements SpanSamples {
  readonly #series = new Map<string, SpanSeries>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  series(name: string): SpanSeries {
    let series = this.#series.get(name);
    if (series === undefined) {
      series = new SpanSeries(name, this.#clock);
      this.#series.set(name, series);
    }
    return series;
  }

  names(): readonly string[] {
    return Array.from(this.#series.keys()).toSorted();
  }

  of(name: string): ReturnType<SpanSamples["of"]> {
    const series = this.#series.get(name);
    if (series === undefined) return { active: 0, buckets: [], counts: [], errors: [], errorCount: 0 };
    return {
      active: series.active,
      buckets: series.buckets.map((bucket) => [...bucket.samples]),
      counts: series.buckets.map((bucket) => bucket.count),
      errors: [...series.errors.samples],
      errorCount: series.errors.count,
    };
  }
}
