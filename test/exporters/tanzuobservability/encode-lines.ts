import { proxyLimits, type LineLimits } from "../../../src/exporters/tanzuobservability/lines/limits.ts";
import type { Chunk, LineFormat } from "../../../src/exporters/tanzuobservability/lines/line-body.ts";
import { PointLines } from "../../../src/exporters/tanzuobservability/lines/point-lines.ts";
import type { HistogramChoice } from "../../../src/exporters/tanzuobservability/lines/histogram-points.ts";
import type { ResourceTagChoice } from "../../../src/exporters/tanzuobservability/lines/point-resource.ts";
import { SpanLines } from "../../../src/exporters/tanzuobservability/lines/span-lines.ts";
import { validate } from "../../../src/pdata/validate.ts";
import { goldenHost, goldenNowMs } from "../../wavefront-proxy/golden.ts";
import { recordLines } from "../../wavefront-proxy/record-lines.ts";

export interface EncodeOptions {
  readonly limits?: Partial<LineLimits>;
  readonly isPreferred?: (key: string) => boolean;
  readonly resourceTags?: ResourceTagChoice;
  readonly defaultTags?: Readonly<Record<string, string>>;
  readonly areSpanKeysDistinct?: boolean;
  readonly instanceTag?: string;
  readonly isAirflow?: boolean;
  readonly histograms?: HistogramChoice;
  readonly nowMs?: number;
}

export interface LinesOf {
  /** Everything of a format, as it would be sent. */
  body(format: LineFormat): string;
  readonly chunks: readonly { readonly format: LineFormat; readonly itemCount: number }[];
  readonly itemCount: number;
  readonly droppedCount: number;
  readonly hits: Readonly<Record<string, number>>;
}

/** Encodes a request with the encoder of its signal. */
export function linesOf(signal: "traces" | "metrics", request: Uint8Array, options: EncodeOptions = {}): LinesOf {
  return lineEncoder(signal, options)(request);
}

/** An encoder that remembers from request to request what the real one would. */
export function lineEncoder(
  signal: "traces" | "metrics",
  options: EncodeOptions = {},
): (request: Uint8Array, nowMs?: number) => LinesOf {
  let chunks: { format: LineFormat; itemCount: number; text: string }[] = [];
  const lineOptions = {
    limits: { ...proxyLimits, ...options.limits },
    defaultSource: goldenHost,
    defaultTags: new Map(Object.entries(options.defaultTags ?? {})),
    isPreferred: options.isPreferred ?? (() => false),
    areSpanKeysDistinct: options.areSpanKeysDistinct ?? false,
    isAirflow: options.isAirflow ?? false,
    onChunk: (chunk: Chunk) => {
      const text = new TextDecoder("utf-8", { fatal: true }).decode(chunk.bytes);
      recordLines(chunk.format, text, options.limits);
      chunks.push({ format: chunk.format, itemCount: chunk.itemCount, text });
      chunk.release();
    },
  };
  const spans = new SpanLines(lineOptions);
  const points = new PointLines({
    ...lineOptions,
    resourceTags: options.resourceTags ?? "identity",
    histograms: options.histograms ?? "upstream",
    instanceTag: options.instanceTag ?? "",
  });
  return (request, nowMs = options.nowMs ?? goldenNowMs) => {
    const taken: typeof chunks = (chunks = []);
    const encoded =
      signal === "traces"
        ? spans.encode(validate("traces", request), nowMs)
        : points.encode(validate("metrics", request), nowMs);
    return {
      body: (format) =>
        taken
          .filter((chunk) => chunk.format === format)
          .map(({ text }) => text)
          .join(""),
      chunks: taken,
      itemCount: taken.reduce((sum, chunk) => sum + chunk.itemCount, 0),
      droppedCount: encoded.droppedCount,
      hits: Object.fromEntries([...encoded.hits].map(([rule, { count }]) => [rule, count])),
    };
  };
}
