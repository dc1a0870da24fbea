import t from "tap";
import * as v from "valibot";
import { ConsumeError } from "../../../src/component/consume-error.ts";
import { emptyContext } from "../../../src/component/consumer.ts";
import type { Batch } from "../../../src/pdata/batch.ts";
import { batch as factory } from "../../../src/processors/batch/factory.ts";
import { TestHost } from "../../contracts/test-host.ts";
import { testSettings } from "../../contracts/test-settings.ts";
import { seededRandom } from "../../sending/seeded-random.ts";
import { spanBatch, spansOf } from "./span-batch.ts";

/** One random life of the processor; throws as soon as an item is missing, out of order or counted twice. */
async function live(seed: number): Promise<void> {
  const random = seededRandom(seed);
  const below = (limit: number): number => Math.floor(random() * limit);
  const settings = testSettings({ id: "batch" });
  const { clock, ledger } = settings;
  const arrived: number[] = [];
  let isBad = false;
  const consumeNext = async (batch: Batch<"traces">): Promise<void> => {
    if (below(2) === 0) await new Promise<void>((resolve) => void clock.setTimer(resolve, below(3000)));
    const kind = isBad ? below(4) : 3;
    if (kind === 0) throw new ConsumeError("permanent", "never");
    if (kind === 1) throw new ConsumeError("refused", "full", { retryAfterMs: 2000 });
    if (kind === 2) throw new ConsumeError("retryable", "busy", { retryAfterMs: below(2000) });
    arrived.push(...spansOf(batch));
  };
  const size = below(30);
  const written = {
    timeout: `${below(3) * 100}ms`,
    send_batch_size: size,
    send_batch_max_size: below(2) === 0 ? 0 : size + 1 + below(10),
  };
  const processor = factory.create(v.parse(factory.config, written), settings, { consume: consumeNext });
  await processor.start(new TestHost());
  let offered = 0;
  let taken = 0;
  const check = (step: string): void => {
    const { sentCount, held, droppedCount } = ledger;
    if (taken !== sentCount + held + droppedCount || arrived.length < sentCount) {
      throw new Error(
        `seed ${seed}, ${step}: taken ${taken}, sent ${sentCount}, held ${held}, dropped ${droppedCount}`,
      );
    }
    const isOrdered = arrived.every((item, index) => index === 0 || item > (arrived[index - 1] as number));
    if (!isOrdered) throw new Error(`seed ${seed}, ${step}: out of order or twice: ${arrived.join()}`);
  };
  for (let step = 0; step < 80; step++) {
    isBad = below(4) === 0 ? !isBad : isBad;
    const itemCount = below(20) === 0 ? 1100 : below(25);
    const input = spanBatch(itemCount, offered);
    offered += itemCount;
    processor.consume(input, emptyContext).then(
      () => (taken += itemCount),
      () => {},
    );
    await clock.advance(below(3) === 0 ? below(2500) : 0);
    check(`step ${step}`);
  }
  isBad = false;
  const stop = new AbortController();
  const stopped = processor.shutdown(stop.signal);
  await clock.advance(below(5000));
  check("shutdown");
  stop.abort();
  await stopped;
  await clock.advance(10_000);
  check("the end");
  if (ledger.held !== 0) throw new Error(`seed ${seed}: ${ledger.held} items are held after the end`);
  if (clock.timerCount !== 0) throw new Error(`seed ${seed}: a timer runs after the end`);
}

t.test("taken = sent + held + dropped after every step of any life, in order and once", async (t) => {
  for (let seed = 1; seed <= 60; seed++) await live(seed);
  t.pass("60 lives of 80 inputs");
});
