import zlib from "node:zlib";
import type { Signal } from "../../pdata/signal.ts";
import { ownBytes } from "../own-bytes.ts";

/** Names of `Content-Encoding`; `deflate` and `zlib` are both the zlib format, as upstream has it. */
export type Compression = "gzip" | "zlib" | "deflate" | "zstd";

export interface CompressionOptions {
  readonly compression: Compression;
  /** 0 is the library's default; −2 (zlib formats) codes without looking for repetitions. */
  readonly level: number;
  /** What the bytes are. */
  readonly signal: Signal;
}

/** Up to here the work on the spot costs less than the way through the thread pool; a body takes 1 to 2 ms at most. */
const syncInputBytes = 64 * 1024;
/** Output is written into pieces of this size at most. */
const maxChunkBytes = 1024 * 1024;

/**
 * How far back deflate looks for repetitions at its usual level, in bits. Spans and log records repeat what is near: half of
 * the usual 32 KiB costs a fifth less CPU and makes bodies 1 % larger (bench/compress.ts). Metrics repeat series of names and
 * would grow by 3 %.
 */
const windowBits: Readonly<Record<Signal, number>> = { traces: 14, metrics: 15, logs: 14 };

/** `bytes`, compressed in one piece. Rejects only for defects: the options are checked before. */
export function compress(
  bytes: Uint8Array,
  { compression, level, signal }: CompressionOptions,
): Uint8Array | Promise<Uint8Array> {
  if (compression === "zstd") {
    const options = { params: { [zlib.constants.ZSTD_c_compressionLevel]: zstdLevel(level) } };
    if (bytes.length <= syncInputBytes) return zlib.zstdCompressSync(bytes, options);
    return inPool((done) => zlib.zstdCompress(bytes, options, done));
  }
  const options = zlibOptions(level, bytes.length, signal);
  if (compression === "gzip") {
    if (bytes.length <= syncInputBytes) return zlib.gzipSync(bytes, options);
    return inPool((done) => zlib.gzip(bytes, options, done));
  }
  if (bytes.length <= syncInputBytes) return zlib.deflateSync(bytes, options);
  return inPool((done) => zlib.deflate(bytes, options, done));
}

function zlibOptions(level: number, inputBytes: number, signal: Signal): zlib.ZlibOptions {
  const size =
    inputBytes <= syncInputBytes
      ? { chunkSize: 16 * 1024 }
      : // Each chunk of output is a round through the pool, so most bodies are one; the larger hash table saves a twentieth.
        { chunkSize: Math.max(64 * 1024, Math.min(inputBytes >> 2, maxChunkBytes)), memLevel: 9 };
  if (level === -2) return { ...size, strategy: zlib.constants.Z_HUFFMAN_ONLY };
  if (level !== 0) return { ...size, level };
  return { ...size, level: zlib.constants.Z_DEFAULT_COMPRESSION, windowBits: windowBits[signal] };
}

/** Any number is a level, as upstream has it: the nearest that there is. */
function zstdLevel(level: number): number {
  return level <= 0 ? zlib.constants.ZSTD_CLEVEL_DEFAULT : Math.min(level, 22);
}

function inPool(start: (done: (error: Error | null, result: Uint8Array) => void) => void): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    start((error, result) => (error === null ? resolve(ownBytes(result)) : reject(error)));
  });
}
