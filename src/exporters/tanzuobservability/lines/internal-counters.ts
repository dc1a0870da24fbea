import type { ByteBuffer } from "./byte-buffer.ts";
import { writeQuoted } from "./line-writer.ts";

const prefix = "~sdk.otel.collector.";

/**
 * Counts that upstream sends about itself behind the points of every request, since start. The two kinds of histogram
 * have a line each, under the same name, as upstream has it.
 */
export class InternalCounters {
  missingGaugeValues = 0;
  missingSumValues = 0;
  malformedHistograms = 0;
  malformedExponential = 0;
  histogramsWithoutTemporality = 0;
  exponentialWithoutTemporality = 0;

  write(out: ByteBuffer, source: string): void {
    line(out, "missing_values", this.missingGaugeValues, source, "gauge");
    line(out, "missing_values", this.missingSumValues, source, "sum");
    line(out, "malformed_histogram", this.malformedHistograms, source, "");
    line(out, "no_aggregation_temporality", this.histogramsWithoutTemporality, source, "histogram");
    line(out, "malformed_histogram", this.malformedExponential, source, "");
    line(out, "no_aggregation_temporality", this.exponentialWithoutTemporality, source, "histogram");
  }
}

function line(out: ByteBuffer, name: string, value: number, source: string, type: string): void {
  out.writeText(`"${prefix}${name}" ${value} source=`);
  writeQuoted(out, source);
  out.writeText(type === "" ? "\n" : ` "type"="${type}"\n`);
}
