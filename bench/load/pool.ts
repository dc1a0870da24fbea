import { readFileSync, writeFileSync } from "node:fs";
import { signals, type Signal } from "../../src/pdata/signal.ts";

/** One encoded export request. */
export interface Body {
  readonly signal: Signal;
  readonly itemCount: number;
  readonly bytes: Buffer;
}

const headBytes = 9;

/** A pool is a file, so that the load spends its time on sending: per request signal, items, length, bytes. */
export function writePool(file: string, bodies: readonly Body[]): void {
  const parts = bodies.flatMap(({ signal, itemCount, bytes }) => {
    const head = Buffer.alloc(headBytes);
    head.writeUInt8(signals.indexOf(signal), 0);
    head.writeUInt32LE(itemCount, 1);
    head.writeUInt32LE(bytes.length, 5);
    return [head, bytes];
  });
  writeFileSync(file, Buffer.concat(parts));
}

export function readPool(file: string): readonly Body[] {
  const all = readFileSync(file);
  const bodies: Body[] = [];
  for (let pos = 0; pos < all.length;) {
    const signal = signals[all.readUInt8(pos)];
    if (signal === undefined) throw new Error(`Cannot read ${file}: no pool of requests`);
    const end = pos + headBytes + all.readUInt32LE(pos + 5);
    bodies.push({ signal, itemCount: all.readUInt32LE(pos + 1), bytes: all.subarray(pos + headBytes, end) });
    pos = end;
  }
  return bodies;
}
