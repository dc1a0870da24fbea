import { isBlank, isValidName, type Limits } from "./limits.ts";
import { readTags, readTimestamp } from "./read-parts.ts";
import { Tokens } from "./tokens.ts";
import { Refusal, type Annotation, type DecodedSpan } from "./verdict.ts";

const uuid = /^[0-9a-f]{1,8}-[0-9a-f]{1,4}-[0-9a-f]{1,4}-[0-9a-f]{1,4}-[0-9a-f]{1,12}$/i;

export interface SpanReading {
  readonly decoded: DecodedSpan;
  readonly truncated: Readonly<Record<string, number>> | undefined;
}

/** `<name> source=<source> traceId=<uuid> spanId=<uuid> [<key>=<value> ...] <start> <duration>` */
export function readSpan(line: string, limits: Limits, nowMs: number): SpanReading {
  const decoded = parseSpan(line, "parse");
  checkSampler(decoded);
  const keys = decoded.annotations.map(({ key }) => key);
  if (!keys.includes("application") || !keys.includes("service")) {
    const options = { decoded, verdict: "discarded" as const };
    throw new Refusal("listener", "span application/service name is missing (custom tracing port)", options);
  }
  if (decoded.start_millis > nowMs + limits.aheadMs) {
    throw new Refusal("handler", "Span outside of reasonable timeframe", { decoded });
  }
  checkSpan(decoded, limits);
  const long = decoded.annotations.filter(({ value }) => value.length > limits.spanTagValue);
  const truncated = Object.fromEntries(long.map(({ key, value }) => [key, value.length]));
  return { decoded, truncated: long.length === 0 ? undefined : truncated };
}

export function parseSpan(line: string, stage: "parse" | "parse-embedded-span"): DecodedSpan {
  try {
    const tokens = new Tokens(line);
    const name = tokens.next() ?? "";
    // A bare number ends the tags, and so does a quoted key of digits.
    const tags = readTags(tokens, (token) => /^\p{Nd}*$/u.test(token));
    const start = readTimestamp(tokens);
    const end = readTimestamp(tokens);
    if (tokens.peek() !== undefined) throw new Error(`Unexpected extra input: ${tokens.peek()}`);
    return { name, ...splitIds(tags), ...toTimes(start, end) };
  } catch (error) {
    throw new Refusal(stage, error instanceof Error ? error.message : String(error));
  }
}

/** The sampler needs the trace id as a UUID. Its failure is not caught per line. */
export function checkSampler(decoded: DecodedSpan): void {
  if (uuid.test(decoded.trace_id)) return;
  throw new Refusal("sampler", `Invalid UUID string: ${decoded.trace_id}`, { code: "WF-300", decoded });
}

function splitIds(tags: readonly Annotation[]) {
  const found = { source: undefined as string | undefined, traceId: "", spanId: "" };
  const annotations: Annotation[] = [];
  for (const tag of tags) {
    if (tag.key === "source" || tag.key === "host") found.source = tag.value;
    else if (tag.key === "traceId") found.traceId = tag.value;
    else if (tag.key === "spanId") found.spanId = tag.value;
    else annotations.push(tag);
  }
  if (found.source === undefined) throw new Error("source can't be null");
  if (found.spanId === "") throw new Error("spanId can't be null");
  if (found.traceId === "") throw new Error("traceId can't be null");
  annotations.sort((a, b) => compare(a.key, b.key) || compare(a.value, b.value));
  return { source: found.source, trace_id: found.traceId, span_id: found.spanId, annotations };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The second number is a duration, or the end when it is not below the start; the start's digits give the unit. */
function toTimes(start: number, second: number): { start_millis: number; duration_millis: number } {
  const duration = second >= start ? second - start : second;
  if (start >= 1e18) return { start_millis: div(start, 1e6), duration_millis: div(duration, 1e6) };
  if (start >= 1e15) return { start_millis: div(start, 1e3), duration_millis: div(duration, 1e3) };
  if (start >= 1e12) return { start_millis: start, duration_millis: duration };
  return { start_millis: start * 1000, duration_millis: duration * 1000 };
}

function div(value: number, by: number): number {
  return Math.trunc(value / by);
}

function checkSpan(decoded: DecodedSpan, limits: Limits): void {
  const refuse = (message: string): never => {
    throw new Refusal("validate", message, { decoded });
  };
  if (isBlank(decoded.source)) refuse("WF-426: Span source/host name is required");
  if (decoded.source.length > limits.source) refuse("WF-427: Span source/host name is too long");
  if (decoded.name.length > limits.spanName) refuse("WF-428: Span name is too long");
  if (decoded.annotations.length > limits.spanTags) refuse("WF-430: Span has too many annotations");
  for (const { key, value } of decoded.annotations) {
    if (key.length > limits.spanTagKey) refuse("WF-432: Span annotation key is too long");
    if (!isValidName(key)) refuse("WF-416: Span annotation key has illegal character(s)");
    if (isBlank(value)) refuse(`WF-434: Span annotation value for ${key} is empty or missing`);
  }
}
