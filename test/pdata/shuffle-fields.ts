import { requestSchemas, type MessageSchema } from "../../src/pdata/schema.ts";
import type { Signal } from "../../src/pdata/signal.ts";
import { Cursor } from "../../src/wire/cursor.ts";
import { Writer } from "../../src/wire/writer.ts";
import type { Random } from "../random.ts";

/**
 * The same message with the fields of every message below in another order: anything that a writer is free to do. Fields
 * of one number keep their order, for that is the order of a list.
 */
export function shuffleFields(signal: Signal, bytes: Uint8Array, random: Random): Uint8Array {
  return shuffle(requestSchemas[signal], bytes, random);
}

function shuffle(schema: MessageSchema, bytes: Uint8Array, random: Random): Uint8Array {
  const byNumber = new Map<number, Uint8Array[]>();
  const cursor = new Cursor(bytes);
  while (cursor.pos < bytes.length) {
    const start = cursor.pos;
    const tag = cursor.readTag();
    const number = tag >>> 3;
    const message = schema.byNumber.get(number)?.message;
    const writer = new Writer();
    if (message === undefined) {
      cursor.skip(tag);
      writer.writeRaw(bytes, start, cursor.pos);
    } else {
      const length = cursor.readLength();
      writer.writeBytes(number, shuffle(message, bytes.subarray(cursor.pos, cursor.pos + length), random));
      cursor.pos += length;
    }
    byNumber.set(number, [...(byNumber.get(number) ?? []), writer.finish()]);
  }
  const queues = [...byNumber.values()];
  const writer = new Writer();
  while (queues.length > 0) {
    const at = random.below(queues.length);
    const next = queues[at]?.shift();
    if (next === undefined) queues.splice(at, 1);
    else writer.writeRaw(next);
  }
  return writer.finish();
}
