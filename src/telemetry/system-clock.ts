import type { Clock } from "../component/clock.ts";

/** Node turns longer delays into 1 ms. */
const longestDelayMs = 2 ** 31 - 1;

/** The machine's time. Its timers do not keep the process alive. */
export const systemClock: Clock = Object.freeze({
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimer: (callback: () => void, delayMs: number) => {
    const timeout = setTimeout(callback, Math.min(delayMs, longestDelayMs));
    timeout.unref();
    return { cancel: () => clearTimeout(timeout) };
  },
});
