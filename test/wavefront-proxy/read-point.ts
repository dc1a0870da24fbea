import { isBlank, isValidName, type Limits } from "./limits.ts";
import { readCount, readNumber, readOptionalTimestamp, readTags, toMillis } from "./read-parts.ts";
import { Tokens } from "./tokens.ts";
import { jsonNumber, Refusal, type Annotation, type DecodedHistogram, type DecodedPoint } from "./verdict.ts";

const granularities: Readonly<Record<string, number>> = { "!M": 60_000, "!H": 3_600_000, "!D": 86_400_000 };

/** `<name> <value> [<timestamp>] source=<source> [<key>=<value> ...]` */
export function readPoint(line: string, limits: Limits, nowMs: number): DecodedPoint {
  const decoded = parse(line, (tokens) => {
    const name = take(tokens, "name");
    const token = take(tokens, "Value");
    const value = readNumber(token);
    if (value === undefined) throw new Error(`Invalid value: ${token}`);
    const timestamp = readOptionalTimestamp(tokens);
    const { source, tags } = splitSource(readTags(tokens));
    const timestampMs = timestamp === undefined ? null : toMillis(timestamp);
    const delta = /^[∆Δ]/.test(name);
    return { name, source, timestamp_millis: timestampMs, value: jsonNumber(value), delta, tags };
  });
  checkTime(decoded, limits, nowMs);
  checkPoint(decoded, limits, "Metric", limits.metricName);
  if (decoded.delta && typeof decoded.value === "number" && decoded.value <= 0) {
    const options = { decoded, verdict: "discarded" as const };
    throw new Refusal("validate", "WF-404: Delta metrics cannot be non-positive", options);
  }
  return decoded;
}

/** `!M|!H|!D [<timestamp>] #<count> <value> [#<count> <value> ...] <name> source=<source> [<key>=<value> ...]` */
export function readHistogram(line: string, limits: Limits, nowMs: number): DecodedHistogram {
  const decoded = parse(line, (tokens): DecodedHistogram => {
    const kind = take(tokens, "granularity");
    const granularity = granularities[kind];
    if (granularity === undefined) throw new Error(`'${kind}' is not allowed here!`);
    const timestamp = readOptionalTimestamp(tokens);
    const centroids = readCentroids(tokens);
    const name = take(tokens, "name");
    const { source, tags } = splitSource(readTags(tokens));
    return {
      name,
      source,
      timestamp_millis: timestamp === undefined ? null : Math.floor(toMillis(timestamp) / granularity) * granularity,
      granularity_millis: granularity,
      centroids,
      total_count: centroids.reduce((total, { count }) => total + count, 0),
      tags,
    };
  });
  checkTime(decoded, limits, nowMs);
  checkPoint(decoded, limits, "Histogram", limits.histogramName);
  if (decoded.centroids.every(({ count }) => count === 0)) {
    throw new Refusal("validate", "WF-405: Empty histogram", { decoded });
  }
  return decoded;
}

function parse<T>(line: string, read: (tokens: Tokens) => T): T {
  try {
    return read(new Tokens(line));
  } catch (error) {
    throw new Refusal("parse", error instanceof Error ? error.message : String(error), { code: "WF-300" });
  }
}

function take(tokens: Tokens, what: string): string {
  const token = tokens.next();
  if (token === undefined) throw new Error(`${what} is missing`);
  return token;
}

function readCentroids(tokens: Tokens): DecodedHistogram["centroids"] {
  const centroids: { count: number; value: ReturnType<typeof jsonNumber> }[] = [];
  while (tokens.peek() === "#") {
    tokens.next();
    const weight = tokens.next();
    const count = readCount(weight);
    if (count === undefined) throw new Error(`Expected: centroid weight, got: ${weight}`);
    const token = tokens.next();
    const value = readNumber(token);
    if (value === undefined) throw new Error(`Expected: centroid value, got: ${token}`);
    centroids.push({ count, value: jsonNumber(value) });
  }
  if (centroids.length === 0) throw new Error("Empty histogram (no centroids)");
  return centroids;
}

/** Of equal keys the last one counts. `host` and `tag` have a meaning of their own, so a proxy moves them. */
function splitSource(annotations: readonly Annotation[]): { source: string; tags: Readonly<Record<string, string>> } {
  const tags = new Map(annotations.map(({ key, value }) => [key, value]));
  let source = tags.get("source");
  tags.delete("source");
  const host = tags.get("host");
  if (host !== undefined) {
    tags.delete("host");
    if (source === undefined) source = host;
    else tags.set("_host", host);
  }
  const tag = tags.get("tag");
  if (tag !== undefined) {
    tags.delete("tag");
    tags.set("_tag", tag);
  }
  if (source === undefined) throw new Error("Source is missing");
  return { source, tags: Object.fromEntries([...tags].toSorted(([a], [b]) => (a < b ? -1 : 1))) };
}

function checkTime(decoded: DecodedPoint | DecodedHistogram, limits: Limits, nowMs: number): void {
  const time = decoded.timestamp_millis;
  if (time === null || (time > nowMs - limits.pointAgeMs && time < nowMs + limits.aheadMs)) return;
  throw new Refusal("preprocess", "WF-402: Point outside of reasonable timeframe", { decoded });
}

function checkPoint(decoded: DecodedPoint | DecodedHistogram, limits: Limits, kind: string, nameLimit: number): void {
  const refuse = (message: string): never => {
    throw new Refusal("validate", message, { decoded });
  };
  const { name, source, tags } = decoded;
  if (isBlank(source)) refuse("WF-406: Source/host name is required");
  if (source.length > limits.source) refuse("WF-407: Source/host name is too long");
  if (name.length > nameLimit) refuse(`${kind === "Metric" ? "WF-408" : "WF-409"}: ${kind} name is too long`);
  if (!isValidName(name)) refuse("WF-400: Point metric has illegal character(s)");
  const entries = Object.entries(tags);
  if (entries.length > limits.pointTags) refuse("WF-410: Too many point tags");
  for (const [key, value] of entries) {
    if (key.length + value.length >= limits.pointTag) refuse("WF-411: Point tag (key+value) too long");
    if (key.length > limits.pointTagKey) refuse("WF-412: Point tag key is too long");
    if (!isValidName(key)) refuse("WF-401: Point tag key has illegal character(s)");
    if (isBlank(value)) refuse(`WF-414: Point tag value for ${key} is empty or missing`);
  }
}
