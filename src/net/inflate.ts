import zlib from "node:zlib";
import { RequestError } from "./request-error.ts";
import { isZstdCutOff } from "./zstd-frames.ts";

/** Forms of `Content-Encoding` that can be read; `deflate` means the zlib format, as in HTTP. */
export const contentEncodings = ["gzip", "deflate", "zlib", "zstd"] as const;

export type ContentEncoding = (typeof contentEncodings)[number];

export interface SizeLimit {
  readonly maxBytes: number;
  /** The option that sets it, for the message. */
  readonly option: string;
}

// Inflating on the spot beats the thread pool for small bodies. The second number bounds the stall that a small body with
// a large content makes: beyond it the work begins again in the pool.
const syncInputBytes = 64 * 1024;
const syncOutputBytes = 2 * 1024 * 1024;

/**
 * Decompresses a body. The output never takes more memory than `limit.maxBytes`. Throws `RequestError` with upstream's
 * words: `too_large` or `corrupt_encoding`.
 */
export async function inflate(body: Uint8Array, encoding: ContentEncoding, limit: SizeLimit): Promise<Uint8Array> {
  if (encoding === "zstd" && isZstdCutOff(body)) throw new RequestError("corrupt_encoding", "unexpected EOF");
  try {
    if (body.length <= syncInputBytes) {
      try {
        return inflateSync(body, encoding, Math.min(limit.maxBytes, syncOutputBytes));
      } catch (error) {
        if (codeOf(error) !== tooLarge || limit.maxBytes <= syncOutputBytes) throw error;
      }
    }
    return await inflateInPool(body, encoding, limit.maxBytes);
  } catch (error) {
    throw explain(error, encoding, limit);
  }
}

function inflateSync(body: Uint8Array, encoding: ContentEncoding, maxOutputLength: number): Uint8Array {
  // The output is collected in chunks of this size, and a short output keeps its whole chunk alive until it is copied.
  const options = { maxOutputLength, chunkSize: Math.min(Math.max(body.length * 8, 4096), 65_536) };
  if (encoding === "gzip") return zlib.gunzipSync(body, options);
  if (encoding !== "zstd") return zlib.inflateSync(body, options);
  const output: Uint8Array[] = [];
  let read = 0;
  let written = 0;
  do {
    // The types do not know what `info` changes.
    const frame = zlib.zstdDecompressSync(
      body.subarray(read),
      zstdOptions(maxOutputLength - written, options.chunkSize),
    ) as unknown as Frame;
    output.push(frame.buffer);
    read += usedBytes(frame);
    written += frame.buffer.length;
  } while (read < body.length);
  return joined(output);
}

async function inflateInPool(
  body: Uint8Array,
  encoding: ContentEncoding,
  maxOutputLength: number,
): Promise<Uint8Array> {
  // Each chunk is a round through the pool.
  const options = { maxOutputLength, chunkSize: 256 * 1024 };
  if (encoding === "gzip") return inPool<Uint8Array>((done) => zlib.gunzip(body, options, done));
  if (encoding !== "zstd") return inPool<Uint8Array>((done) => zlib.inflate(body, options, done));
  const output: Uint8Array[] = [];
  let read = 0;
  let written = 0;
  do {
    const rest = body.subarray(read);
    const frameOptions = zstdOptions(maxOutputLength - written, options.chunkSize);
    const frame = await inPool<Frame>((done) =>
      zlib.zstdDecompress(rest, frameOptions, (error, result) => done(error, result as unknown as Frame)),
    );
    output.push(frame.buffer);
    read += usedBytes(frame);
    written += frame.buffer.length;
  } while (read < body.length);
  return joined(output);
}

/** Input bytes that a frame took; never 0, which would make the loops above endless. */
function usedBytes(frame: Frame): number {
  const count = frame.engine.bytesWritten;
  if (count === 0) throw new RequestError("corrupt_encoding", "zstd: empty frame");
  return count;
}

/**
 * One zstd frame. Node stops after the first one of a body and says nothing of the rest, which would be lost; `info` tells
 * how far it came.
 */
interface Frame {
  readonly buffer: Uint8Array;
  /** `bytesWritten`: bytes of the input that were used. */
  readonly engine: { readonly bytesWritten: number };
}

function zstdOptions(roomBytes: number, chunkSize: number): zlib.ZstdOptions {
  // Frames without content may follow when there is no room left.
  const maxOutputLength = Math.max(roomBytes, 1);
  // The window that a frame asks for is memory as well: no larger than the output may be, and at least the 8 MiB that
  // RFC 8878 wants every decoder to have.
  const windowLog = Math.min(Math.max(Math.ceil(Math.log2(maxOutputLength)), 23), 27);
  return {
    maxOutputLength,
    chunkSize,
    info: true,
    params: { [zlib.constants.ZSTD_d_windowLogMax]: windowLog },
  } as zlib.ZstdOptions;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return parts.length === 1 ? (parts[0] as Uint8Array) : Buffer.concat(parts);
}

function inPool<T>(start: (done: (error: Error | null, result: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    start((error, result) => (error === null ? resolve(result) : reject(error)));
  });
}

const tooLarge = "ERR_BUFFER_TOO_LARGE";

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}

function explain(error: unknown, encoding: ContentEncoding, limit: SizeLimit): RequestError {
  if (error instanceof RequestError) return error;
  const code = codeOf(error);
  if (code === tooLarge) {
    return new RequestError(
      "too_large",
      `http: request body too large: more than ${limit.maxBytes} bytes after decompression, limit is ${limit.maxBytes} (${limit.option})`,
    );
  }
  const corrupt = (text: string): RequestError => new RequestError("corrupt_encoding", text, { cause: error });
  if (code === "Z_BUF_ERROR") return corrupt("unexpected EOF");
  const text = error instanceof Error ? error.message : String(error);
  if (encoding !== "zstd") {
    const name = encoding === "gzip" ? "gzip" : "zlib";
    return corrupt(text === "incorrect header check" ? `${name}: invalid header` : `${name}: ${text}`);
  }
  return corrupt(code === "ZSTD_error_prefix_unknown" ? "invalid input: magic number mismatch" : `zstd: ${text}`);
}
