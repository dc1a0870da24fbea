import { checkSampler, parseSpan } from "./read-span.ts";
import { Refusal, type DecodedSpan, type DecodedSpanLogs, type Tags } from "./verdict.ts";

/** `{"traceId":…,"spanId":…,"logs":[{"timestamp":<µs>,"fields":{…}},…],"span":"<span line>"}` on one line. */
export function readSpanLogs(line: string): DecodedSpanLogs {
  const decoded = parseSpanLogs(line);
  if (decoded.span !== undefined) checkSampler(decoded.span);
  return decoded;
}

function parseSpanLogs(line: string): DecodedSpanLogs {
  let span: string | undefined;
  let decoded: DecodedSpanLogs;
  try {
    const json: unknown = JSON.parse(line);
    if (!isRecord(json) || !Array.isArray(json["logs"])) throw new Error("logs expected");
    decoded = { trace_id: text(json["traceId"]), span_id: text(json["spanId"]), logs: json["logs"].map(readLog) };
    if (json["span"] !== undefined) span = text(json["span"]);
  } catch (error) {
    throw new Refusal("parse", error instanceof Error ? error.message : String(error));
  }
  return span === undefined ? decoded : { ...decoded, span: parseEmbedded(span, decoded) };
}

function parseEmbedded(line: string, decoded: DecodedSpanLogs): DecodedSpan {
  try {
    return parseSpan(line, "parse-embedded-span");
  } catch (error) {
    throw new Refusal("parse-embedded-span", error instanceof Error ? error.message : String(error), { decoded });
  }
}

function readLog(log: unknown): DecodedSpanLogs["logs"][number] {
  if (!isRecord(log) || !isRecord(log["fields"])) throw new Error("fields expected");
  const timestamp = log["timestamp"];
  if (typeof timestamp !== "number" || !Number.isSafeInteger(timestamp)) throw new Error("timestamp expected");
  const fields: [string, string][] = Object.entries(log["fields"]).map(([key, value]) => [key, text(value)]);
  fields.sort(([a], [b]) => (a < b ? -1 : 1));
  return { timestamp_micros: timestamp, fields: Object.fromEntries(fields) satisfies Tags };
}

function text(value: unknown): string {
  if (typeof value !== "string") throw new Error(`text expected, found ${typeof value}`);
  return value;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
