import { Cursor } from "../wire/cursor.ts";
import { Writer } from "../wire/writer.ts";
import { Batch } from "./batch.ts";
import { countAt } from "./count-items.ts";
import { hasField, recordPaths, type Level } from "./record-path.ts";
import type { Signal } from "./signal.ts";
import { RangeList } from "./views/range-list.ts";

/**
 * Cuts a batch into pieces of exactly `maxItems` items, the last one with the rest. Order is kept. What holds an item
 * (resource group, scope group, metric) is repeated in every piece that has some of its items, with all its fields,
 * unknown ones too; only a metric's metadata goes with its last piece alone, as upstream's. A batch that is small enough
 * is returned as it is; pieces have memory of their own.
 *
 * Takes time in proportion to what it reads and writes. Repeated heads can make that much more than the batch.
 */
export function splitBatch<S extends Signal>(batch: Batch<S>, maxItems: number): Batch<S>[] {
  return [...batchPieces(batch, maxItems)];
}

/**
 * The same pieces, each made when it is asked for: heads that are repeated cost the memory of one piece at a time. There is
 * at least one piece.
 */
export function batchPieces<S extends Signal>(
  batch: Batch<S>,
  maxItems: number,
): Iterator<Batch<S>> & Iterable<Batch<S>> {
  if (!Number.isInteger(maxItems) || maxItems < 1) {
    throw new RangeError(`Cannot split a batch: ${maxItems} items a piece, at least 1 expected`);
  }
  return batch.itemCount <= maxItems ? [batch].values() : new Splitter(batch, maxItems).pieces();
}

/** A message on the way from the request to the items: where its own fields are, and how the piece at hand holds it. */
class OpenMessage {
  /** Fields that every piece repeats, with their tags. */
  readonly heads = new RangeList();
  /** Fields that only the last piece has. */
  readonly tails = new RangeList();
  /** Fields that hold the next level. */
  readonly children = new RangeList();
  /** Number of the field that holds it. */
  fieldNumber = 0;
  /** What `Writer.open` answered. */
  writtenAt = 0;
}

/**
 * Walks down the path from request to items and copies. A message is written to a piece when its first item is, and
 * closed at its end or at a cut, so nothing is known in advance but its own fields:
 *
 *     request ─ resource group ─ scope group ─ item item ┆ item item     ┆ a cut closes and opens the three again
 */
class Splitter<S extends Signal> {
  readonly #batch: Batch<S>;
  readonly #maxItems: number;
  readonly #levels: readonly Level[];
  readonly #path: readonly OpenMessage[];
  readonly #cursor = new Cursor(new Uint8Array(0));
  readonly #writer: Writer;
  #room: number;
  /** How many messages of the path are open in this piece. */
  #openCount = 0;
  // Bytes to be copied; neighbours are joined, so that a run of items is one copy.
  #runStart = 0;
  #runEnd = 0;

  constructor(batch: Batch<S>, maxItems: number) {
    this.#batch = batch;
    this.#maxItems = maxItems;
    this.#room = maxItems;
    this.#levels = recordPaths[batch.signal];
    this.#path = this.#levels.map(() => new OpenMessage());
    this.#writer = new Writer(Math.ceil((batch.bytes.length * maxItems) / batch.itemCount) + 1024);
  }

  *pieces(): Generator<Batch<S>, undefined> {
    yield* this.#walk(0, 0, this.#batch.bytes.length);
    yield this.#finishPiece();
  }

  /** Content of a message whose items do not all fit into this piece. A generator a group, not an item. */
  *#walk(level: number, start: number, end: number): Generator<Batch<S>, undefined> {
    const { children } = this.#note(level, start, end);
    const first = (this.#levels[level] as Level).lastChildOnly ? children.length - 1 : 0;
    for (let index = first; index < children.length; index++) {
      const fieldStart = children.start(index);
      const childEnd = children.end(index);
      const itemCount = this.#countBelow(level, fieldStart, childEnd);
      // A cut comes when an item needs it and not before: what holds no items never makes a piece of its own.
      if (this.#room === 0 && itemCount > 0) yield this.#finishPiece();
      if (itemCount <= this.#room) {
        this.#copy(level, fieldStart, childEnd);
        this.#room -= itemCount;
      } else yield* this.#walk(level + 1, this.#enter(level + 1, fieldStart, childEnd), childEnd);
    }
    this.#close(level);
  }

  #countBelow(level: number, fieldStart: number, end: number): number {
    const below = level + 1;
    if (below === this.#levels.length) return 1;
    const cursor = this.#cursor.reset(this.#batch.bytes, fieldStart, end);
    cursor.readTag();
    cursor.readLength();
    return countAt(this.#levels, below, this.#batch.bytes, cursor.pos, end, Infinity);
  }

  /** Notes the field that holds a message; answers where its content begins. */
  #enter(level: number, fieldStart: number, end: number): number {
    const cursor = this.#cursor.reset(this.#batch.bytes, fieldStart, end);
    (this.#path[level] as OpenMessage).fieldNumber = cursor.readTag() >>> 3;
    cursor.readLength();
    return cursor.pos;
  }

  /** Sorts the fields of a message. */
  #note(level: number, start: number, end: number): OpenMessage {
    const message = this.#path[level] as OpenMessage;
    const { children, unrepeated } = this.#levels[level] as Level;
    const cursor = this.#cursor.reset(this.#batch.bytes, start, end);
    message.heads.clear();
    message.tails.clear();
    message.children.clear();
    while (cursor.pos < end) {
      const fieldStart = cursor.pos;
      const tag = cursor.readTag();
      cursor.skip(tag);
      const ranges = hasField(children, tag)
        ? message.children
        : hasField(unrepeated, tag)
          ? message.tails
          : message.heads;
      ranges.push(fieldStart, cursor.pos);
    }
    return message;
  }

  /** Copies fields of the message at `level`, which is opened first, with all above it. */
  #copy(level: number, start: number, end: number): void {
    while (this.#openCount <= level) {
      this.#flushRun();
      const message = this.#path[this.#openCount] as OpenMessage;
      if (this.#openCount++ > 0) message.writtenAt = this.#writer.open(message.fieldNumber);
      this.#writeAll(message.heads);
    }
    if (start !== this.#runEnd) {
      this.#flushRun();
      this.#runStart = start;
    }
    this.#runEnd = end;
  }

  #close(level: number): void {
    this.#flushRun();
    const message = this.#path[level] as OpenMessage;
    this.#writeAll(message.tails);
    this.#closeDownTo(level);
  }

  /** Ends the messages of the path from the innermost to the one at `level`; the request itself has no end. */
  #closeDownTo(level: number): void {
    while (this.#openCount > level) {
      const message = this.#path[--this.#openCount] as OpenMessage;
      if (this.#openCount > 0) this.#writer.close(message.writtenAt);
    }
  }

  #finishPiece(): Batch<S> {
    this.#flushRun();
    this.#closeDownTo(0);
    const piece = new Batch(this.#batch.signal, this.#writer.finish(), this.#maxItems - this.#room);
    this.#writer.clear();
    this.#room = this.#maxItems;
    return piece;
  }

  #writeAll(ranges: RangeList): void {
    for (let index = 0; index < ranges.length; index++) {
      this.#writer.writeRaw(this.#batch.bytes, ranges.start(index), ranges.end(index));
    }
  }

  #flushRun(): void {
    if (this.#runEnd > this.#runStart) this.#writer.writeRaw(this.#batch.bytes, this.#runStart, this.#runEnd);
    this.#runStart = this.#runEnd = 0;
  }
}
