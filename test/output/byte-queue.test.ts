import t from "tap";
import { ByteQueue } from "../../src/output/byte-queue.ts";

t.test("ByteQueue gives back what it was given, in order, whatever the sizes of the pieces", (t) => {
  const queue = new ByteQueue();
  const expected: Buffer[] = [];
  const actual: Buffer[] = [];
  let state = 1;
  const random = (below: number): number => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
  for (let round = 0; round < 300; round++) {
    const piece = Buffer.alloc(random(3) === 0 ? random(200_000) : random(500), round);
    expected.push(piece);
    queue.append(piece);
    for (let reads = random(4); reads > 0 && queue.length > 0; reads--) {
      const bytes = queue.peek();
      const count = 1 + random(bytes.length);
      actual.push(Buffer.from(bytes.subarray(0, count)));
      queue.drop(count);
    }
  }
  while (queue.length > 0) {
    actual.push(Buffer.from(queue.peek()));
    queue.drop(queue.peek().length);
  }
  t.ok(Buffer.concat(actual).equals(Buffer.concat(expected)));
  t.equal(queue.peek().length, 0);
  t.end();
});

t.test("ByteQueue is empty after clear and can be used again", (t) => {
  const queue = new ByteQueue();
  queue.append(Buffer.alloc(200_000));
  queue.clear();
  t.equal(queue.length, 0);
  queue.drop(5);
  queue.append(Buffer.from("again"));
  t.equal(Buffer.from(queue.peek()).toString(), "again");
  t.end();
});
