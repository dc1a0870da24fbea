import { gunzipSync, gzipSync } from "node:zlib";
import type { Chunk } from "./lines/line-body.ts";
import type { Part } from "./payload.ts";

/** What a request's `content-encoding` says. */
export type LineCompression = "gzip" | "none";

/**
 * Lines are so repetitive that the fastest level leaves little to win: it finds a sixteenth of the size at two thirds of the
 * time of the default. On the main thread: a chunk takes about a millisecond, and the way through the thread pool cost more
 * than that, because chunks that wait for it need fresh memory (bench/wavefront.ts).
 */
const options = { level: 1, chunkSize: 64 * 1024 };

const lineFeed = 0x0a;

/** One request out of a chunk, whose memory is given back. */
export function pack(chunk: Chunk, compression: LineCompression): Part {
  const { format, itemCount } = chunk;
  const body = compression === "gzip" ? gzipSync(chunk.bytes, options) : chunk.bytes.slice();
  chunk.release();
  return { format, body, itemCount };
}

function repack(bytes: Uint8Array, compression: LineCompression): Uint8Array {
  return compression === "gzip" ? gzipSync(bytes, options) : bytes;
}

function unpack({ body }: Part, compression: LineCompression): Uint8Array {
  return compression === "gzip" ? gunzipSync(body) : body;
}

/**
 * Two halves of a part, cut between lines; `undefined` if it has one line only. Items are shared out by lines: exact for
 * spans, of which each has one line; points of several lines may be counted on the other side of the cut.
 */
export function splitPart(part: Part, compression: LineCompression): readonly [Part, Part] | undefined {
  const bytes = unpack(part, compression);
  const cut = cutNear(bytes, bytes.length >> 1);
  if (cut === undefined) return undefined;
  const lines = countLines(bytes);
  const first = Math.round((part.itemCount * countLines(bytes.subarray(0, cut))) / lines);
  const { format } = part;
  return [
    { format, body: repack(bytes.subarray(0, cut), compression), itemCount: first },
    { format, body: repack(bytes.subarray(cut), compression), itemCount: part.itemCount - first },
  ];
}

export function countPartLines(part: Part, compression: LineCompression): number {
  return countLines(unpack(part, compression));
}

/** Lines of whole lines. */
export function countLines(bytes: Uint8Array): number {
  let count = 0;
  for (let pos = bytes.indexOf(lineFeed); pos >= 0; pos = bytes.indexOf(lineFeed, pos + 1)) count++;
  return count;
}

/** The start of a line near `middle`, which is neither the start nor the end of everything. */
function cutNear(bytes: Uint8Array, middle: number): number | undefined {
  const behind = bytes.indexOf(lineFeed, middle) + 1;
  if (behind > 0 && behind < bytes.length) return behind;
  const before = bytes.lastIndexOf(lineFeed, middle) + 1;
  return before > 0 && before < bytes.length ? before : undefined;
}
