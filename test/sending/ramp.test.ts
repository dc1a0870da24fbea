import t from "tap";
import { ConsumeError } from "../../src/component/consume-error.ts";
import { outageMs, Ramp, rampMs } from "../../src/sending/ramp.ts";
import { ManualClock } from "../contracts/manual-clock.ts";
import { payloadOf, type TestPayload } from "./recording-sender.ts";

const consumers = 6;
const never = new AbortController().signal;

/** A backend whose attempts end when the test says so. */
function setUp() {
  const clock = new ManualClock();
  const draining = new AbortController();
  const ramp = new Ramp({ clock, consumers, draining: draining.signal });
  const open: PromiseWithResolvers<void>[] = [];
  let isAway = false;
  const attempt = ramp.around<TestPayload>(async (payload) => {
    if (isAway) throw new ConsumeError("retryable", "away");
    const gate = Promise.withResolvers<void>();
    open.push(gate);
    await gate.promise;
    return { sent: payload.itemCount, dropped: [] };
  });
  const begin = (): void => void attempt(payloadOf([1]), never).catch(() => {});
  const finishOne = async (): Promise<void> => {
    open.shift()?.resolve();
    await clock.advance(0);
  };
  const outage = async (durationMs: number): Promise<void> => {
    isAway = true;
    for (let index = 0; index < 5; index++) {
      begin();
      await clock.advance(durationMs / 5);
    }
    isAway = false;
    begin();
    await clock.advance(0);
    await finishOne();
  };
  return { clock, draining, ramp, open, begin, finishOne, outage };
}

t.test("without an outage nobody waits", async (t) => {
  const { clock, open, begin, outage } = setUp();
  await outage(outageMs / 2);
  for (let index = 0; index < consumers; index++) begin();
  await clock.advance(0);
  t.equal(open.length, consumers);
});

t.test("after an outage the number of attempts at a time grows from 1 to all", async (t) => {
  const { clock, open, begin, outage } = setUp();
  await outage(outageMs + 1000);
  for (let index = 0; index < 10; index++) begin();
  const running: number[] = [];
  for (let step = 0; step < consumers; step++) {
    await clock.advance(step === 0 ? 0 : rampMs / (consumers - 1));
    running.push(open.length);
  }
  t.same(running.slice(0, -1), [1, 2, 3, 4, 5]);
  t.equal(running.at(-1), 10, "then there is no limit of its own");
  t.equal(clock.timerCount, 0);
});

t.test("an attempt that ends lets the next one begin", async (t) => {
  const { clock, open, begin, finishOne, outage } = setUp();
  await outage(outageMs + 1000);
  for (let index = 0; index < 3; index++) begin();
  await clock.advance(0);
  t.equal(open.length, 1);
  await finishOne();
  t.equal(open.length, 1);
});

t.test("open() ends the ramp: a shutdown has no time for it", async (t) => {
  const { clock, draining, ramp, open, begin, outage } = setUp();
  await outage(outageMs + 1000);
  for (let index = 0; index < 4; index++) begin();
  draining.abort();
  ramp.open();
  await clock.advance(0);
  t.equal(open.length, 4);
  t.equal(clock.timerCount, 0);
});
