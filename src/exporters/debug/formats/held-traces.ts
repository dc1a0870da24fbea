import type { SpanText } from "./read-spans.ts";

/** Spans that wait, of all traces together. */
const maxSpans = 10_000;

export interface HeldTrace {
  readonly traceId: string;
  readonly spans: SpanText[];
  /** Monotonic time of the last span. */
  lastAtMs: number;
}

/**
 * Spans by trace until a trace is whole: its root is there, and so is the parent of every span. Parents end after their
 * children, so they mostly come later (the root of an Airflow run last of all). A trace that does not become whole is given
 * out when nothing has come for `waitMs`; the oldest one earlier, when too many spans wait.
 */
export class HeldTraces {
  readonly #waitMs: number;
  readonly #traces = new Map<string, HeldTrace>();
  #spanCount = 0;

  constructor(waitMs: number) {
    this.#waitMs = waitMs;
  }

  get isEmpty(): boolean {
    return this.#traces.size === 0;
  }

  add(span: SpanText, nowMs: number): void {
    const { traceId } = span;
    const trace = this.#traces.get(traceId) ?? { traceId, spans: [], lastAtMs: nowMs };
    trace.lastAtMs = nowMs;
    trace.spans.push(span);
    this.#spanCount++;
    // Behind the others: the map is in the order of the last span.
    this.#traces.delete(traceId);
    this.#traces.set(traceId, trace);
  }

  /** Takes out what is whole, has waited long enough, or is too much. */
  take(nowMs: number): HeldTrace[] {
    const taken: HeldTrace[] = [];
    for (const trace of this.#traces.values()) {
      const isOld = nowMs - trace.lastAtMs >= this.#waitMs;
      if (isOld || this.#spanCount > maxSpans || isWhole(trace)) taken.push(this.#remove(trace));
    }
    return taken;
  }

  takeAll(): HeldTrace[] {
    return [...this.#traces.values()].map((trace) => this.#remove(trace));
  }

  #remove(trace: HeldTrace): HeldTrace {
    this.#traces.delete(trace.traceId);
    this.#spanCount -= trace.spans.length;
    return trace;
  }
}

function isWhole({ spans }: HeldTrace): boolean {
  if (!spans.some(({ parentId }) => parentId === "")) return false;
  const ids = new Set(spans.map(({ spanId }) => spanId));
  return spans.every(({ parentId }) => parentId === "" || ids.has(parentId));
}
