import { sleep, type Clock } from "../../component/clock.ts";
import { ConsumeError } from "../../component/consume-error.ts";

const firstDelayMs = 50;
const maxDelayMs = 1000;
/** Longest wait that the next stage may ask for. */
const maxThrottleMs = 30_000;

export interface OfferOptions {
  readonly clock: Clock;
  /** Hands the batch to the next stage. */
  readonly consume: () => Promise<void>;
  /** Told of each refusal that is not final. */
  readonly onRefused: (error: ConsumeError) => void;
  /** After this time a refusal is final: it goes back to those who wait. Absent: it never is. */
  readonly patienceMs?: number;
  /** Ends the wait that is under way, once: a shutdown offers again at once, and then as before. */
  readonly hurry: AbortSignal;
  /** Ends all. */
  readonly signal: AbortSignal;
}

/**
 * Offers a batch until the next stage takes it. Resolves with the error if it never will; with `undefined` when it was
 * taken, or when `signal` has aborted. Never rejects.
 */
export async function offer({
  clock,
  consume,
  onRefused,
  patienceMs = Number.POSITIVE_INFINITY,
  hurry,
  signal,
}: OfferOptions): Promise<ConsumeError | undefined> {
  const startMs = clock.monotonic();
  for (let delayMs = firstDelayMs; ; delayMs = Math.min(2 * delayMs, maxDelayMs)) {
    let error: ConsumeError;
    try {
      await consume();
      return undefined;
    } catch (thrown) {
      error = ConsumeError.from(thrown);
    }
    if (signal.aborted) return undefined;
    if (error.kind === "permanent") return error;
    onRefused(error);
    const waitMs = Math.max(delayMs, throttleMs(error));
    if (clock.monotonic() - startMs + waitMs > patienceMs) return error;
    await sleep(clock, waitMs, hurry.aborted ? signal : hurry);
    if (signal.aborted) return undefined;
  }
}

/** A full stage in this process names a wait for remote senders; room may be there much sooner. */
function throttleMs({ kind, retryAfterMs = 0 }: ConsumeError): number {
  return kind === "refused" || !(retryAfterMs > 0) ? 0 : Math.min(retryAfterMs, maxThrottleMs);
}
