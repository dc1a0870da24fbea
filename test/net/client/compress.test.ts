import zlib from "node:zlib";
import t from "tap";
import { compress, type Compression } from "../../../src/net/client/compress.ts";

const inflate: Readonly<Record<Compression, (bytes: Uint8Array) => Buffer>> = {
  gzip: (bytes) => zlib.gunzipSync(bytes),
  zlib: (bytes) => zlib.inflateSync(bytes),
  deflate: (bytes) => zlib.inflateSync(bytes),
  zstd: (bytes) => zlib.zstdDecompressSync(bytes),
};

t.test("compress() loses nothing, at any size and level", async (t) => {
  for (const compression of ["gzip", "zlib", "deflate", "zstd"] as const) {
    for (const size of [0, 1, 65_536, 65_537, 1_000_000]) {
      const bytes = Buffer.alloc(size, "OTLP request ");
      for (const level of compression === "zstd" ? [-7, 0, 3, 99] : [-2, -1, 0, 1, 9]) {
        const compressed = await compress(bytes, { compression, level, signal: "logs" });
        t.ok(inflate[compression](compressed).equals(bytes), `${compression} ${level} ${size}`);
      }
    }
  }
});

t.test("compress() works on the spot on small bodies, and off the main thread on large ones", (t) => {
  for (const compression of ["gzip", "zlib", "deflate", "zstd"] as const) {
    t.ok(compress(Buffer.alloc(1000), { compression, level: 0, signal: "traces" }) instanceof Uint8Array);
    t.ok(compress(Buffer.alloc(100_000), { compression, level: 0, signal: "traces" }) instanceof Promise);
  }
  t.end();
});
