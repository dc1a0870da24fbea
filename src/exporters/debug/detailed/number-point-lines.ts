import { NumberPointView, type RangeList } from "../../../pdata/views/index.ts";
import { appendFixed6 } from "../../../text/append-double.ts";
import { appendInt64, appendUint } from "../../../text/append-integer.ts";
import { appendTime } from "../../../text/append-time.ts";
import type { TextBuffer } from "../../../text/text-buffer.ts";
import type { AttributeLines } from "./attribute-lines.ts";
import { ExemplarLines } from "./exemplar-lines.ts";

const newline = 10;
const pointLine = Buffer.from("NumberDataPoints #");
const valueLine = Buffer.from("Value: ");

/** Lines that every data point begins with, after its index line. */
export const pointAttributes = Buffer.from("Data point attributes:\n");
const startTime = Buffer.from("StartTimestamp: ");
const time = Buffer.from("\nTimestamp: ");

export interface PointTimes {
  readonly startTimeLo: number;
  readonly startTimeHi: number;
  readonly timeLo: number;
  readonly timeHi: number;
}

export function appendPointTimes(out: TextBuffer, point: PointTimes): void {
  out.appendBytes(startTime);
  appendTime(out, point.startTimeLo, point.startTimeHi);
  out.appendBytes(time);
  appendTime(out, point.timeLo, point.timeHi);
  out.appendByte(newline);
}

/** Data points of gauges and sums. */
export class NumberPointLines {
  readonly #out: TextBuffer;
  readonly #attributes: AttributeLines;
  readonly #exemplars: ExemplarLines;
  readonly #point = new NumberPointView();

  constructor(out: TextBuffer, attributes: AttributeLines) {
    this.#out = out;
    this.#attributes = attributes;
    this.#exemplars = new ExemplarLines(out, attributes);
  }

  append(bytes: Uint8Array, points: RangeList): void {
    const out = this.#out;
    for (let index = 0; index < points.length; index++) {
      const point = this.#point.at(bytes, points.start(index), points.end(index));
      out.appendBytes(pointLine);
      appendUint(out, index);
      out.appendByte(newline);
      this.#attributes.append(pointAttributes, bytes, point.attributes);
      appendPointTimes(out, point);
      this.#value(point);
      this.#exemplars.append(bytes, point.exemplars);
    }
  }

  #value(point: NumberPointView): void {
    if (point.valueType === "empty") return;
    const out = this.#out;
    out.appendBytes(valueLine);
    if (point.valueType === "int") appendInt64(out, point.intLo, point.intHi);
    else appendFixed6(out, point.double);
    out.appendByte(newline);
  }
}
