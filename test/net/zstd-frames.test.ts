import { randomBytes } from "node:crypto";
import { constants, zstdCompressSync } from "node:zlib";
import t from "tap";
import { isZstdCutOff } from "../../src/net/zstd-frames.ts";

const bodies = {
  "repetitive text": Buffer.from("task_run ".repeat(5000)),
  "one byte, many times": Buffer.alloc(300_000, 7),
  "random bytes of several blocks": randomBytes(400_000),
  "nothing": Buffer.alloc(0),
};

for (const [name, body] of Object.entries(bodies)) {
  t.test(`isZstdCutOff() tells each cut of ${name} from the whole, with and without checksum`, (t) => {
    for (const checksum of [0, 1]) {
      const whole = zstdCompressSync(body, { params: { [constants.ZSTD_c_checksumFlag]: checksum } });
      t.notOk(isZstdCutOff(whole), "the whole");
      t.notOk(isZstdCutOff(Buffer.concat([whole, whole])), "two frames");
      t.ok(isZstdCutOff(Buffer.concat([whole, whole.subarray(0, -1)])), "a second frame that is cut");
      const step = Math.max(1, Math.floor(whole.length / 500));
      const missed: number[] = [];
      for (let length = 0; length < whole.length; length += step) {
        if (!isZstdCutOff(whole.subarray(0, length))) missed.push(length);
      }
      t.same(missed, [], "every cut");
    }
    t.end();
  });
}

t.test("isZstdCutOff() steps over frames to be skipped and leaves what is no frame to the decoder", (t) => {
  const skippable = Buffer.from([0x52, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);
  const whole = zstdCompressSync(Buffer.from("text"));
  t.notOk(isZstdCutOff(Buffer.concat([skippable, whole])));
  t.ok(isZstdCutOff(skippable.subarray(0, 10)));
  t.notOk(isZstdCutOff(Buffer.from("this is not zstd")));
  t.end();
});
