import t from "tap";
import { ownBytes } from "../../src/net/own-bytes.ts";

t.test("ownBytes() copies a small part of a large buffer", (t) => {
  const large = Buffer.alloc(65_536, 7);
  const part = large.subarray(100, 1100);
  const own = ownBytes(part);
  t.ok(part.equals(own));
  t.ok(own.buffer.byteLength < 2000, "the large one can go");
  large.fill(0);
  t.equal(own[0], 7, "in memory of its own");
  t.end();
});

t.test("ownBytes() hands back bytes that fill their buffer", (t) => {
  const whole = Buffer.alloc(10_000).subarray(5);
  t.equal(ownBytes(whole), whole);
  t.end();
});
