import { until } from "../e2e/collector-process.ts";
import { take, type Behaviour } from "./deed.ts";
import { Rig } from "./rig.ts";
import type { Scenario } from "./scenario.ts";

const perRequest = 100;

const dead: Behaviour = () => ({ is: "hang" });

/** An open loop of `times` the capacity, for 60 s in the full form. */
function overload(times: number, sink: "healthy" | "dead", isLong: boolean): Scenario {
  // What the sink takes, items a second. The program could do far more: what is overloaded is the backend, and not the
  // machine, which the producer shares.
  const capacity = 10_000 / times;
  const paced: Behaviour = () => ({ is: "pace", itemsPerSecond: capacity });
  return {
    name: `${times} times overload with a ${sink} sink: memory in bounds, refusals retryable, and well again within 5 s`,
    isLong,
    run: async (run) => {
      const { t } = run;
      const rig = await Rig.start(t, {
        type: run.type,
        seed: run.seed,
        batch: "timeout: 50ms, send_batch_size: 100, send_batch_max_size: 100",
        queueSizes: { only: 20 },
        exporterKeys: sink === "dead" ? "timeout: 500ms" : "timeout: 10s",
      });
      rig.sink.behave = sink === "dead" ? dead : paced;
      let isOver = false;
      const { producer } = rig;
      const offering = producer.openLoop(capacity * times, perRequest, () => isOver);
      await until("senders are refused", () => producer.refused.size > 0, 20_000);
      const beganMs = performance.now();
      const before = producer.accepted.size;
      const offeredBefore = before + producer.refused.size;
      await lasts(rig, run.factor > 1 ? 60_000 : 3000);
      const seconds = (performance.now() - beganMs) / 1000;
      const rate = (producer.accepted.size - before) / seconds;
      const offeredRate = (producer.accepted.size + producer.refused.size - offeredBefore) / seconds;
      isOver = true;
      rig.sink.behave = take;
      const recoveryMs = await accepts(rig);
      await offering;
      const limits = rig.collector.count("Refusing data.");
      t.comment(
        `offered ${Math.round(offeredRate)}/s, accepted ${Math.round(rate)}/s of ${capacity}/s, ` +
          `accepts again after ${recoveryMs} ms, ${limits} times over the memory limit`,
      );
      if (sink === "healthy") t.ok(rate >= 0.9 * capacity, `at least 90 % of the capacity: ${Math.round(rate)}/s`);
      t.same([...producer.refusals.keys()], [503], "all refusals are retryable");
      t.ok(recoveryMs <= 5000, `recovered within 5 s: ${recoveryMs} ms`);
      await rig.drained();
      t.equal(await rig.end(), 0);
      rig.judge();
    },
  };
}

/** Until a sender is accepted, ms. */
async function accepts({ producer }: Rig): Promise<number> {
  const beganMs = performance.now();
  await until("a sender is accepted", () => producer.probe(), 20_000);
  return Math.round(performance.now() - beganMs);
}

async function lasts(rig: Rig, durationMs: number): Promise<void> {
  const endMs = performance.now() + durationMs;
  await until(
    "the time is over",
    () => {
      rig.watchMemory();
      return performance.now() >= endMs;
    },
    durationMs + 10_000,
  );
}

export const overloadScenarios: readonly Scenario[] = [
  overload(2, "healthy", false),
  overload(10, "dead", false),
  overload(10, "healthy", true),
  overload(2, "dead", true),
];
