/**
 * What a proxy makes of one line. Field names are those of the recorded `verdict.json` files, so that the two can be
 * compared as they stand.
 */
export interface Verdict {
  readonly line: string;
  /** `rejected`: blocked and logged; `discarded`: dropped and counted otherwise. */
  readonly verdict: "accepted" | "rejected" | "discarded";
  readonly code?: string;
  readonly reason?: string;
  readonly stage?: Stage;
  readonly decoded?: Decoded;
  /** Span tags that a proxy cuts, with their length before. */
  readonly truncated?: Readonly<Record<string, number>>;
  /** The listener answers 400 at this line and drops all later lines of the request. */
  readonly http_400_rest_of_request_lost?: true;
}

export type Stage = "parse" | "parse-embedded-span" | "sampler" | "preprocess" | "listener" | "handler" | "validate";

export type Decoded = DecodedPoint | DecodedHistogram | DecodedSpan | DecodedSpanLogs;

export type Tags = Readonly<Record<string, string>>;

/** Non-finite numbers are text, as in JSON. */
export type JsonNumber = number | "NaN" | "Infinity" | "-Infinity";

export interface DecodedPoint {
  readonly name: string;
  readonly source: string;
  /** `null`: the line has none and the proxy sets its own. */
  readonly timestamp_millis: number | null;
  readonly value: JsonNumber;
  readonly delta: boolean;
  readonly tags: Tags;
}

export interface DecodedHistogram {
  readonly name: string;
  readonly source: string;
  readonly timestamp_millis: number | null;
  readonly granularity_millis: number;
  readonly centroids: readonly { readonly count: number; readonly value: JsonNumber }[];
  readonly total_count: number;
  readonly tags: Tags;
}

export interface DecodedSpan {
  readonly name: string;
  readonly source: string;
  readonly trace_id: string;
  readonly span_id: string;
  readonly start_millis: number;
  readonly duration_millis: number;
  /** Sorted by key and value; a key may stand more than once. */
  readonly annotations: readonly Annotation[];
}

export interface Annotation {
  readonly key: string;
  readonly value: string;
}

export interface DecodedSpanLogs {
  readonly trace_id: string;
  readonly span_id: string;
  readonly logs: readonly { readonly timestamp_micros: number; readonly fields: Tags }[];
  readonly span?: DecodedSpan;
}

/** A line that is not taken, thrown by the readers. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly stage: Stage;
  readonly code: string | undefined;
  readonly verdict: "rejected" | "discarded";
  readonly decoded: Decoded | undefined;

  constructor(
    stage: Stage,
    message: string,
    options: { code?: string; verdict?: "rejected" | "discarded"; decoded?: Decoded | undefined } = {},
  ) {
    super(message);
    this.stage = stage;
    this.code = options.code ?? /WF-\d{3}/.exec(message)?.[0];
    this.verdict = options.verdict ?? "rejected";
    this.decoded = options.decoded;
  }
}

export function jsonNumber(value: number): JsonNumber {
  return Number.isFinite(value) ? value : (String(value) as JsonNumber);
}
