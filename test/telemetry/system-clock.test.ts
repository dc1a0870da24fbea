import t from "tap";
import { systemClock } from "../../src/telemetry/system-clock.ts";
import { until } from "../contracts/until.ts";

t.test("systemClock calls back once, and not after cancel", async (t) => {
  let fired = 0;
  const cancelled = systemClock.setTimer(() => t.fail("was cancelled"), 1);
  cancelled.cancel();
  const timer = systemClock.setTimer(() => fired++, 1);
  await until(() => fired === 1, "the timer fires");
  timer.cancel();
  t.ok(Math.abs(systemClock.now() - Date.now()) < 1000);
  const earlier = systemClock.monotonic();
  t.ok(systemClock.monotonic() >= earlier);
});

t.test("a delay beyond Node's range does not fire at once", async (t) => {
  const timer = systemClock.setTimer(() => t.fail("fired at once"), 2 ** 40);
  await new Promise<void>((resolve) => {
    setTimeout(resolve, 20);
  });
  timer.cancel();
  t.pass();
});
