import { Batch } from "../../../src/pdata/batch.ts";
import type { Signal } from "../../../src/pdata/signal.ts";
import { validate } from "../../../src/pdata/validate.ts";
import { Cursor } from "../../../src/wire/cursor.ts";
import { WireType } from "../../../src/wire/wire-type.ts";
import { Writer } from "../../../src/wire/writer.ts";

/** Fields of the request path down to an item, by signal; the last is the item's own. */
const paths: Readonly<Record<Signal, readonly number[]>> = {
  traces: [1, 2, 2],
  metrics: [1, 2, 2, 5, 1],
  logs: [1, 2, 2],
};
/** A field of the item that takes a string or bytes of any length and is kept as it is. */
const textFields: Readonly<Record<Signal, number>> = { traces: 5, metrics: 100, logs: 3 };

/** A batch of `count` items whose names are the numbers from `first`, each with `padding` more bytes. */
export function numberedBatch<S extends Signal = "traces">(
  count: number,
  options: { readonly first?: number; readonly padding?: number; readonly signal?: S } = {},
): Batch<S> {
  const { first = 0, padding = 0, signal = "traces" as S } = options;
  const writer = new Writer();
  const path = paths[signal];
  const opened = path.slice(0, -1).map((field) => writer.open(field));
  for (let index = 0; index < count; index++) {
    const item = writer.open(path.at(-1) ?? 0);
    if (signal === "traces") {
      writer.writeBytes(1, Buffer.alloc(16, 7));
      writer.writeBytes(2, Buffer.alloc(8, 9));
    }
    writer.writeString(textFields[signal], `${first + index}.${"x".repeat(padding)}`);
    writer.close(item);
  }
  for (const start of opened.toReversed()) writer.close(start);
  return validate(signal, writer.finish());
}

/** The numbers of the items in a request, in order. */
export function numbersOf(bytes: Uint8Array, signal: Signal = "traces"): number[] {
  const numbers: number[] = [];
  const path = paths[signal];
  const walk = (cursor: Cursor, depth: number): void => {
    while (cursor.pos < cursor.end) {
      const tag = cursor.readTag();
      const wanted = depth < path.length ? path[depth] : textFields[signal];
      if (tag !== (((wanted ?? 0) << 3) | WireType.lengthDelimited)) {
        cursor.skip(tag);
        continue;
      }
      const end = cursor.readLength() + cursor.pos;
      if (depth < path.length) walk(new Cursor(bytes, cursor.pos, end), depth + 1);
      else numbers.push(Number.parseInt(Buffer.from(bytes.subarray(cursor.pos, end)).toString(), 10));
      cursor.pos = end;
    }
  };
  walk(new Cursor(bytes), 0);
  return numbers;
}

/** `from`, `from + 1`, … below `to`. */
export function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}
