import { Writer } from "../../../src/wire/writer.ts";
import { WireType } from "../../../src/wire/wire-type.ts";

/** A valid export request for traces with as many spans, each with a name of `nameBytes`. */
export function traceRequest(spanCount = 1, nameBytes = 8): Buffer {
  const writer = new Writer();
  const resourceSpans = writer.open(1);
  const scopeSpans = writer.open(2);
  for (let index = 0; index < spanCount; index++) {
    const span = writer.open(2);
    writer.writeBytes(1, new Uint8Array(16).fill(index + 1));
    writer.writeBytes(2, new Uint8Array(8).fill(index + 1));
    writer.writeString(5, "n".repeat(nameBytes));
    writer.writeTag(7, WireType.fixed64);
    writer.writeFixed64(1, 2);
    writer.close(span);
  }
  writer.close(scopeSpans);
  writer.close(resourceSpans);
  return Buffer.from(writer.finish());
}

/** The same shape as OTLP/JSON. */
export function traceJson(name = "span"): string {
  const span = { traceId: "0102030405060708090a0b0c0d0e0f10", spanId: "0102030405060708", name };
  return JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] });
}

/** A span whose trace id is one byte short. */
export function badTraceRequest(): Buffer {
  const writer = new Writer();
  const resourceSpans = writer.open(1);
  const scopeSpans = writer.open(2);
  const span = writer.open(2);
  writer.writeBytes(1, new Uint8Array(15));
  writer.close(span);
  writer.close(scopeSpans);
  writer.close(resourceSpans);
  return Buffer.from(writer.finish());
}
