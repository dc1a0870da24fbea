import { Buffer } from "node:buffer";
import { isAllZero, KeyValueView, rangeEquals, type RangeList, type SpanView } from "../../../pdata/views/index.ts";
import { readText } from "./text.ts";

/** Traces whose DAG is remembered. */
const maxTraces = 4096;

/** How Airflow 2 calls the DAG id, and how Airflow 3 does. */
const oldKeys = ["dag_id"].map((key) => Buffer.from(key));
const newKeys = ["airflow.dag_id", "airflow.dag_run.dag_id"].map((key) => Buffer.from(key));

const view = new KeyValueView();

/** A DAG id, and whether Airflow 3 wrote it. */
export interface DagId {
  readonly text: string;
  readonly isNew: boolean;
}

/** The DAG id among attributes, if there is one. */
export function dagIdIn(bytes: Uint8Array, attributes: RangeList): DagId | undefined {
  for (let index = 0; index < attributes.length; index++) {
    const start = attributes.start(index);
    // The length of the key is told by the second byte: no key of another length is worth reading.
    const keyLength = bytes[start + 1] as number;
    if (keyLength !== 6 && keyLength !== 14 && keyLength !== 22) continue;
    const { keyStart, keyEnd, value } = view.at(bytes, start, attributes.end(index));
    const isNew = newKeys.some((key) => rangeEquals(bytes, keyStart, keyEnd, key));
    if (!isNew && !oldKeys.some((key) => rangeEquals(bytes, keyStart, keyEnd, key))) continue;
    const text = value.type === "string" ? readText(bytes, value.start, value.end).trim() : "";
    if (text !== "") return { text, isNew };
  }
  return undefined;
}

/**
 * Which DAG a span belongs to. Spans of Airflow itself say so. Those that a task's own code makes do not, so the DAG of
 * their trace counts, as far as a span of the run has told it, in the same batch or before: they come in any order. The
 * 4096 traces last heard of are remembered.
 *
 * In Airflow 3 a trace is a run. In Airflow 2 the loops of the scheduler are traces as well, and touch many DAGs: there, only
 * the root span of a run and its children tell the DAG of their trace; the run's trace id ends in its root's span id.
 */
export class AirflowRuns {
  readonly #dagOfTrace = new Map<string, string>();

  /** Learns from a span. Called for all spans of a batch before `dagOf`. */
  learn(span: SpanView): void {
    const dag = dagIdIn(span.bytes, span.attributes);
    if (dag === undefined || !(dag.isNew || isOfOldRun(span))) return;
    const trace = traceKey(span);
    // Last heard of: the oldest is the first to go.
    this.#dagOfTrace.delete(trace);
    this.#dagOfTrace.set(trace, dag.text);
    if (this.#dagOfTrace.size <= maxTraces) return;
    for (const oldest of this.#dagOfTrace.keys()) {
      this.#dagOfTrace.delete(oldest);
      return;
    }
  }

  dagOf(span: SpanView): string | undefined {
    return dagIdIn(span.bytes, span.attributes)?.text ?? this.#dagOfTrace.get(traceKey(span));
  }
}

/** Whether it is the root of a run, or its child. */
function isOfOldRun(span: SpanView): boolean {
  const { bytes, traceIdEnd, spanIdStart, spanIdEnd, parentSpanIdStart, parentSpanIdEnd } = span;
  const isRoot = isAllZero(bytes, parentSpanIdStart, parentSpanIdEnd);
  const start = isRoot ? spanIdStart : parentSpanIdStart;
  const end = isRoot ? spanIdEnd : parentSpanIdEnd;
  return rangeEquals(bytes, start, end, bytes.subarray(traceIdEnd - 8, traceIdEnd));
}

function traceKey({ bytes, traceIdStart, traceIdEnd }: SpanView): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + traceIdStart, traceIdEnd - traceIdStart).toString("latin1");
}
