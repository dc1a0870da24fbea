import { defaultLimits, type Limits } from "./limits.ts";
import { readHistogram, readPoint } from "./read-point.ts";
import { readSpan } from "./read-span.ts";
import { readSpanLogs } from "./read-span-logs.ts";
import { Refusal, type Verdict } from "./verdict.ts";

/** The values of `f` in `POST /report?f=…`. */
export const lineFormats = ["wavefront", "histogram", "trace", "spanLogs"] as const;

export type LineFormat = (typeof lineFormats)[number];

export interface ReadOptions {
  readonly limits?: Limits;
  /** Unix ms against which times are checked. */
  readonly nowMs?: number;
}

/**
 * Reads a body as a proxy does, from the documented line formats
 * (https://docs.wavefront.com/wavefront_data_format.html, trace_data_details.html, proxies_histograms.html).
 */
export function readLines(format: LineFormat, body: string, options: ReadOptions = {}): Verdict[] {
  const lines = body.split("\n").map((line) => line.trim());
  return lines.filter((line) => line !== "").map((line) => readLine(format, line, options));
}

export function readLine(format: LineFormat, line: string, options: ReadOptions = {}): Verdict {
  const limits = options.limits ?? defaultLimits;
  const nowMs = options.nowMs ?? Date.now();
  try {
    if (format === "spanLogs") return { line, verdict: "accepted", decoded: readSpanLogs(line) };
    if (format === "trace") {
      const { decoded, truncated } = readSpan(line, limits, nowMs);
      return { line, verdict: "accepted", decoded, ...(truncated !== undefined && { truncated }) };
    }
    const read = format === "histogram" ? readHistogram : readPoint;
    return { line, verdict: "accepted", decoded: read(line, limits, nowMs) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { verdict, code, stage, decoded, message } = error;
    return {
      line,
      verdict,
      reason: message,
      stage,
      ...(code !== undefined && { code }),
      ...(decoded !== undefined && { decoded }),
      ...(stage === "sampler" && { http_400_rest_of_request_lost: true as const }),
    };
  }
}
