import t from "tap";
import { ConsumeError } from "../../src/component/consume-error.ts";
import { emptyContext, type Admission, type Consumer } from "../../src/component/consumer.ts";
import type { Batch } from "../../src/pdata/batch.ts";
import { fanOut, type Branch } from "../../src/service/fan-out.ts";
import { RecordingConsumer } from "../contracts/recording-consumer.ts";
import { batchOf } from "./service-fixture.ts";

async function failureOf(consumer: Consumer, batch = batchOf(1)): Promise<ConsumeError> {
  const error: unknown = await consumer.consume(batch, emptyContext).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ConsumeError)) throw new Error(`Expected a ConsumeError, got ${String(error)}`);
  return error;
}

class StuckConsumer extends RecordingConsumer implements Branch<"traces" | "metrics" | "logs"> {
  isStuck = true;
  readonly givenUp: number[] = [];

  giveUp(batch: Batch, error: ConsumeError): void {
    this.givenUp.push(batch.itemCount);
    this.lastError = error;
  }

  lastError: ConsumeError | undefined;
}

t.test("fanOut() of one consumer is that consumer", (t) => {
  const only = new RecordingConsumer();
  t.equal(fanOut([only]), only);
  t.end();
});

t.test("every branch gets the same batch at once, and the slowest decides when it is taken", async (t) => {
  const slow = new RecordingConsumer();
  const fast = new RecordingConsumer();
  slow.pause();
  const batch = batchOf(3);
  let isTaken = false;
  const consumed = fanOut([slow, fast])
    .consume(batch, emptyContext)
    .then(() => (isTaken = true));
  t.equal(fast.callCount, 1, "a slow branch does not hold up the start of the next one");
  await new Promise<void>((resolve) => {
    setImmediate(resolve);
  });
  t.equal(isTaken, false);
  slow.resume();
  await consumed;
  t.equal(slow.batches[0], batch);
  t.equal(fast.batches[0], batch);
});

t.test("a branch that fails or throws does not stop the others", async (t) => {
  const throwing: Consumer = {
    consume: () => {
      throw new Error("thrown");
    },
  };
  const rejecting = failing(new ConsumeError("retryable", "rejected"));
  const good = new RecordingConsumer();
  const error = await failureOf(fanOut([throwing, rejecting, good]), batchOf(2));
  t.equal(error.message, "thrown; rejected");
  t.equal(error.kind, "retryable");
  t.equal(good.itemCount, 2);
});

function failing(error: unknown): RecordingConsumer {
  const consumer = new RecordingConsumer();
  consumer.failWith(error);
  return consumer;
}

t.test(
  "errors of branches combine: texts, first status, longest delay; those for good stand behind those that may pass",
  async (t) => {
    const refusal = new ConsumeError("refused", "full", { retryAfterMs: 1000 });
    const outage = new ConsumeError("retryable", "down", { retryAfterMs: 3000, grpcStatus: 14 });
    const never = new ConsumeError("permanent", "bad", { grpcStatus: 3 });
    const cases = [
      { errors: [refusal, refusal], kind: "refused", message: "full; full", retryAfterMs: 1000, grpcStatus: undefined },
      { errors: [refusal, outage], kind: "retryable", message: "full; down", retryAfterMs: 3000, grpcStatus: 14 },
      {
        errors: [outage, never, refusal],
        kind: "retryable",
        message: "down; full",
        retryAfterMs: 3000,
        grpcStatus: 14,
      },
      {
        errors: [new Error("odd"), never],
        kind: "retryable",
        message: "odd",
        retryAfterMs: undefined,
        grpcStatus: undefined,
      },
      { errors: [never, never], kind: "permanent", message: "bad; bad", retryAfterMs: undefined, grpcStatus: 3 },
    ];
    for (const { errors, ...expected } of cases) {
      const error = await failureOf(fanOut(errors.map((reason) => failing(reason))));
      t.match(
        { kind: error.kind, message: error.message, retryAfterMs: error.retryAfterMs, grpcStatus: error.grpcStatus },
        expected,
      );
    }
    const good = new RecordingConsumer();
    t.equal(await failureOf(fanOut([failing(never), good])), never, "a single error is passed on as it is");
  },
);

t.test("trying the same batch again reaches only the branches that failed", async (t) => {
  const good = new RecordingConsumer();
  const flaky = new RecordingConsumer();
  const dead = new RecordingConsumer();
  flaky.failWith(new ConsumeError("retryable", "flaky"), 1);
  dead.failWith(new ConsumeError("retryable", "dead"), 2);
  const consumer = fanOut([good, flaky, dead]);
  const batch = batchOf(5);
  t.equal((await failureOf(consumer, batch)).message, "flaky; dead");
  t.equal((await failureOf(consumer, batch)).message, "dead");
  await consumer.consume(batch, emptyContext);
  t.same([good.itemCount, flaky.itemCount, dead.itemCount], [5, 5, 5], "nobody got it twice");
  await consumer.consume(batch, emptyContext);
  t.same([good.itemCount, flaky.itemCount, dead.itemCount], [10, 10, 10], "a success forgets");
});

t.test("a branch that never takes a batch is settled, counted, while another one may still take it", async (t) => {
  const good = new RecordingConsumer();
  const never = new StuckConsumer();
  const full = new StuckConsumer();
  never.isStuck = full.isStuck = false;
  never.failWith(new ConsumeError("permanent", "bad"));
  full.failWith(new ConsumeError("refused", "full"), 2);
  const consumer = fanOut([never, good, full]);
  const batch = batchOf(4);
  t.match(await failureOf(consumer, batch), { kind: "refused", message: "full" });
  t.match(await failureOf(consumer, batch), { kind: "refused", message: "full" });
  await consumer.consume(batch, emptyContext);
  t.same([good.itemCount, full.itemCount], [4, 4], "each has it once");
  t.equal(never.callCount, 1, "it is not asked again");
  t.same(never.givenUp, [4], "and its loss is counted there, once");
  t.match(never.lastError, { kind: "permanent" });
});

t.test("a branch that is settled for good does not count as one that has the batch", async (t) => {
  const never = new StuckConsumer();
  never.isStuck = false;
  never.failWith(new ConsumeError("permanent", "bad"));
  const stuck = new StuckConsumer();
  stuck.failWith(new ConsumeError("refused", "full"));
  const consumer = fanOut([never, stuck]);
  const batch = batchOf(4);
  for (let attempt = 0; attempt < 3; attempt++) t.match(await failureOf(consumer, batch), { message: "full" });
  t.same(stuck.givenUp, [], "nobody else has it, so it is not given up");
});

/** Refuses, and keeps what its neighbours have, up to so many batches. */
class KeepingConsumer extends StuckConsumer {
  readonly kept: Batch[] = [];
  room = 1;

  async keep(batch: Batch): Promise<boolean> {
    if (this.kept.length >= this.room) return false;
    this.kept.push(batch);
    return true;
  }
}

t.test("what a neighbour has is kept beyond the room of a branch, so that nobody waits", async (t) => {
  const good = new RecordingConsumer();
  const keeping = new KeepingConsumer();
  keeping.isStuck = false;
  keeping.failWith(new ConsumeError("refused", "full"));
  const consumer = fanOut([good, keeping]);
  await consumer.consume(batchOf(1), emptyContext);
  const second = batchOf(2);
  t.match(await failureOf(consumer, second), { kind: "refused" }, "it has no more, and is not stuck: the caller waits");
  keeping.room = 2;
  await consumer.consume(second, emptyContext);
  t.same(
    keeping.kept.map(({ itemCount }) => itemCount),
    [1, 2],
  );
  t.equal(good.itemCount, 3, "no duplicates");
  t.same(keeping.givenUp, []);
  const alone = new KeepingConsumer();
  alone.failWith(new ConsumeError("refused", "full"));
  alone.isStuck = false;
  t.match(await failureOf(fanOut([alone, keeping])), { message: "full; full" });
  t.same(alone.kept, [], "without a neighbour that has it, the caller keeps it");
});

class CountingAdmission implements Admission {
  reserved = 0;
  limit = Infinity;

  reserve(byteCount: number): ConsumeError | undefined {
    if (this.reserved + byteCount > this.limit) return new ConsumeError("refused", "no room");
    this.reserved += byteCount;
    return undefined;
  }

  release(byteCount: number): void {
    this.reserved -= byteCount;
  }
}

function withAdmission(admission: Admission | undefined): RecordingConsumer {
  const consumer = new RecordingConsumer();
  consumer.admission = admission;
  return consumer;
}

t.test("admission needs room in every branch, and a refusal gives back what others reserved", (t) => {
  const [first, second] = [new CountingAdmission(), new CountingAdmission()];
  const { admission } = fanOut([withAdmission(first), withAdmission(undefined), withAdmission(second)]);
  t.equal(admission?.reserve(100), undefined);
  t.same([first.reserved, second.reserved], [100, 100]);
  second.limit = 150;
  t.match(admission?.reserve(100), { kind: "refused", message: "no room" });
  t.same([first.reserved, second.reserved], [100, 100]);
  admission?.release(100);
  t.same([first.reserved, second.reserved], [0, 0]);
  t.end();
});

t.test("branches that share a limiter reserve once; without an opinion there is none", (t) => {
  const shared = new CountingAdmission();
  const { admission } = fanOut([withAdmission(shared), withAdmission(shared)]);
  t.equal(admission, shared);
  t.equal(fanOut([withAdmission(undefined), withAdmission(undefined)]).admission, undefined);
  t.end();
});

t.test("a stuck branch loses what its neighbour has, and the caller goes on", async (t) => {
  const good = new RecordingConsumer();
  const stuck = new StuckConsumer();
  const full = new ConsumeError("refused", "queue is full");
  stuck.failWith(full);
  const consumer = fanOut([stuck, good]);
  await consumer.consume(batchOf(3), emptyContext);
  t.equal(good.itemCount, 3);
  t.same(stuck.givenUp, [3]);
  t.equal(stuck.lastError, full);
  stuck.succeed();
  await consumer.consume(batchOf(4), emptyContext);
  t.same(stuck.givenUp, [3], "what it takes is not lost");
  t.equal(stuck.itemCount, 4);
});

t.test(
  "nothing is given up while no neighbour has it, while another branch may still take it, or for good",
  async (t) => {
    const stuck = new StuckConsumer();
    stuck.failWith(new ConsumeError("refused", "stuck"));
    const neighbour = new RecordingConsumer();
    neighbour.failWith(new ConsumeError("refused", "full"), 2);
    const third = new RecordingConsumer();
    t.match(await failureOf(fanOut([stuck, neighbour])), { kind: "refused", message: "stuck; full" });
    const batch = batchOf(1);
    t.match(await failureOf(fanOut([stuck, neighbour, third]), batch), { message: "stuck; full" });
    stuck.failWith(new ConsumeError("permanent", "bad"));
    t.match(await failureOf(fanOut([stuck, third])), { kind: "permanent", message: "bad" });
    t.same(stuck.givenUp, []);
  },
);

t.test("a branch is given up at the second try as well, once it is stuck", async (t) => {
  const stuck = new StuckConsumer();
  stuck.isStuck = false;
  stuck.failWith(new ConsumeError("refused", "queue is full"));
  const good = new RecordingConsumer();
  const consumer = fanOut([stuck, good]);
  const batch = batchOf(2);
  t.match(await failureOf(consumer, batch), { kind: "refused" });
  stuck.isStuck = true;
  await consumer.consume(batch, emptyContext);
  t.equal(good.itemCount, 2, "the neighbour got it once");
  t.same(stuck.givenUp, [2]);
});
