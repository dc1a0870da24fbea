import { emptyContext, type RequestContext } from "../component/consumer.ts";
import type { Batch } from "../pdata/batch.ts";
import { signals, type Signal } from "../pdata/signal.ts";

/*
 * A batch in a queue on disk, little endian:
 *
 *     version u8, signal u8, 0 u16, items u32, length of the context u32, Unix ms f64, context as JSON, OTLP request
 */

const version = 1;
const headBytes = 20;
/** Never on disk: what proves who a sender is. */
const credentials: ReadonlySet<string> = new Set(["authorization", "proxy-authorization", "cookie", "set-cookie"]);

export interface StoredBatch {
  readonly itemCount: number;
  readonly enqueuedUnixMs: number;
  readonly context: RequestContext;
  /** The OTLP request; shares memory with what was decoded. */
  readonly bytes: Uint8Array;
}

/** The parts of a record; the last one is the batch's own bytes. */
export function encodeStoredBatch(
  { signal, itemCount, bytes }: Batch,
  context: RequestContext,
  enqueuedUnixMs: number,
): readonly Uint8Array[] {
  const contextText = encodeContext(context);
  const head = Buffer.alloc(headBytes + Buffer.byteLength(contextText));
  head[0] = version;
  head[1] = signals.indexOf(signal);
  head.writeUInt32LE(itemCount, 4);
  head.writeUInt32LE(head.length - headBytes, 8);
  head.writeDoubleLE(enqueuedUnixMs, 12);
  head.write(contextText, headBytes);
  return [head, bytes];
}

/** What was encoded, or why it is not a batch of that signal. */
export function decodeStoredBatch(signal: Signal, record: Uint8Array): StoredBatch | { readonly problem: string } {
  const view = Buffer.from(record.buffer, record.byteOffset, record.length);
  if (view.length < headBytes) return { problem: "it is too short" };
  if (view[0] !== version) return { problem: `it has version ${view[0]}, this program knows version ${version}` };
  if (view[1] !== signals.indexOf(signal)) return { problem: `it is not of signal ${signal}` };
  const bodyOffset = headBytes + view.readUInt32LE(8);
  if (bodyOffset > view.length) return { problem: "it is too short" };
  const context = decodeContext(view.toString("utf8", headBytes, bodyOffset));
  if (context === undefined) return { problem: "its context is damaged" };
  return {
    itemCount: view.readUInt32LE(4),
    enqueuedUnixMs: view.readDoubleLE(12),
    context,
    bytes: view.subarray(bodyOffset),
  };
}

function encodeContext({ peer, metadata }: RequestContext): string {
  if (metadata.size === 0) return "";
  return JSON.stringify({ peer, metadata: [...metadata].filter(([name]) => !credentials.has(name)) });
}

function decodeContext(text: string): RequestContext | undefined {
  if (text === "") return emptyContext;
  try {
    // Written by us, with a checksum over it.
    const { peer, metadata } = JSON.parse(text) as { peer: string; metadata: [string, string[]][] };
    return { peer, metadata: new Map(metadata) };
  } catch {
    return undefined;
  }
}
