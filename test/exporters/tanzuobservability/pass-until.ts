import type { ManualClock } from "../../contracts/manual-clock.ts";
import { until } from "../../contracts/until.ts";

/** Lets time pass second by second, with turns of the event loop between. */
export async function passUntil(clock: ManualClock, condition: () => boolean, what: string): Promise<void> {
  for (let seconds = 0; seconds < 240; seconds++) {
    if (condition()) return;
    await clock.advance(1000);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await until(condition, what);
}
