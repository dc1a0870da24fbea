import t from "tap";
import { ConsumeError } from "../../../src/component/consume-error.ts";
import { OtlpDelivery, type OtlpPayload } from "../../../src/net/client/otlp/delivery.ts";
import type { Outcome } from "../../../src/net/client/otlp/outcome.ts";
import type { PartialSuccess } from "../../../src/net/client/otlp/partial-success.ts";
import type { Batch } from "../../../src/pdata/batch.ts";
import { mergeBatches } from "../../../src/pdata/merge-batches.ts";
import { ManualClock } from "../../contracts/manual-clock.ts";
import { numberedBatch, numbersOf, range } from "./numbered-spans.ts";

const never = new AbortController().signal;
const taken: Outcome = { status: "taken", rejected: 0, message: "" };
const tooLarge: Outcome = { status: "too_large", error: new ConsumeError("permanent", "too large") };
const busy: Outcome = { status: "failed", error: new ConsumeError("retryable", "busy") };
const no: Outcome = { status: "failed", error: new ConsumeError("permanent", "no") };

/** A peer in the test's hands. */
class Peer {
  readonly clock = new ManualClock();
  readonly requests: number[][] = [];
  readonly taken: number[] = [];
  readonly remarks: PartialSuccess[] = [];
  readonly delivery: OtlpDelivery<"traces">;

  constructor(answer: (numbers: readonly number[], byteCount: number) => Outcome) {
    this.delivery = new OtlpDelivery<"traces">({
      clock: this.clock,
      encode: (batch) => batch.bytes,
      exchange: async (body) => {
        const numbers = numbersOf(body);
        this.requests.push(numbers);
        const outcome = answer(numbers, body.length);
        if (outcome.status === "taken") this.taken.push(...numbers);
        return outcome;
      },
      onPartialSuccess: (partial) => this.remarks.push(partial),
    });
  }

  async payload(batch: Batch<"traces">): Promise<OtlpPayload<"traces">> {
    return (await this.delivery.encode(batch)).payload;
  }
}

t.test("a batch is one request, with the very bytes of the batch", async (t) => {
  const peer = new Peer(() => taken);
  const batch = numberedBatch(10);
  const payload = await peer.payload(batch);
  t.equal(payload.parts[0]?.body, batch.bytes);
  t.same(await peer.delivery.send(payload, never), { sent: 10, dropped: [] });
  t.equal(peer.requests.length, 1);
});

t.test("a request that is too large is sent in halves until it fits, in order", async (t) => {
  const peer = new Peer((_, byteCount) => (byteCount > 2000 ? tooLarge : taken));
  const batch = numberedBatch(100, { padding: 40 });
  const result = await peer.delivery.send(await peer.payload(batch), never);
  t.same(result, { sent: 100, dropped: [] });
  t.same(peer.taken, range(0, 100));
});

t.test("one item that is too large is lost alone", async (t) => {
  const peer = new Peer((_, byteCount) => (byteCount > 500 ? tooLarge : taken));
  const large = numberedBatch(1, { first: 5, padding: 600 });
  const batch = mergeBatches("traces", [numberedBatch(5), large, numberedBatch(2, { first: 6 })]);
  const result = await peer.delivery.send(await peer.payload(batch), never);
  t.equal(result.sent, 7);
  t.match(result.dropped, [{ reason: "permanent_error", count: 1, cause: tooLarge.error }]);
  t.same(peer.taken, [0, 1, 2, 3, 4, 6, 7]);
});

t.test("an item that is large but compresses well is still tried after a smaller one was too large", async (t) => {
  const peer = new Peer(() => taken);
  const small = new OtlpDelivery<"traces">({
    clock: peer.clock,
    encode: (batch) => (numbersOf(batch.bytes).includes(1) ? batch.bytes.subarray(0, 10) : batch.bytes),
    exchange: async (body) => {
      if (body.length > 50) return tooLarge;
      peer.requests.push([body.length]);
      return taken;
    },
    onPartialSuccess: () => undefined,
  });
  const batch = mergeBatches("traces", [
    numberedBatch(1, { padding: 60 }),
    numberedBatch(1, { first: 1, padding: 900 }),
  ]);
  const { payload } = await small.encode(batch);
  // The first payload holds both and is large on the wire.
  const first = { ...payload, parts: [{ batch, body: batch.bytes }] };
  t.match(await small.send(first, never), { sent: 1, dropped: [{ count: 1 }] });
  t.same(peer.requests, [[10]]);
});

t.test("a peer that finds everything too large is asked a few times, not once an item", async (t) => {
  const peer = new Peer(() => tooLarge);
  const result = await peer.delivery.send(await peer.payload(numberedBatch(4096)), never);
  t.ok(peer.requests.length < 40, `${peer.requests.length} requests`);
  t.match(result, { sent: 0, dropped: [], retry: { error: { kind: "permanent" } } });
  t.equal(result.retry?.payload.itemCount, 4096);
});

/** Requests that a batch of 100 items costs. */
async function requestsFor100(peer: Peer): Promise<number> {
  const before = peer.requests.length;
  await peer.delivery.send(await peer.payload(numberedBatch(100)), never);
  return peer.requests.length - before;
}

t.test("what a peer does not take in one piece is divided at once the next time", async (t) => {
  const peer = new Peer((numbers) => (numbers.length > 50 ? tooLarge : taken));
  t.equal(await requestsFor100(peer), 3);
  t.equal(await requestsFor100(peer), 2);
  await peer.clock.advance(1000);
  t.equal(await requestsFor100(peer), 3, "after a second it is tried again");
  await peer.clock.advance(1000);
  t.equal(await requestsFor100(peer), 2, "and, because that was in vain, not so soon again");
  let inVain = 0;
  for (let second = 0; second < 300; second++) {
    await peer.clock.advance(1000);
    inVain += (await requestsFor100(peer)) - 2;
  }
  t.ok(inVain >= 4 && inVain < 12, `${inVain} requests in vain within 5 min`);
});

t.test("a peer that refuses anything for a moment has large requests again within seconds", async (t) => {
  let limit = 0;
  const peer = new Peer((numbers) => (numbers.length > limit ? tooLarge : taken));
  await requestsFor100(peer);
  limit = 1;
  t.ok((await requestsFor100(peer)) > 100, "it recovers to single items, which look like its limit");
  limit = 1000;
  let seconds = 0;
  for (; (await requestsFor100(peer)) > 1 && seconds < 100; seconds++) await peer.clock.advance(1000);
  t.ok(seconds < 10, `${seconds} s`);
});

t.test("nothing is learnt from a peer that refused a single item", async (t) => {
  let refusals = 0;
  const peer = new Peer(() => (refusals-- > 0 ? tooLarge : taken));
  refusals = 8;
  await requestsFor100(peer);
  t.equal(await requestsFor100(peer), 1);
});

t.test("a failure that may pass leaves the rest for the next attempt, and nothing is sent twice", async (t) => {
  let isBusy = true;
  const peer = new Peer((numbers) => {
    if (numbers.length > 25) return tooLarge;
    return numbers.includes(60) && isBusy ? busy : taken;
  });
  const first = await peer.delivery.send(await peer.payload(numberedBatch(100)), never);
  t.equal(first.sent, 50);
  t.match(first.retry, { error: { message: "busy" }, payload: { itemCount: 50 } });
  isBusy = false;
  t.ok(first.retry);
  if (first.retry !== undefined)
    t.match(await peer.delivery.send(first.retry.payload, never), { sent: 50, dropped: [] });
  t.same(peer.taken, range(0, 100));
});

t.test("a final failure of the whole is the caller's, one of a part is counted", async (t) => {
  const all = new Peer(() => no);
  const whole = await all.delivery.send(await all.payload(numberedBatch(4)), never);
  t.match(whole, { sent: 0, dropped: [], retry: { error: { message: "no" }, payload: { itemCount: 4 } } });

  const some = new Peer((numbers) => (numbers.length > 2 ? tooLarge : numbers.includes(0) ? no : taken));
  const part = await some.delivery.send(await some.payload(numberedBatch(4)), never);
  t.match(part, { sent: 2, dropped: [{ reason: "permanent_error", count: 2, cause: no.error }] });
  t.equal(part.retry, undefined);
});

t.test(
  "items that a peer rejects of a request are dropped, and the number is never more than there were",
  async (t) => {
    for (const [rejected, sent] of [
      [3, 7],
      [1000, 0],
      [-5, 10],
    ] as const) {
      const peer = new Peer(() => ({ status: "taken", rejected, message: "some" }));
      const result = await peer.delivery.send(await peer.payload(numberedBatch(10)), never);
      t.equal(result.sent, sent);
      t.equal(result.retry, undefined);
      t.equal(
        result.dropped.reduce((sum, { count }) => sum + count, 0),
        10 - sent,
      );
      t.equal(peer.remarks.length, 1);
    }
  },
);

t.test("a remark without rejected items is told and nothing is dropped", async (t) => {
  const peer = new Peer(() => ({ status: "taken", rejected: 0, message: "deprecated field" }));
  t.same(await peer.delivery.send(await peer.payload(numberedBatch(10)), never), { sent: 10, dropped: [] });
  t.same(peer.remarks, [{ rejected: 0, message: "deprecated field" }]);
});
