import t from "tap";
import { Ring } from "../../src/sending/ring.ts";

t.test("Ring keeps order while it wraps, grows and shrinks", async (t) => {
  const ring = new Ring<number>();
  const model: number[] = [];
  let next = 0;
  for (let round = 0; round < 60; round++) {
    // Fills beyond the slots that it keeps, then empties.
    const pushes = round % 10 === 5 ? 3000 : 1 + ((round * 7) % 23);
    for (let i = 0; i < pushes; i++) {
      ring.push(next);
      model.push(next++);
    }
    const shifts = round % 10 === 9 ? model.length : (round * 5) % 19;
    for (let i = 0; i < shifts; i++) {
      if (ring.peek() !== model[0] || ring.shift() !== model.shift()) t.fail("order is lost");
    }
    t.equal(ring.length, model.length);
  }
  while (model.length > 0) if (ring.shift() !== model.shift()) t.fail("order is lost");
  t.equal(ring.shift(), undefined);
  t.equal(ring.peek(), undefined);
});
