import t from "tap";
import { linesOf } from "../../exporters/tanzuobservability/encode-lines.ts";
import { canonical } from "../../wavefront-proxy/canonical.ts";
import { lineFormats, readLines, type LineFormat } from "../../wavefront-proxy/read-lines.ts";
import type { Decoded } from "../../wavefront-proxy/verdict.ts";
import { complaintOf, Decoders } from "./decoders.ts";
import { pointFaults, spanFaults } from "./expected-fields.ts";
import { namedRequests } from "./named-requests.ts";

t.test("the proxy's own decoders take every line, whole, with the fields of the OTLP input", async (t) => {
  const decoders = new Decoders();
  t.teardown(() => decoders.close());
  let lineCount = 0;
  for (const { name, signal, request, options } of namedRequests()) {
    const lines = linesOf(signal, request, options);
    const decoded: Record<LineFormat, Decoded[]> = { trace: [], spanLogs: [], wavefront: [], histogram: [] };
    for (const format of lineFormats) {
      const body = lines.body(format);
      if (body === "") continue;
      const verdicts = await decoders.read(format, body);
      const ours = readLines(format, body).map((verdict) => verdict.decoded);
      lineCount += verdicts.length;
      if (verdicts.length !== ours.length) t.fail(`${name} ${format}: ${verdicts.length} lines, ours ${ours.length}`);
      for (const [index, verdict] of verdicts.entries()) {
        const complaint = complaintOf(verdict);
        if (complaint !== undefined) t.fail(`${name} ${format}: ${complaint} ${JSON.stringify(verdict.line)}`);
        else if (comparable(verdict.decoded, false) !== comparable(ours[index], isTimeless(verdict.decoded))) {
          t.fail(`${name} ${format}: our reader reads it otherwise`, { java: verdict.decoded, ours: ours[index] });
        }
        if (verdict.decoded !== undefined) decoded[format].push(verdict.decoded);
      }
    }
    const faults =
      signal === "traces"
        ? spanFaults(request, decoded.trace, decoded.spanLogs)
        : pointFaults(request, decoded.wavefront, decoded.histogram);
    for (const fault of faults) t.fail(`${name}: ${fault}`);
  }
  t.comment(`${lineCount} lines`);
  t.ok(lineCount > 5000, `${lineCount} lines`);
});

/** The command takes a time of today for none at all. */
function isTimeless(decoded: Decoded | undefined): boolean {
  return decoded !== undefined && "timestamp_millis" in decoded && decoded.timestamp_millis === null;
}

function comparable(decoded: Decoded | undefined, isTimeless: boolean): string {
  return JSON.stringify(canonical(isTimeless ? { ...decoded, timestamp_millis: null } : decoded));
}
