import t from "tap";
import { ConsumeError } from "../../src/component/consume-error.ts";
import { emptyContext } from "../../src/component/consumer.ts";
import { assembleExporter } from "../../src/sending/assemble-exporter.ts";
import { TestHost } from "../contracts/test-host.ts";
import { testSettings } from "../contracts/test-settings.ts";
import { batchOf, payloadOf, RecordingSender, sendingConfig, type Answer } from "./recording-sender.ts";
import { seededRandom } from "./seeded-random.ts";

/** One random life of an exporter; throws with the seed's step as soon as an item is missing or counted twice. */
async function live(seed: number): Promise<void> {
  const random = seededRandom(seed);
  const below = (limit: number): number => Math.floor(random() * limit);
  const sizers = ["requests", "items", "bytes"];
  const settings = testSettings();
  const { clock, ledger } = settings;
  const sender = new RecordingSender();
  const delivered = new Map<number, number>();
  const answer: Answer = async (payload, signal) => {
    await new Promise<void>((resolve) => {
      clock.setTimer(resolve, below(2000));
      signal.addEventListener("abort", () => resolve(), { once: true });
    });
    const kind = below(10);
    if (kind === 0) throw new ConsumeError("permanent", "never");
    if (kind <= 2) throw new ConsumeError("retryable", "later", { retryAfterMs: below(3000) });
    if (kind === 3) throw new TypeError("reset");
    const sent = kind <= 6 ? payload.itemCount : below(payload.itemCount + 1);
    const dropped = kind <= 8 ? 0 : below(payload.itemCount - sent + 1);
    for (const item of payload.items.slice(0, sent)) delivered.set(item, (delivered.get(item) ?? 0) + 1);
    const rest = payload.items.slice(sent + dropped);
    const result = { sent, dropped: [{ reason: "permanent_error" as const, count: dropped }] };
    if (rest.length === 0) return result;
    return { ...result, retry: { payload: payloadOf(rest), error: new ConsumeError("retryable", "the rest") } };
  };
  sender.answer = answer;
  const exporter = assembleExporter({
    config: sendingConfig({
      timeout: "1500ms",
      sending_queue: {
        num_consumers: 1 + below(4),
        queue_size: 5 + below(50),
        sizer: sizers[below(3)],
        block_on_overflow: below(2) === 0,
      },
      retry_on_failure: { initial_interval: "1s", max_interval: "5s", max_elapsed_time: `${10 + below(20)}s` },
    }),
    settings,
    sender,
    random,
  });
  await exporter.start(new TestHost());
  let taken = 0;
  let offered = 0;
  const check = (step: string): void => {
    const { sentCount, held, droppedCount } = ledger;
    if (taken !== sentCount + held + droppedCount) {
      throw new Error(
        `seed ${seed}, ${step}: taken ${taken}, sent ${sentCount}, held ${held}, dropped ${droppedCount}`,
      );
    }
  };
  for (let step = 0; step < 60; step++) {
    const itemCount = below(5);
    const batch = batchOf(itemCount, offered);
    offered += itemCount;
    exporter.consume(batch, emptyContext).then(
      () => (taken += itemCount),
      () => {},
    );
    await clock.advance(below(3) === 0 ? below(4000) : 0);
    check(`step ${step}`);
  }
  const stop = new AbortController();
  const stopped = exporter.shutdown(stop.signal);
  await clock.advance(0);
  check("shutdown begins");
  await clock.advance(below(6000));
  check("shutdown goes on");
  stop.abort();
  await stopped;
  await clock.advance(10_000);
  check("the end");
  if (ledger.held !== 0) throw new Error(`seed ${seed}: ${ledger.held} items are held after the end`);
  for (const [item, times] of delivered)
    if (times > 1) throw new Error(`seed ${seed}: item ${item} came ${times} times`);
}

t.test("taken = sent + held + dropped after every step of any life, and nothing is delivered twice", async (t) => {
  for (let seed = 1; seed <= 60; seed++) await live(seed);
  t.pass("60 lives of 60 batches");
});
