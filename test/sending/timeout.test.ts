import t from "tap";
import { ConsumeError } from "../../src/component/consume-error.ts";
import type { Attempt } from "../../src/sending/attempt.ts";
import { settleMs, withTimeout } from "../../src/sending/timeout.ts";
import { ManualClock } from "../contracts/manual-clock.ts";
import { hang, payloadOf, type TestPayload } from "./recording-sender.ts";

const never = new AbortController().signal;
const hanging: Attempt<TestPayload> = async (payload, signal) => hang(payload, signal);
const payload = payloadOf([1, 2, 3]);

t.test("withTimeout() aborts an attempt that takes too long; the failure is retryable", async (t) => {
  const clock = new ManualClock();
  const attempt = withTimeout<TestPayload>(
    async (payload, signal) => hang(payload, signal),
    5000,
    clock,
  )(payload, never);
  const failed = t.rejects(attempt, { kind: "retryable", message: "request timed out after 5s" });
  await clock.advance(5000);
  await failed;
  t.equal(clock.timerCount, 0);
});

t.test("withTimeout() keeps what an aborted attempt still knows", async (t) => {
  const clock = new ManualClock();
  const partly = withTimeout<TestPayload>(
    (payload, signal) =>
      new Promise((resolve) => {
        signal.addEventListener("abort", () => {
          const retry = { payload: payloadOf([3]), error: new ConsumeError("retryable", "aborted") };
          resolve({ sent: 2, dropped: [], retry });
        });
      }),
    5000,
    clock,
  )(payload, never);
  await clock.advance(5000);
  const result = await partly;
  t.equal(result.sent, 2);
  t.same(result.retry?.payload.items, [3]);
  t.equal(result.retry?.error.message, "request timed out after 5s");

  const refused = withTimeout<TestPayload>(
    (_, signal) =>
      new Promise((_, reject) => {
        signal.addEventListener("abort", () => reject(new ConsumeError("permanent", "400 Bad Request")));
      }),
    5000,
    clock,
  )(payload, never);
  const failed = t.rejects(refused, { kind: "permanent", message: "400 Bad Request" });
  await clock.advance(5000);
  await failed;
});

t.test("withTimeout() leaves an attempt behind that does not end", async (t) => {
  const clock = new ManualClock();
  const stuck = withTimeout<TestPayload>(() => new Promise(() => {}), 5000, clock)(payload, never);
  const failed = t.rejects(stuck, { kind: "retryable", message: "request timed out after 5s" });
  await clock.advance(5000 + settleMs);
  await failed;
  t.equal(clock.timerCount, 0);
});

t.test("withTimeout() passes on the abort of its caller, and leaves no timer after an answer", async (t) => {
  const clock = new ManualClock();
  const caller = new AbortController();
  const attempt = withTimeout(hanging, 5000, clock);
  const failed = t.rejects(attempt(payload, caller.signal), { message: "enough" });
  caller.abort(new Error("enough"));
  await failed;
  t.equal(clock.timerCount, 0);
  await t.rejects(attempt(payload, AbortSignal.abort(new Error("too late"))), { message: "too late" });
  await withTimeout<TestPayload>(async () => ({ sent: 3, dropped: [] }), 5000, clock)(payload, never);
  t.equal(clock.timerCount, 0);
});

t.test("a timeout of 0 is none", async (t) => {
  t.equal(withTimeout(hanging, 0, new ManualClock()), hanging);
});
