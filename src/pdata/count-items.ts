import { Cursor } from "../wire/cursor.ts";
import type { Batch } from "./batch.ts";
import { hasField, recordDepth, recordPaths, type Level } from "./record-path.ts";
import type { Signal } from "./signal.ts";

/** What upstream's debug exporter prints about a batch. */
export interface Counts {
  /** Resource groups as they came: one resource may have several. */
  readonly resources: number;
  /** Spans, metrics or log records. */
  readonly records: number;
  /** Spans, data points or log records. */
  readonly items: number;
}

/**
 * Number of items in an export request, stepping over everything else. The bytes must be valid, as those of a batch;
 * others may end in a `WireError`.
 */
export function countItems(signal: Signal, bytes: Uint8Array): number {
  return countAt(recordPaths[signal], 0, bytes, 0, bytes.length, Infinity);
}

/** Resource groups, records and items of a batch, without decoding any. */
export function countsOf(batch: Batch): Counts {
  const { bytes, itemCount } = batch;
  const levels = recordPaths[batch.signal];
  const items = itemCount;
  const count = (depth: number): number => countAt(levels, 0, bytes, 0, bytes.length, depth);
  return { resources: count(1), records: levels.length === recordDepth ? items : count(recordDepth), items };
}

// Counting never waits, so one cursor serves every call.
const cursor = new Cursor(new Uint8Array(0));

/**
 * Number of messages `depth` levels below the request (items, if there are not so many levels) in `[start, end)`, which
 * is the content of a message at `level`.
 */
export function countAt(
  levels: readonly Level[],
  level: number,
  bytes: Uint8Array,
  start: number,
  end: number,
  depth: number,
): number {
  const { children, lastChildOnly } = levels[level] as Level;
  const deepest = level + 1 === levels.length || level + 1 === depth;
  let count = 0;
  let pos = start;
  while (pos < end) {
    const tag = cursor.reset(bytes, pos, end).readTag();
    if (!hasField(children, tag)) {
      cursor.skip(tag);
      pos = cursor.pos;
      continue;
    }
    const length = cursor.readLength();
    const childStart = cursor.pos;
    pos = childStart + length;
    const inChild = deepest ? 1 : countAt(levels, level + 1, bytes, childStart, pos, depth);
    count = lastChildOnly ? inChild : count + inChild;
  }
  return count;
}
