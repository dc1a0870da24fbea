import type { Batch } from "../pdata/batch.ts";
import type { RequestContext } from "./consumer.ts";

/** A request that a receiver turned away before it was a batch. */
export interface RejectedRequest {
  /** Address with port. */
  readonly peer: string;
  readonly protocol: string;
  readonly path: string;
  readonly reason: string;
  readonly error: string;
  readonly remedy: string;
}

/** A request that was taken although something about it was wrong. */
export interface CorrectedRequest {
  readonly peer: string;
  readonly path: string;
  /** `content_type` or `path`. */
  readonly kind: string;
  readonly remedy: string;
}

/** Told about requests, to know who sends. Does nothing until somebody watches. */
export interface SenderObserver {
  rejected(request: RejectedRequest): void;
  corrected(request: CorrectedRequest): void;
  /** `refusal` is the error of the pipelines, if they did not take it. */
  batch(batch: Batch, context: RequestContext, refusal: string | undefined): void;
}

/** Batches of one resource from one host. */
export interface SenderReport {
  /** Address of the last request. */
  readonly peer: string;
  readonly serviceName: string;
  readonly instance: string;
  /** `python opentelemetry 1.30.0` */
  readonly sdk: string;
  /** `grpc`, `http`. */
  readonly protocols: readonly string[];
  /** Items that the pipelines took, by signal. */
  readonly items: Readonly<Record<string, number>>;
  readonly requests: number;
  readonly refusedItems: number;
  readonly lastRefusal: string | undefined;
  readonly firstSeenUnixMs: number;
  readonly lastSeenUnixMs: number;
}

/** Requests of one host that were wrong in one way. */
export interface MistakeReport {
  readonly peer: string;
  readonly outcome: "rejected" | "corrected";
  /** Reason of a rejection, or what was corrected. */
  readonly reason: string;
  readonly path: string;
  readonly error: string;
  readonly remedy: string;
  readonly count: number;
  readonly lastSeenUnixMs: number;
}

export interface SendersReport {
  /** Latest first. */
  readonly senders: readonly SenderReport[];
  readonly mistakes: readonly MistakeReport[];
  /** Rows that made way for later ones. */
  readonly forgotten: number;
}
