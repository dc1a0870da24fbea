import zlib from "node:zlib";

/** Names of `Content-Encoding`; `deflate` and `zlib` are both the zlib format, as upstream has it. */
export type Compression = "gzip" | "zlib" | "deflate" | "zstd";

export interface CompressionOptions {
  readonly compression: Compression;
  /** 0 is the library's default; −2 (zlib formats) codes without looking for repetitions. */
  readonly level: number;
}

/** Up to here the work on the spot costs less than the way through the thread pool; a body takes 1 to 2 ms at most. */
const syncInputBytes = 64 * 1024;

/** `bytes`, compressed in one piece. Rejects only for defects: the options are checked before. */
export function compress(
  bytes: Uint8Array,
  { compression, level }: CompressionOptions,
): Uint8Array | Promise<Uint8Array> {
  if (compression === "zstd") {
    const options = { params: { [zlib.constants.ZSTD_c_compressionLevel]: zstdLevel(level) } };
    if (bytes.length <= syncInputBytes) return zlib.zstdCompressSync(bytes, options);
    return inPool((done) => zlib.zstdCompress(bytes, options, done));
  }
  const options = zlibOptions(level, bytes.length);
  if (compression === "gzip") {
    if (bytes.length <= syncInputBytes) return zlib.gzipSync(bytes, options);
    return inPool((done) => zlib.gzip(bytes, options, done));
  }
  if (bytes.length <= syncInputBytes) return zlib.deflateSync(bytes, options);
  return inPool((done) => zlib.deflate(bytes, options, done));
}

function zlibOptions(level: number, inputBytes: number): zlib.ZlibOptions {
  // Each chunk of output is a round through the pool.
  const chunkSize = inputBytes <= syncInputBytes ? 16 * 1024 : 64 * 1024;
  if (level === -2) return { chunkSize, strategy: zlib.constants.Z_HUFFMAN_ONLY };
  return { chunkSize, level: level === 0 ? zlib.constants.Z_DEFAULT_COMPRESSION : level };
}

/** Any number is a level, as upstream has it: the nearest that there is. */
function zstdLevel(level: number): number {
  return level <= 0 ? zlib.constants.ZSTD_CLEVEL_DEFAULT : Math.min(level, 22);
}

function inPool(start: (done: (error: Error | null, result: Uint8Array) => void) => void): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    start((error, result) => (error === null ? resolve(result) : reject(error)));
  });
}
