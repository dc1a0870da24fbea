import { validate } from "../../../src/pdata/validate.ts";
import type { Batch } from "../../../src/pdata/batch.ts";
import { Writer } from "../../../src/wire/writer.ts";
import { WireType } from "../../../src/wire/wire-type.ts";

/** A valid request with spans named `s<number>;` from `first`, in one resource and scope. */
export function spanBatch(itemCount: number, first = 0, padding = 0): Batch<"traces"> {
  const writer = new Writer(itemCount * (24 + padding) + 64);
  const resourceSpans = writer.open(1);
  const scopeSpans = writer.open(2);
  const filler = Buffer.alloc(padding, " ");
  for (let i = 0; i < itemCount; i++) {
    const span = writer.open(2);
    const name = Buffer.concat([Buffer.from(`s${first + i};`), filler]);
    writer.writeTag(5, WireType.lengthDelimited);
    writer.writeVarint32(name.length);
    writer.writeRaw(name, 0, name.length);
    writer.close(span);
  }
  writer.close(scopeSpans);
  writer.close(resourceSpans);
  return validate("traces", writer.finish());
}

/** Numbers of the spans in a batch, in order. */
export function spansOf(batch: Batch): number[] {
  const text = Buffer.from(batch.bytes).toString("latin1");
  return [...text.matchAll(/s(\d+);/g)].map((match) => Number(match[1]));
}

export function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}
