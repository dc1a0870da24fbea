import { difference, isComparable, sizeOf, type Snapshot } from "./snapshot.ts";

const maxSeries = 10_000;
/** Numbers of all snapshots together: 16 MiB. */
const maxNumbers = 2 * 1024 * 1024;

/** Points in a row that hold less than those before: then it is no straggler, the series began anew. */
const backwardsToRestart = 3;

interface Series {
  snapshot: Snapshot;
  backwards: number;
}

/** What a point adds to its series. */
export type Step =
  | { readonly kind: "new"; readonly delta: Snapshot }
  /** Began before anybody looked: the point is what the next one is compared with. */
  | { readonly kind: "first" }
  /** No newer than what is known. */
  | { readonly kind: "repeated" }
  /** Holds less than the point before it: another writer under the same name, as a rule. */
  | { readonly kind: "backwards" }
  /** As `new`; the series began anew under its old start time, or without one. */
  | { readonly kind: "restarted"; readonly delta: Snapshot };

/**
 * Cumulative histograms to what came between two points. Writers that start at different times are different series, so a
 * restart needs no guess, and two writers under one name do not disturb each other. The first point of a series counts from
 * its start if that is not before this exporter began to look; else it only is the base of the next.
 *
 * Keeps 10,000 series and 2 million numbers; the series least recently heard of are forgotten first. From then on, older
 * series that are met for the first time may have been known before.
 */
export class HistogramSeries {
  readonly #series = new Map<string, Series>();
  #numbers = 0;
  /** Unix time since when every series is known. */
  #since = Infinity;
  /** Series forgotten for want of room. */
  forgotten = 0;

  /** Called before anything else, with each batch. */
  begin(nowMs: number): void {
    if (this.#since === Infinity) this.#since = nowMs;
  }

  /** `key` names the series with its start; `startMs` is 0 if that is unknown. */
  step(key: string, startMs: number, snapshot: Snapshot, nowMs: number): Step {
    const known = this.#series.get(key);
    if (known === undefined) {
      const isNew = startMs >= this.#since && startMs > 0;
      this.#put(key, { snapshot, backwards: 0 }, nowMs);
      return isNew ? { kind: "new", delta: snapshot } : { kind: "first" };
    }
    const before = known.snapshot;
    if (snapshot.timeHi < before.timeHi || (snapshot.timeHi === before.timeHi && snapshot.timeLo <= before.timeLo)) {
      return { kind: "repeated" };
    }
    if (!isComparable(snapshot, before)) {
      this.#put(key, { snapshot, backwards: 0 }, nowMs);
      return { kind: "first" };
    }
    const delta = difference(snapshot, before);
    if (delta === undefined && startMs > 0 && ++known.backwards < backwardsToRestart) return { kind: "backwards" };
    this.#put(key, { snapshot, backwards: 0 }, nowMs);
    return delta === undefined ? { kind: "restarted", delta: snapshot } : { kind: "new", delta };
  }

  #put(key: string, series: Series, nowMs: number): void {
    this.#forget(key);
    // Last heard of: the oldest is the first to go.
    this.#series.set(key, series);
    this.#numbers += sizeOf(series.snapshot);
    for (const oldest of this.#series.keys()) {
      if (this.#series.size <= maxSeries && this.#numbers <= maxNumbers) return;
      this.#forget(oldest);
      this.forgotten++;
      this.#since = nowMs;
    }
  }

  #forget(key: string): void {
    const series = this.#series.get(key);
    if (series === undefined) return;
    this.#series.delete(key);
    this.#numbers -= sizeOf(series.snapshot);
  }
}
