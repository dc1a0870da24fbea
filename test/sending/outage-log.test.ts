import t from "tap";
import { ConsumeError } from "../../src/component/consume-error.ts";
import { OutageLog } from "../../src/sending/outage-log.ts";
import { ManualClock } from "../contracts/manual-clock.ts";
import { RecordingLogger } from "../contracts/recording-logger.ts";

const away = new ConsumeError("retryable", "Cannot reach http://localhost:2878: connection refused");
const bad = new ConsumeError("permanent", "not retryable error: 400 Bad Request");

function setUp() {
  const clock = new ManualClock();
  const logger = new RecordingLogger();
  const log = new OutageLog({ logger, clock, advice: "", standing: () => ({ kept_items: 7 }) });
  const lines = (): string[] => logger.entries.map(({ level, message }) => `${level} ${message}`);
  return { clock, logger, log, lines };
}

t.test("a backend that is away is said at once, then at growing intervals", async (t) => {
  const { clock, logger, log } = setUp();
  const times: number[] = [];
  for (let second = 0; second <= 1100; second++) {
    const before = logger.entries.length;
    // Many batches fail every second.
    for (let i = 0; i < 10; i++) log.willRetry(away, 5520);
    if (logger.entries.length > before) times.push(second);
    await clock.advance(1000);
  }
  t.same(times, [0, 10, 40, 100, 400, 700, 1000]);
  t.same(logger.entries[0], {
    level: "warn",
    message: "Exporting failed. Will retry the request after interval.",
    fields: { error: away.message, interval: "5.52s", failed_attempts: 1, kept_items: 7 },
    isBlock: false,
  });
  t.equal(logger.entries[1]?.fields["failed_attempts"], 101);
});

t.test("the return of a backend is said once, with what it cost", async (t) => {
  const { clock, logger, log, lines } = setUp();
  log.willRetry(away, 5000);
  await clock.advance(1000);
  log.dropped(30, away);
  log.dropped(12, away);
  await clock.advance(122_000);
  log.delivered();
  log.delivered();
  t.same(lines(), [
    "warn Exporting failed. Will retry the request after interval.",
    "error Exporting failed. Dropping data.",
    "info Exporting works again.",
  ]);
  t.equal(logger.entries[1]?.fields["dropped_items"], 30);
  t.same(logger.entries[2]?.fields, { outage: "2m3s", failed_attempts: 3, dropped_items: 12, kept_items: 7 });
});

t.test("a backend that comes and goes does not fill the log", async (t) => {
  const { clock, log, lines } = setUp();
  for (let second = 0; second < 600; second++) {
    log.willRetry(away, 5000);
    log.delivered();
    await clock.advance(1000);
  }
  t.equal(lines().length, 10, "five pairs in ten minutes");
});

t.test("after a minute of calm a failure is said at once again", async (t) => {
  const { clock, log, lines } = setUp();
  log.willRetry(away, 5000);
  log.delivered();
  await clock.advance(2000);
  log.willRetry(away, 5000);
  log.delivered();
  t.equal(lines().length, 2);
  await clock.advance(60_000);
  log.willRetry(away, 5000);
  t.equal(lines().length, 3);
});

t.test("lost items are all counted into some line", async (t) => {
  const { clock, logger, log } = setUp();
  for (let second = 0; second < 100; second++) {
    log.dropped(3, bad);
    log.delivered();
    await clock.advance(1000);
  }
  log.close();
  log.close();
  const counts = logger.entries.map(({ fields }) => Number(fields["dropped_items"]));
  t.same(counts, [3, 30, 90, 177]);
  t.ok(
    logger.entries.every(({ level, message }) => level === "error" && message === "Exporting failed. Dropping data."),
  );
  t.equal(logger.entries[0]?.fields["error"], bad.message);
});

t.test("rejected data has lines of its own", async (t) => {
  const { clock, logger, log, lines } = setUp();
  const full = new ConsumeError("refused", "sending queue is full", { retryAfterMs: 1500 });
  log.dropped(1, bad);
  log.rejected(5, full);
  log.rejected(5, full);
  await clock.advance(10_000);
  log.rejected(5, full);
  t.same(lines().slice(1), ["error Exporting failed. Rejecting data.", "error Exporting failed. Rejecting data."]);
  t.same(logger.entries[1]?.fields, { error: "sending queue is full", rejected_items: 5, kept_items: 7 });
  t.equal(logger.entries[2]?.fields["rejected_items"], 10);
});
