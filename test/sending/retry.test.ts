import t from "tap";
import { ConsumeError } from "../../src/component/consume-error.ts";
import type { Attempt } from "../../src/sending/attempt.ts";
import { maxThrottleMs, Retry, type Progress } from "../../src/sending/retry.ts";
import { ManualClock } from "../contracts/manual-clock.ts";
import { payloadOf, sendingConfig, type TestPayload } from "./recording-sender.ts";

const away = new ConsumeError("retryable", "backend is away");

interface Setup {
  readonly written?: Record<string, unknown>;
  readonly random?: () => number;
}

function setUp(attempt: Attempt<TestPayload>, { written = {}, random = () => 0.5 }: Setup = {}) {
  const clock = new ManualClock();
  const draining = new AbortController();
  const ended = new AbortController();
  const waits: number[] = [];
  const seen: string[] = [];
  const progress: Progress = {
    sent: (itemCount) => seen.push(`sent ${itemCount}`),
    dropped: ({ count, reason }) => seen.push(`dropped ${count} ${reason}`),
    finished: () => seen.push("finished"),
    waiting: (_, delayMs) => waits.push(delayMs),
  };
  const config = sendingConfig({ retry_on_failure: written }).retryOnFailure;
  const retry = new Retry({ attempt, config, clock, random, draining: draining.signal });
  const deliver = (items = [1, 2, 3]) => retry.deliver(payloadOf(items), progress, ended.signal);
  return { clock, draining, ended, waits, seen, deliver };
}

const failingWith =
  (error: unknown): Attempt<TestPayload> =>
  () =>
    Promise.reject(error);

const failing = failingWith(away);

t.test("Retry grows its wait by the multiplier up to max_interval", async (t) => {
  const { clock, waits, deliver } = setUp(failing, { written: { randomization_factor: 0 } });
  const delivered = deliver();
  await clock.advance(300_000);
  const failure = await delivered;
  t.same(waits.slice(0, 7), [5000, 7500, 11_250, 16_875, 25_312.5, 30_000, 30_000]);
  t.equal(failure?.reason, "retries_exhausted");
  t.equal(failure?.error.message, "no more retries left: backend is away");
  t.equal(failure?.error.kind, "retryable");
  t.ok(waits.reduce((sum, ms) => sum + ms) <= 300_000, "and stops before a wait that ends after max_elapsed_time");
  t.equal(clock.timerCount, 0);
});

t.test("Retry spreads waits evenly around the interval", async (t) => {
  let state = 1;
  const random = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
  const written = { multiplier: 1, initial_interval: "1s", max_interval: "1s", max_elapsed_time: 0 };
  let attempts = 0;
  const attempt: Attempt<TestPayload> = () =>
    ++attempts <= 2000 ? Promise.reject(away) : Promise.resolve({ sent: 3, dropped: [] });
  const { clock, waits, deliver } = setUp(attempt, { written, random });
  const delivered = deliver();
  await clock.advance(3_000_000);
  t.equal(await delivered, undefined);
  t.equal(waits.length, 2000);
  t.ok(
    waits.every((ms) => ms >= 500 && ms <= 1500),
    "between half and one and a half",
  );
  for (const [from, to] of [
    [500, 750],
    [750, 1000],
    [1000, 1250],
    [1250, 1500],
  ] as const) {
    const share = waits.filter((ms) => ms >= from && ms < to).length / waits.length;
    t.ok(Math.abs(share - 0.25) < 0.04, `a quarter lies between ${from} and ${to} ms: ${share}`);
  }
});

t.test("Retry waits as long as the server asks, within reason", async (t) => {
  const cases: readonly (readonly [number, number])[] = [
    [12_000, 12_000],
    [100, 5000],
    [86_400_000, maxThrottleMs],
    [Number.POSITIVE_INFINITY, maxThrottleMs],
    [Number.NaN, 5000],
    [-5, 5000],
  ];
  for (const [retryAfterMs, expected] of cases) {
    let attempts = 0;
    const attempt: Attempt<TestPayload> = () =>
      ++attempts === 1
        ? Promise.reject(new ConsumeError("retryable", "busy", { retryAfterMs }))
        : Promise.resolve({ sent: 3, dropped: [] });
    const { clock, waits, deliver } = setUp(attempt);
    const delivered = deliver();
    await clock.advance(60_000);
    t.equal(await delivered, undefined);
    t.same(waits, [expected], `retryAfterMs ${retryAfterMs}`);
  }
});

t.test("Retry never spins, whatever the configuration says", async (t) => {
  const { clock, waits, deliver, draining } = setUp(failing, { written: { multiplier: 0, initial_interval: 0 } });
  const delivered = deliver();
  await clock.advance(100);
  t.equal(waits.length, 11);
  draining.abort();
  await delivered;
});

t.test("Retry sends only the part that failed, and never anything twice", async (t) => {
  const sends: (readonly number[])[] = [];
  const attempt: Attempt<TestPayload> = ({ items }) => {
    sends.push(items);
    if (sends.length === 1) {
      return Promise.resolve({
        sent: 2,
        dropped: [{ reason: "permanent_error", count: 1 }],
        retry: { payload: payloadOf(items.slice(3)), error: away },
      });
    }
    return Promise.resolve({ sent: items.length, dropped: [] });
  };
  const { clock, seen, deliver } = setUp(attempt);
  const delivered = deliver([1, 2, 3, 4, 5]);
  await clock.advance(5000);
  t.equal(await delivered, undefined);
  t.same(sends, [
    [1, 2, 3, 4, 5],
    [4, 5],
  ]);
  t.same(seen, ["sent 2", "dropped 1 permanent_error", "sent 2", "finished"]);
});

t.test("Retry sends a part without items too: they may be counted already", async (t) => {
  let attempts = 0;
  const rest: TestPayload = { items: [], itemCount: 0, byteSize: 10 };
  const attempt: Attempt<TestPayload> = () =>
    Promise.resolve(
      ++attempts === 1 ? { sent: 3, dropped: [], retry: { payload: rest, error: away } } : { sent: 0, dropped: [] },
    );
  const { clock, deliver } = setUp(attempt);
  const delivered = deliver();
  await clock.advance(5000);
  t.equal(await delivered, undefined);
  t.equal(attempts, 2);
});

t.test("Retry gives up a permanent error at once", async (t) => {
  const { waits, deliver } = setUp(failingWith(new ConsumeError("permanent", "400 Bad Request")));
  const failure = await deliver();
  t.equal(failure?.reason, "permanent_error");
  t.equal(failure?.error.message, "not retryable error: 400 Bad Request");
  t.equal(failure?.error.kind, "permanent");
  t.same(waits, []);
});

t.test("Retry takes any other exception as one that may pass", async (t) => {
  let attempts = 0;
  const attempt: Attempt<TestPayload> = () => {
    if (++attempts === 1) throw new TypeError("fetch failed");
    return Promise.resolve({ sent: 3, dropped: [] });
  };
  const { clock, deliver } = setUp(attempt);
  const delivered = deliver();
  await clock.advance(5000);
  t.equal(await delivered, undefined);
});

t.test("Retry that is off gives up after one failure, with the error as it is", async (t) => {
  const { deliver } = setUp(failing, { written: { enabled: false } });
  const failure = await deliver();
  t.equal(failure?.reason, "retries_exhausted");
  t.equal(failure?.error, away);
});

t.test("Retry prints the delay that a server asked for", async (t) => {
  const busy = new ConsumeError("retryable", "429 Too Many Requests", { retryAfterMs: 40_000, grpcStatus: 8 });
  const failure = await setUp(failingWith(busy), { written: { max_elapsed_time: "30s" } }).deliver();
  t.equal(failure?.error.message, "no more retries left: Throttle (40s), error: 429 Too Many Requests");
  t.equal(failure?.error.grpcStatus, 8);
});

t.test("a shutdown ends the wait and leaves one attempt", async (t) => {
  for (const isBack of [true, false]) {
    let attempts = 0;
    const attempt: Attempt<TestPayload> = () =>
      ++attempts === 2 && isBack ? Promise.resolve({ sent: 3, dropped: [] }) : Promise.reject(away);
    const { clock, draining, deliver } = setUp(attempt);
    const delivered = deliver();
    await clock.advance(1000);
    draining.abort();
    const failure = await delivered;
    t.equal(attempts, 2);
    t.equal(clock.timerCount, 0);
    t.equal(failure?.reason, isBack ? undefined : "shutdown");
    t.equal(failure?.error.message, isBack ? undefined : "interrupted due to shutdown: backend is away");
  }
});

t.test("a payload that comes during a shutdown has one attempt", async (t) => {
  const { draining, waits, deliver } = setUp(failing);
  draining.abort();
  t.equal((await deliver())?.reason, "shutdown");
  t.same(waits, []);
});
