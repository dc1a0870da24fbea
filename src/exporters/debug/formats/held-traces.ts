import type { SpanText } from "./read-spans.ts";

/** Spans that wait, of all traces together. */
const maxSpans = 10_000;

export interface HeldTrace {
  readonly traceId: string;
  readonly spans: SpanText[];
}

interface Held extends HeldTrace {
  /** Monotonic time of the last span. */
  lastAtMs: number;
  hasRoot: boolean;
  readonly ids: Set<string>;
  /** Parents that have not come. */
  readonly missing: Set<string>;
}

/**
 * Spans by trace until a trace is whole: its root is there, and so is the parent of every span. Parents end after their
 * children, so they mostly come later (the root of an Airflow run last of all). A trace that does not become whole is given
 * out when nothing has come for `waitMs`; the oldest one earlier, when too many spans wait. Each span costs the same,
 * however many wait.
 */
export class HeldTraces {
  readonly #waitMs: number;
  /** In the order of their last spans. */
  readonly #traces = new Map<string, Held>();
  readonly #touched = new Set<Held>();
  #spanCount = 0;

  constructor(waitMs: number) {
    this.#waitMs = waitMs;
  }

  get isEmpty(): boolean {
    return this.#traces.size === 0;
  }

  add(span: SpanText, nowMs: number): void {
    const { traceId, spanId, parentId } = span;
    const trace = this.#traces.get(traceId) ?? createHeld(traceId);
    trace.lastAtMs = nowMs;
    trace.spans.push(span);
    trace.ids.add(spanId);
    trace.missing.delete(spanId);
    if (parentId === "") trace.hasRoot = true;
    else if (!trace.ids.has(parentId)) trace.missing.add(parentId);
    this.#spanCount++;
    this.#touched.add(trace);
    // Behind the others.
    this.#traces.delete(traceId);
    this.#traces.set(traceId, trace);
  }

  /** Takes out what is whole, has waited long enough, or is too much. */
  take(nowMs: number): HeldTrace[] {
    const taken: HeldTrace[] = [];
    for (const trace of this.#touched) {
      if (trace.hasRoot && trace.missing.size === 0) taken.push(this.#remove(trace));
    }
    this.#touched.clear();
    for (const trace of this.#traces.values()) {
      if (nowMs - trace.lastAtMs < this.#waitMs && this.#spanCount <= maxSpans) break;
      taken.push(this.#remove(trace));
    }
    return taken;
  }

  takeAll(): HeldTrace[] {
    this.#touched.clear();
    return [...this.#traces.values()].map((trace) => this.#remove(trace));
  }

  #remove(trace: HeldTrace): HeldTrace {
    this.#traces.delete(trace.traceId);
    this.#spanCount -= trace.spans.length;
    return trace;
  }
}

function createHeld(traceId: string): Held {
  return { traceId, spans: [], lastAtMs: 0, hasRoot: false, ids: new Set(), missing: new Set() };
}
