import { NumberPoint } from "./number-point.ts";
import { writeDouble } from "./number-text.ts";
import type { PointWriter } from "./point-writer.ts";
import type { RuleName } from "./rules.ts";

const deltaTemporality = 1;
export const noRecordedValue = 1;

/** Writes gauges and sums: one line a point; delta sums as delta counters, which have no time. */
export class NumberPoints {
  readonly #point = new NumberPoint();

  write(writer: PointWriter): void {
    const { metric } = writer;
    const isSum = metric.type === "sum";
    const isDelta = isSum && metric.temporality === deltaTemporality;
    const isAdded = isDelta || writer.isAdded;
    const point = this.#point;
    for (let index = 0; index < metric.points.length; index++) {
      point.read(metric.bytes, writer.from, metric.points.start(index), metric.points.end(index));
      if (point.isEmpty) {
        if (isSum) writer.counters.missingSumValues++;
        else writer.counters.missingGaugeValues++;
        writer.drop("value_missing");
        continue;
      }
      const rule = this.#ruleFor(point.value, point.flags, isDelta, isAdded);
      if (rule === undefined) this.#writeLine(writer, isDelta, isSum && !isDelta);
      else writer.drop(rule);
    }
  }

  /** Why a value has no line, if it has none. */
  #ruleFor(value: number, flags: number, isDelta: boolean, isAdded: boolean): RuleName | undefined {
    if ((flags & noRecordedValue) !== 0) return "no_recorded_value";
    if (value === Infinity || value === -Infinity) return "value_infinite";
    if (!isAdded) return undefined;
    if (value === 0) return "delta_zero";
    if (value < 0) return "delta_negative";
    return isDelta && Number.isNaN(value) ? "delta_nan" : undefined;
  }

  #writeLine(writer: PointWriter, isDelta: boolean, isCumulative: boolean): void {
    const out = writer.lines.buffer;
    const point = this.#point;
    writer.names.write(out, writer.metric, isDelta, "");
    out.writeByte(0x20);
    writeDouble(out, point.value);
    if (!isDelta) writer.time.write(out, point.timeLo, point.timeHi, writer.metric);
    writer.writeTagsOf(out, point, isCumulative);
    out.writeByte(0x0a);
    writer.lines.endItem(1);
  }
}
