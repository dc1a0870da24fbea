import { Buffer } from "node:buffer";
import type { Batch } from "../../../pdata/batch.ts";
import {
  EventView,
  isAllZero,
  rangeEquals,
  SpanView,
  textOf,
  Walker,
  type ResourceView,
  type Visitor,
} from "../../../pdata/views/index.ts";
import { millisOf } from "./span-texts.ts";
import { ValueTexts } from "./value-texts.ts";

/** A span as far as people want to see it. Ids are hex, `""` if unset. */
export interface SpanText {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId: string;
  readonly name: string;
  readonly service: string;
  readonly startMs: number;
  readonly durationMs: number;
  readonly isError: boolean;
  readonly statusMessage: string;
  readonly attributes: string;
  readonly exceptions: readonly ExceptionText[];
}

export interface ExceptionText {
  /** `ValueError: bad value`. */
  readonly head: string;
  readonly stackTrace: string;
}

const serviceName = Buffer.from("service.name");
const exceptionName = Buffer.from("exception");
const exceptionKeys = ["exception.type", "exception.message", "exception.stacktrace"].map((key) => Buffer.from(key));
const statusError = 2;
const maxExceptions = 4;

/** Reads spans out of batches. */
export class SpanReader implements Visitor {
  readonly #walker = new Walker();
  readonly #span = new SpanView();
  readonly #event = new EventView();
  readonly #texts = new ValueTexts();
  #onSpan: (span: SpanText) => void = () => undefined;
  #service = "";

  read(batch: Batch, onSpan: (span: SpanText) => void): void {
    this.#onSpan = onSpan;
    this.#walker.walk(batch, this);
  }

  resource({ bytes, attributes }: ResourceView): void {
    this.#service = this.#texts.find(bytes, attributes, serviceName);
  }

  scope(): void {}

  record(bytes: Uint8Array, start: number, end: number): void {
    const span = this.#span.at(bytes, start, end);
    const startMs = millisOf(span.startTimeLo, span.startTimeHi);
    const endMs = millisOf(span.endTimeLo, span.endTimeHi);
    this.#onSpan({
      traceId: idText(bytes, span.traceIdStart, span.traceIdEnd),
      spanId: idText(bytes, span.spanIdStart, span.spanIdEnd),
      parentId: idText(bytes, span.parentSpanIdStart, span.parentSpanIdEnd),
      name: textOf(bytes, span.nameStart, span.nameEnd),
      service: this.#service,
      startMs,
      durationMs: endMs === 0 ? 0 : endMs - startMs,
      isError: span.statusCode === statusError,
      statusMessage: textOf(bytes, span.statusMessageStart, span.statusMessageEnd),
      attributes: this.#texts.attributes(bytes, span.attributes),
      exceptions: this.#exceptions(span),
    });
  }

  #exceptions({ bytes, events }: SpanView): ExceptionText[] {
    const found: ExceptionText[] = [];
    for (let index = 0; index < events.length && found.length < maxExceptions; index++) {
      const event = this.#event.at(bytes, events.start(index), events.end(index));
      if (!rangeEquals(bytes, event.nameStart, event.nameEnd, exceptionName)) continue;
      const parts = exceptionKeys.map((key) => this.#texts.find(bytes, event.attributes, key));
      const [type = "", message = "", stackTrace = ""] = parts;
      found.push({ head: [type, message].filter((part) => part !== "").join(": ") || "exception", stackTrace });
    }
    return found;
  }
}

export function idText(bytes: Uint8Array, start: number, end: number): string {
  if (isAllZero(bytes, start, end)) return "";
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString("hex");
}
