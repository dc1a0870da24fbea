import type { SpanView } from "../../../pdata/views/index.ts";
import type { RuleTally } from "./rule-tally.ts";
import { isBeyondSigned, millisOf } from "./times.ts";

/** Below this many milliseconds (September 2001) a proxy takes a number for seconds. */
export const firstMillis = 1e12;

/** How far in the future a proxy takes spans and points by default. */
export const maxAheadMs = 24 * 3_600_000;

/** The two numbers at the end of a span line. */
export interface SpanTimes {
  readonly start: number;
  /** Duration in the unit of `start`, or the end where a duration would be read as one. */
  readonly second: number;
  /** Start in milliseconds. */
  readonly startMs: number;
}

/** `undefined` if no line can say it; the rule is counted. `nowMs` is Unix time. */
export function spanTimes(span: SpanView, nowMs: number, tally: RuleTally, example: string): SpanTimes | undefined {
  if (isBeyondSigned(span.startTimeHi) || isBeyondSigned(span.endTimeHi)) {
    tally.hit("time_not_expressible", example);
    return undefined;
  }
  let startMs = millisOf(span.startTimeLo, span.startTimeHi);
  const hasStart = (span.startTimeLo | span.startTimeHi) !== 0;
  const hasEnd = (span.endTimeLo | span.endTimeHi) !== 0;
  const endMs = hasEnd ? millisOf(span.endTimeLo, span.endTimeHi) : startMs;
  if (!hasStart && hasEnd) {
    tally.hit("start_unset", example);
    startMs = endMs;
  }
  if (startMs > nowMs + maxAheadMs || (!hasStart && !hasEnd)) tally.hit("time_out_of_range", example);
  if (endMs < startMs) tally.hit("duration_negative", example);
  return { startMs, ...numbersOf(startMs, Math.max(0, endMs - startMs), tally, example) };
}

/** The decoder takes the second number for the end when it is not below the start. */
function numbersOf(startMs: number, durationMs: number, tally: RuleTally, example: string) {
  if (startMs >= firstMillis) {
    if (durationMs >= startMs) tally.hit("duration_too_long", example);
    return { start: startMs, second: Math.min(durationMs, startMs - 1) };
  }
  if (startMs > 0) tally.hit("start_before_2001", example);
  const start = Math.floor(startMs / 1000);
  return { start, second: start + Math.round(durationMs / 1000) };
}
