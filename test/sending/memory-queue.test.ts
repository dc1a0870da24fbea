import t from "tap";
import { maxWaitingCallers, MemoryQueue } from "../../src/sending/memory-queue.ts";

interface Entry {
  readonly size: number;
  readonly name: string;
}

function setUp({ capacity = 3, consumers = 1, blockOnOverflow = false } = {}) {
  const begun: string[] = [];
  const taken: string[] = [];
  const finishers = new Map<string, () => void>();
  const queue = new MemoryQueue<Entry>({
    capacity,
    consumers,
    blockOnOverflow,
    sizeOf: (entry) => entry.size,
    taken: (entry) => taken.push(entry.name),
    work: ({ name }) => {
      begun.push(name);
      return new Promise((resolve) => finishers.set(name, resolve));
    },
  });
  const finish = async (name: string): Promise<void> => {
    finishers.get(name)?.();
    await Promise.resolve();
    await Promise.resolve();
  };
  const offer = (name: string, size = 1) => queue.offer({ name, size });
  return { queue, begun, taken, finish, offer };
}

t.test("MemoryQueue keeps the room of an entry until it is finished", async (t) => {
  const { queue, begun, finish, offer } = setUp();
  t.same([offer("a"), offer("b"), offer("c"), offer("d")], ["taken", "taken", "taken", "full"]);
  t.same(begun, ["a"], "one consumer");
  t.equal(queue.size, 3, "what is being worked on counts");
  await finish("a");
  t.same(begun, ["a", "b"], "in order");
  t.equal(queue.size, 2);
  t.equal(offer("d"), "taken");
  t.equal(offer("e"), "full");
});

t.test("MemoryQueue counts in the unit of its sizer", async (t) => {
  const { queue, offer } = setUp({ capacity: 100, consumers: 2 });
  t.equal(offer("huge", 101), "too_large", "no wait would help");
  t.equal(offer("a", 60), "taken");
  t.equal(offer("b", 41), "full");
  t.equal(offer("c", 40), "taken");
  t.equal(queue.size, 100);
});

t.test("MemoryQueue works on as many entries at a time as it has consumers", async (t) => {
  const { begun, finish, offer } = setUp({ capacity: 10, consumers: 3 });
  for (const name of ["a", "b", "c", "d", "e"]) offer(name);
  t.same(begun, ["a", "b", "c"]);
  await finish("b");
  t.same(begun, ["a", "b", "c", "d"]);
});

t.test("with block_on_overflow callers wait for room, and nobody overtakes", async (t) => {
  const { queue, taken, finish, offer } = setUp({ capacity: 3, blockOnOverflow: true });
  offer("a", 2);
  const big = offer("big", 3);
  const small = offer("small", 1);
  t.type(big, Promise);
  t.same(taken, ["a"], "the small one would fit, but the big one came first");
  await finish("a");
  t.equal(await big, "taken");
  t.same(taken, ["a", "big"]);
  await finish("big");
  t.equal(await small, "taken");
  t.equal(queue.size, 1);
});

t.test("with block_on_overflow the number of waiting callers is bounded", async (t) => {
  const { queue, offer } = setUp({ capacity: 1, blockOnOverflow: true });
  offer("a");
  const waiting = Array.from({ length: maxWaitingCallers }, (_, i) => offer(`w${i}`));
  t.equal(offer("one more"), "full");
  queue.stop();
  t.ok((await Promise.all(waiting)).every((admittance) => admittance === "stopped"));
});

t.test("MemoryQueue that is stopped takes nothing new and finishes the rest", async (t) => {
  const { queue, begun, finish, offer } = setUp({ capacity: 3 });
  offer("a");
  offer("b");
  let isIdle = false;
  const idle = queue.whenIdle().then(() => (isIdle = true));
  queue.stop();
  t.equal(offer("c"), "stopped");
  await finish("a");
  t.same(begun, ["a", "b"]);
  t.equal(isIdle, false);
  await finish("b");
  await idle;
  t.equal(queue.size, 0);
  await queue.whenIdle();
});

t.test("MemoryQueue.discard() gives back what nobody has begun", async (t) => {
  const { queue, offer } = setUp({ capacity: 3 });
  for (const name of ["a", "b", "c"]) offer(name);
  t.same([queue.discard()?.name, queue.discard()?.name, queue.discard()], ["b", "c", undefined]);
  t.equal(queue.size, 1);
});

t.test("MemoryQueue survives work that rejects", async (t) => {
  const queue = new MemoryQueue<Entry>({
    capacity: 1,
    consumers: 1,
    blockOnOverflow: false,
    sizeOf: () => 1,
    work: () => Promise.reject(new Error("defect")),
  });
  t.equal(queue.offer({ name: "a", size: 1 }), "taken");
  await queue.whenIdle();
  t.equal(queue.size, 0);
});
