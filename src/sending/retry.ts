import { sleep, type Clock } from "../component/clock.ts";
import { ConsumeError } from "../component/consume-error.ts";
import type { DropReason } from "../component/ledger.ts";
import { formatDuration } from "../duration/format-duration.ts";
import type { Attempt } from "./attempt.ts";
import type { RetryConfig } from "./config.ts";
import type { Dropped, Payload, SendResult } from "./sender.ts";

/** Shortest wait between two attempts: an `initial_interval` or `multiplier` of 0 must not become a busy loop. */
const minDelayMs = 10;

/**
 * Longest wait that a server may ask for; after it we ask again. A server that names a day (or a clock that is wrong)
 * would otherwise make every batch outlive `max_elapsed_time` at its first attempt.
 */
export const maxThrottleMs = 60_000;

/** Told of each step, at the moment it happens. */
export interface Progress {
  sent(itemCount: number): void;
  dropped(dropped: Dropped): void;
  /** Nothing is left. */
  finished(): void;
  /** What is left will be tried again after `delayMs`. */
  waiting(error: ConsumeError, delayMs: number): void;
}

/** Why the rest of a payload is given up. The message of `error` says it in upstream's words. */
export interface Failure {
  readonly reason: Extract<DropReason, "permanent_error" | "retries_exhausted" | "shutdown">;
  readonly error: ConsumeError;
}

export interface RetryOptions<P extends Payload> {
  readonly attempt: Attempt<P>;
  readonly config: RetryConfig;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Aborts when a shutdown begins: waits end, and each payload has one attempt left. */
  readonly draining: AbortSignal;
  /** What is interrupted is not lost: the attempt after an interrupted wait is left to the next process. */
  readonly isKept?: boolean;
}

/** Repeats attempts until nothing is left of the payload or it is given up; only what failed is sent again. */
export class Retry<P extends Payload> {
  readonly #options: RetryOptions<P>;

  constructor(options: RetryOptions<P>) {
    this.#options = options;
  }

  /** Resolves with `undefined` when every item is sent or dropped. Never rejects. `signal` ends it at once. */
  async deliver(payload: P, progress: Progress, signal: AbortSignal): Promise<Failure | undefined> {
    const { config, clock, draining, isKept = false } = this.#options;
    const startMs = clock.monotonic();
    let intervalMs = config.initialInterval;
    let left = payload;
    for (;;) {
      const isLastAttempt = draining.aborted;
      const result = await this.#attempt(left, signal);
      if (result.sent > 0) progress.sent(result.sent);
      for (const dropped of result.dropped) progress.dropped(dropped);
      if (result.retry === undefined) {
        progress.finished();
        return undefined;
      }
      left = result.retry.payload;
      const { error } = result.retry;
      if (error.kind === "permanent") return failure("permanent_error", "not retryable error: ", error);
      if (signal.aborted || isLastAttempt) return failure("shutdown", "interrupted due to shutdown: ", error);
      if (!config.enabled) return { reason: "retries_exhausted", error };
      const delayMs = Math.max(this.#spread(intervalMs), this.#throttle(error));
      intervalMs = Math.min(intervalMs * config.multiplier, config.maxInterval);
      if (config.maxElapsedTime > 0 && clock.monotonic() - startMs + delayMs > config.maxElapsedTime) {
        return failure("retries_exhausted", "no more retries left: ", error);
      }
      progress.waiting(error, delayMs);
      const isInterrupted = !(await sleep(clock, delayMs, draining));
      if (isInterrupted && isKept) return failure("shutdown", "interrupted due to shutdown: ", error);
    }
  }

  /** Every outcome as a result; a rejection concerns the whole payload. */
  async #attempt(payload: P, signal: AbortSignal): Promise<SendResult<P>> {
    try {
      return await this.#options.attempt(payload, signal);
    } catch (error) {
      return { sent: 0, dropped: [], retry: { payload, error: ConsumeError.from(error) } };
    }
  }

  #spread(intervalMs: number): number {
    const { config, random } = this.#options;
    const factor = 1 + config.randomizationFactor * (2 * random() - 1);
    return Math.max(minDelayMs, intervalMs * factor);
  }

  #throttle({ retryAfterMs }: ConsumeError): number {
    if (retryAfterMs === undefined || !(retryAfterMs > 0)) return 0;
    return Math.min(retryAfterMs, Math.max(maxThrottleMs, this.#options.config.maxInterval));
  }
}

function failure(reason: Failure["reason"], prefix: string, error: ConsumeError): Failure {
  const { kind, retryAfterMs, grpcStatus } = error;
  const options = {
    cause: error,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(grpcStatus !== undefined && { grpcStatus }),
  };
  return { reason, error: new ConsumeError(kind, prefix + describeFailure(error), options) };
}

/** The text of an error in a log line; a delay that the server asked for stands before it. */
export function describeFailure(error: ConsumeError): string {
  if (error.retryAfterMs === undefined) return error.message;
  return `Throttle (${formatDuration(error.retryAfterMs)}), error: ${error.message}`;
}
