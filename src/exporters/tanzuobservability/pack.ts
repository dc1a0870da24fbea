import { gunzipSync, gzipSync } from "node:zlib";
import { isLoopback } from "../../net/client/grpc-target.ts";
import type { Chunk } from "./lines/line-body.ts";
import type { LineCompression, Part } from "./payload.ts";

/** From this size on a request to a proxy on this machine is not compressed, unless `compression: gzip` asks for it. */
export const plainBytes = 256 * 1024;

/**
 * Which requests are compressed. Under load, and only then are requests large, compressing a span's lines costs a third of
 * all that is done for it, and as much again in the proxy, to spare a network that is not there. Small ones are gzipped as
 * upstream's are.
 */
export function chooseCompression(setting: string, { hostname }: URL): (byteCount: number) => LineCompression {
  if (setting === "none") return () => "none";
  // An IPv6 address has brackets in a URL.
  const isNear = setting === "" && isLoopback(hostname.replace(/^\[|\]$/g, ""));
  return (byteCount) => (isNear && byteCount >= plainBytes ? "none" : "gzip");
}

/**
 * Lines are so repetitive that the fastest level leaves little to win: it finds a sixteenth of the size at two thirds of the
 * time of the default. On the main thread: a chunk takes about a millisecond, and the way through the thread pool cost more
 * than that, because chunks that wait for it need fresh memory (bench/wavefront.ts).
 */
const options = { level: 1, chunkSize: 64 * 1024 };

const lineFeed = 0x0a;

/** One request out of a chunk, whose memory is given back at once, or by the part. */
export function pack(chunk: Chunk, compression: LineCompression): Part {
  const { format, bytes, itemCount } = chunk;
  if (compression === "none") return { format, compression, body: bytes, itemCount, release: () => chunk.release() };
  const body = gzipSync(bytes, options);
  chunk.release();
  return { format, compression, body, itemCount, release: undefined };
}

/** The same request, for as long as it has to wait: a tenth of the memory. */
export function compressed(part: Part): Part {
  if (part.compression === "gzip") return part;
  return { ...part, compression: "gzip", body: gzipSync(part.body, options), release: undefined };
}

function linesOf({ body, compression }: Part): Uint8Array {
  return compression === "gzip" ? gunzipSync(body) : body;
}

/**
 * Two halves of a part, cut between lines; `undefined` if it has one line only. Items are shared out by lines: exact for
 * spans, of which each has one line; points of several lines may be counted on the other side of the cut.
 */
export function splitPart(part: Part): readonly [Part, Part] | undefined {
  const bytes = linesOf(part);
  const cut = cutNear(bytes, bytes.length >> 1);
  if (cut === undefined) return undefined;
  const lines = countLines(bytes);
  const first = Math.round((part.itemCount * countLines(bytes.subarray(0, cut))) / lines);
  return [
    { ...part, body: repack(bytes.subarray(0, cut), part), itemCount: first, release: undefined },
    { ...part, body: repack(bytes.subarray(cut), part), itemCount: part.itemCount - first, release: undefined },
  ];
}

function repack(bytes: Uint8Array, { compression }: Part): Uint8Array {
  return compression === "gzip" ? gzipSync(bytes, options) : bytes;
}

export function countPartLines(part: Part): number {
  return countLines(linesOf(part));
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
