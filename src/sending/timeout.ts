import type { Clock } from "../component/clock.ts";
import { ConsumeError } from "../component/consume-error.ts";
import { formatDuration } from "../duration/format-duration.ts";
import type { Attempt } from "./attempt.ts";
import type { Payload, SendResult } from "./sender.ts";

/** Time that a sender has to settle after its signal aborted, before it is left behind. */
export const settleMs = 1000;

/**
 * Ends an attempt after `timeoutMs` (0: never) by aborting the signal that it was given; the failure is retryable. What
 * the attempt still says then (a part that went through, a permanent error) is kept. One that stays silent for another
 * second is left behind, so that a stuck connection never takes a worker for good.
 */
export function withTimeout<P extends Payload>(next: Attempt<P>, timeoutMs: number, clock: Clock): Attempt<P> {
  if (timeoutMs === 0) return next;
  return async (payload, signal) => {
    const controller = new AbortController();
    const timeoutError = new ConsumeError("retryable", `request timed out after ${formatDuration(timeoutMs)}`);
    const onAbort = (): void => controller.abort(signal.reason);
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
    const { promise: leftBehind, reject } = Promise.withResolvers<never>();
    let isTimedOut = false;
    let timer = clock.setTimer(() => {
      isTimedOut = true;
      timer = clock.setTimer(() => reject(timeoutError), settleMs);
      controller.abort(timeoutError);
    }, timeoutMs);
    try {
      const result = await Promise.race([next(payload, controller.signal), leftBehind]);
      return isTimedOut ? withError(result, timeoutError) : result;
    } catch (error) {
      if (!isTimedOut || (error instanceof ConsumeError && error.kind === "permanent")) throw error;
      throw timeoutError;
    } finally {
      timer.cancel();
      signal.removeEventListener("abort", onAbort);
    }
  };
}

function withError<P extends Payload>(result: SendResult<P>, error: ConsumeError): SendResult<P> {
  return result.retry === undefined ? result : { ...result, retry: { payload: result.retry.payload, error } };
}
