import zlib from "node:zlib";
import t from "tap";
import { inflate, type ContentEncoding } from "../../src/net/inflate.ts";

const limit = { maxBytes: 10 * 1024 * 1024, option: "max_request_body_size" };
const compressors: Readonly<Record<ContentEncoding, (bytes: Uint8Array) => Buffer>> = {
  gzip: (bytes) => zlib.gzipSync(bytes),
  deflate: (bytes) => zlib.deflateSync(bytes),
  zlib: (bytes) => zlib.deflateSync(bytes),
  zstd: (bytes) => zlib.zstdCompressSync(bytes),
};
const encodings = Object.keys(compressors) as ContentEncoding[];

const texts: Readonly<Record<ContentEncoding, string>> = {
  gzip: "gzip: invalid header",
  deflate: "zlib: invalid header",
  zlib: "zlib: invalid header",
  zstd: "invalid input: magic number mismatch",
};

/** Bytes that do not compress, always the same. */
function noise(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let state = 1;
  for (let index = 0; index < length; index++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    bytes[index] = state >>> 16;
  }
  return bytes;
}

for (const encoding of encodings) {
  t.test(`inflate() reads ${encoding} of every size`, async (t) => {
    for (const body of [Buffer.alloc(0), noise(10), noise(50_000), noise(300_000), Buffer.alloc(3_000_000, "ab")]) {
      const output = await inflate(compressors[encoding](body), encoding, limit);
      t.ok(body.equals(output), `${body.length} bytes`);
    }
  });

  t.test(`inflate() stops ${encoding} at the limit, whatever it takes the body for`, async (t) => {
    const sizes: readonly [number, number][] = [
      [200_000, 100_000],
      [30_000_000, 20_000_000],
      [100_001, 100_000],
    ];
    for (const [size, maxBytes] of sizes) {
      const bomb = compressors[encoding](Buffer.alloc(size));
      await t.rejects(inflate(bomb, encoding, { ...limit, maxBytes }), {
        reason: "too_large",
        message: `http: request body too large: more than ${maxBytes} bytes after decompression, limit is ${maxBytes} (max_request_body_size)`,
      });
    }
    const exact = Buffer.alloc(100_000, 1);
    t.ok(exact.equals(await inflate(compressors[encoding](exact), encoding, { ...limit, maxBytes: exact.length })));
  });

  t.test(`inflate() refuses broken ${encoding}`, async (t) => {
    const whole = compressors[encoding](noise(100_000));
    for (const length of [0, 1, 5, whole.length - 1]) {
      const cut = whole.subarray(0, length);
      await t.rejects(inflate(cut, encoding, limit), { reason: "corrupt_encoding", message: "unexpected EOF" });
    }
    const message = texts[encoding];
    await t.rejects(inflate(Buffer.from("hello, world, this is text"), encoding, limit), { message });
  });
}

t.test("inflate() reads every member of a gzip body and every frame of a zstd body", async (t) => {
  const skippable = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4]);
  for (const size of [1000, 200_000]) {
    const part = noise(size);
    const whole = Buffer.concat([part, part]);
    const gzip = zlib.gzipSync(part);
    t.ok(whole.equals(await inflate(Buffer.concat([gzip, gzip]), "gzip", limit)), `gzip, ${size} bytes each`);
    const zstd = zlib.zstdCompressSync(part);
    const frames = Buffer.concat([zstd, skippable, zstd]);
    t.ok(whole.equals(await inflate(frames, "zstd", limit)), `zstd, ${size} bytes each`);
    const tooMuch = { ...limit, maxBytes: size * 2 - 1 };
    await t.rejects(inflate(frames, "zstd", tooMuch), { message: /too large/ }, "the limit holds for the sum");
  }
});

t.test("inflate() refuses a zstd window that is larger than any body may be", async (t) => {
  const params = { [zlib.constants.ZSTD_c_windowLog]: 27, [zlib.constants.ZSTD_c_compressionLevel]: 19 };
  const bomb = zlib.zstdCompressSync(Buffer.alloc(30_000_000), { params, pledgedSrcSize: 30_000_000 });
  await t.rejects(inflate(bomb, "zstd", limit), { reason: "corrupt_encoding", message: /too much memory/ });
});
