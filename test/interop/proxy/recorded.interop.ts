import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import t from "tap";
import type { LineLimits } from "../../../src/exporters/tanzuobservability/lines/limits.ts";
import type { LineFormat } from "../../wavefront-proxy/read-lines.ts";
import { complaintOf, Decoders } from "./decoders.ts";

/** Names that the decoders have for our limits; the others are fixed in a proxy. */
const limitNames: Partial<Record<keyof LineLimits, readonly string[]>> = {
  spanTags: ["spanAnnotationsCount"],
  spanKeyLength: ["spanAnnotationsKeyLength"],
  spanValueLength: ["spanAnnotationsValueLength"],
  spanNameLength: ["spanLength"],
  pointTags: ["annotationsCount"],
  metricNameLength: ["metricLength", "histogramLength"],
  sourceLength: ["hostLength"],
};

const bodyLines = 2000;
const folder = process.env["WAVEFRONT_LINES"] ?? "";

t.test("the proxy's own decoders take every line that the tests made", async (t) => {
  const byLimits = new Map<string, { readonly format: LineFormat; readonly file: string }[]>();
  for (const file of readdirSync(folder)) {
    const [head = ""] = file.split(".");
    const [format = "", ...limits] = head.split(",");
    const files = byLimits.get(limits.join(",")) ?? [];
    files.push({ format: format as LineFormat, file });
    byLimits.set(limits.join(","), files);
  }
  let lineCount = 0;
  for (const [limits, files] of byLimits) {
    const decoders = new Decoders(limitArguments(limits));
    try {
      for (const { format, file } of files) {
        const lines = readFileSync(path.join(folder, file), "utf8").split("\n");
        for (let from = 0; from < lines.length; from += bodyLines) {
          const verdicts = await decoders.read(format, lines.slice(from, from + bodyLines).join("\n"));
          lineCount += verdicts.length;
          for (const verdict of verdicts) {
            const complaint = complaintOf(verdict);
            if (complaint !== undefined) t.fail(`${file}: ${complaint} ${JSON.stringify(verdict.line)}`);
          }
        }
      }
    } finally {
      await decoders.close();
    }
  }
  t.comment(`${lineCount} lines of tests`);
  t.ok(lineCount > 1000, `${lineCount} lines`);
});

function limitArguments(limits: string): string[] {
  return limits.split(",").flatMap((limit) => {
    const [name = "", value = ""] = limit.split("=");
    return (limitNames[name as keyof LineLimits] ?? []).map((theirs) => `${theirs}=${value}`);
  });
}
