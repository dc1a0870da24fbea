import { hostname } from "node:os";
import type { ConsumerComponent, SignalSettings } from "../../component/factory.ts";
import type { Batch } from "../../pdata/batch.ts";
import type { Signal } from "../../pdata/signal.ts";
import { assembleExporter } from "../../sending/assemble-exporter.ts";
import type { WavefrontConfig } from "./config.ts";
import type { Chunk, LineFormat } from "./lines/line-body.ts";
import type { EncodedLines } from "./lines/line-options.ts";
import { PointLines } from "./lines/point-lines.ts";
import { preferredKeys } from "./lines/preferred-keys.ts";
import { SpanLines } from "./lines/span-lines.ts";
import { WavefrontSender } from "./wavefront-sender.ts";

/** An encoder of one signal, and where its lines go. */
export interface LineSource<S extends Signal> {
  /** `traces` or `metrics`: the section of the configuration with the endpoint. */
  readonly section: "traces" | "metrics";
  /** The first one is asked for at start. */
  readonly formats: readonly [LineFormat, ...LineFormat[]];
  /** One batch at a time; chunks are handed out while it runs. */
  encode(batch: Batch<S>, nowMs: number): EncodedLines;
}

/** Throws in upstream's words when the endpoint of the signal is missing. */
export function createWavefrontExporter<S extends Signal>(
  config: WavefrontConfig,
  settings: SignalSettings<S>,
): ConsumerComponent<S> {
  const sender = new WavefrontSender<S>(config, settings, (onChunk) => lineSource(config, settings.signal, onChunk));
  return assembleExporter({ config, settings, sender });
}

export function lineSource<S extends Signal>(
  config: WavefrontConfig,
  signal: S,
  onChunk: (chunk: Chunk) => void,
): LineSource<S> {
  const { limits, preferredTags, deploymentName } = config;
  const isAirflow = config.preset === "airflow";
  const isDeployed = isAirflow && deploymentName !== "";
  const defaultTags = isDeployed
    ? new Map([...config.defaultTags, ["application", deploymentName]])
    : config.defaultTags;
  const options = {
    limits,
    defaultSource: hostname(),
    defaultTags,
    isPreferred: preferredKeys(preferredTags),
    areSpanKeysDistinct: config.distinctSpanKeys,
    isAirflow,
    onChunk,
  };
  // The signal decides about the type of its batches, which the compiler does not see.
  if (signal === "traces") {
    const lines = new SpanLines(options);
    return {
      section: "traces",
      formats: ["trace", "spanLogs"],
      encode: (batch, nowMs) => lines.encode(batch as Batch as Batch<"traces">, nowMs),
    };
  }
  const { resourceAttrsIncluded, appTagsExcluded } = config.metrics;
  const resourceTags = resourceAttrsIncluded ? "all" : appTagsExcluded ? "none" : "identity";
  const histograms = config.histograms ?? (isAirflow ? "distributions" : "upstream");
  const lines = new PointLines({ ...options, resourceTags, histograms, instanceTag: config.instanceTag });
  return {
    section: "metrics",
    formats: ["wavefront", "histogram"],
    encode: (batch, nowMs) => lines.encode(batch as Batch as Batch<"metrics">, nowMs),
  };
}
