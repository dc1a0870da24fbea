import { SummaryPointView } from "../../../pdata/views/index.ts";
import { noRecordedValue } from "./number-points.ts";
import type { PointWriter } from "./point-writer.ts";

/** Writes summaries: count, sum, and a line per quantile. */
export class SummaryPoints {
  readonly #point = new SummaryPointView();

  write(writer: PointWriter): void {
    const { metric } = writer;
    for (let index = 0; index < metric.points.length; index++) {
      const point = this.#point.at(metric.bytes, metric.points.start(index), metric.points.end(index));
      if ((point.flags & noRecordedValue) !== 0) {
        writer.drop("no_recorded_value");
        continue;
      }
      writer.prepareTail(point, "quantile");
      writer.writeLine(point.countHi * 4294967296 + point.countLo, "", 0, "_count");
      this.#writeValue(writer, point.sum, "", 0, "_sum");
      for (let quantile = 0; quantile < point.quantiles.length; quantile++) {
        point.quantileAt(quantile);
        this.#writeValue(writer, point.value, "quantile", point.quantile, "");
      }
      writer.endPoint();
    }
  }

  #writeValue(writer: PointWriter, value: number, key: "" | "quantile", quantile: number, suffix: string): void {
    // One line less; the point itself is sent.
    if (value === Infinity || value === -Infinity) writer.drop("value_infinite", 0);
    else writer.writeLine(value, key, quantile, suffix);
  }
}
