import type { RangeList } from "../../pdata/views/index.ts";
import { appendUint } from "../../text/append-integer.ts";
import { appendTime } from "../../text/append-time.ts";
import type { TextBuffer } from "../../text/text-buffer.ts";
import type { AttributeLines } from "./attribute-lines.ts";

const newline = 10;
const pointAttributes = Buffer.from("Data point attributes:\n");
const startTime = Buffer.from("StartTimestamp: ");
const time = Buffer.from("\nTimestamp: ");

/** What the views of all kinds of data point have. */
export interface Point {
  readonly bytes: Uint8Array;
  readonly attributes: RangeList;
  readonly startTimeLo: number;
  readonly startTimeHi: number;
  readonly timeLo: number;
  readonly timeHi: number;
}

/** The lines that every data point begins with: index, attributes, times. */
export function appendPointHead(
  out: TextBuffer,
  attributes: AttributeLines,
  label: Uint8Array,
  index: number,
  point: Point,
): void {
  out.appendBytes(label);
  appendUint(out, index);
  out.appendByte(newline);
  attributes.append(pointAttributes, point.bytes, point.attributes);
  out.appendBytes(startTime);
  appendTime(out, point.startTimeLo, point.startTimeHi);
  out.appendBytes(time);
  appendTime(out, point.timeLo, point.timeHi);
  out.appendByte(newline);
}
