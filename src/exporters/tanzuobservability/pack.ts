import { gunzipSync, gzipSync } from "node:zlib";
import { compress } from "../../net/client/compress.ts";
import type { Chunk } from "./lines/line-body.ts";
import type { Part } from "./payload.ts";

/** Lines are so repetitive that the fastest level leaves little to win: a tenth of the size at a third of the time. */
const level = 1;

const lineFeed = 0x0a;

/** Compresses a chunk and gives its memory back. Large ones are compressed off the main thread. */
export async function pack(chunk: Chunk): Promise<Part> {
  const body = await compress(chunk.bytes, { compression: "gzip", level });
  const { format, itemCount } = chunk;
  chunk.release();
  return { format, body, itemCount };
}

/** As `pack`, at once on the main thread. */
export function packNow(chunk: Chunk): Part {
  const body = gzipSync(chunk.bytes, { level });
  const { format, itemCount } = chunk;
  chunk.release();
  return { format, body, itemCount };
}

/**
 * Two halves of a part, cut between lines; `undefined` if it has one line only. Items are shared out by lines: exact for
 * spans, of which each has one line; points of several lines may be counted on the other side of the cut.
 */
export function splitPart(part: Part): readonly [Part, Part] | undefined {
  const bytes = gunzipSync(part.body);
  const cut = cutNear(bytes, bytes.length >> 1);
  if (cut === undefined) return undefined;
  const lines = countLines(bytes, bytes.length);
  const first = Math.round((part.itemCount * countLines(bytes, cut)) / lines);
  const { format } = part;
  return [
    { format, body: gzipSync(bytes.subarray(0, cut), { level }), itemCount: first },
    { format, body: gzipSync(bytes.subarray(cut), { level }), itemCount: part.itemCount - first },
  ];
}

/** The start of a line near `middle`, which is neither the start nor the end of everything. */
function cutNear(bytes: Uint8Array, middle: number): number | undefined {
  const behind = bytes.indexOf(lineFeed, middle) + 1;
  if (behind > 0 && behind < bytes.length) return behind;
  const before = bytes.lastIndexOf(lineFeed, middle) + 1;
  return before > 0 && before < bytes.length ? before : undefined;
}

function countLines(bytes: Uint8Array, end: number): number {
  let count = 0;
  for (let pos = bytes.indexOf(lineFeed); pos >= 0 && pos < end; pos = bytes.indexOf(lineFeed, pos + 1)) count++;
  return count;
}
