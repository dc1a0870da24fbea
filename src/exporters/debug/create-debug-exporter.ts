import type { ConsumerComponent, SignalSettings } from "../../component/factory.ts";
import type { Signal } from "../../pdata/signal.ts";
import { assembleExporter } from "../../sending/assemble-exporter.ts";
import { BatchPrinter } from "./batch-printer.ts";
import type { DebugConfig } from "./config.ts";
import { DebugExporter } from "./debug-exporter.ts";
import { DebugSender } from "./debug-sender.ts";
import { FormatPrinter } from "./formats/format-printer.ts";
import type { ForeignFormats } from "./formats/format.ts";

/** Printing cannot fail and takes no time that a timeout could end: neither has keys. */
const withoutRetry = Object.freeze({
  enabled: false,
  initialInterval: 0,
  randomizationFactor: 0,
  multiplier: 1,
  maxInterval: 0,
  maxElapsedTime: 0,
});

/** Prints at once, or from a queue where the configuration has one. */
export function createDebugExporter<S extends Signal>(
  config: DebugConfig,
  settings: SignalSettings<S>,
  foreign: ForeignFormats,
): ConsumerComponent<S> {
  const printer =
    config.format === "text" ? new BatchPrinter(config, settings) : new FormatPrinter(config, settings, foreign);
  const { sendingQueue } = config;
  if (!sendingQueue.enabled) return new DebugExporter(printer);
  return assembleExporter({
    config: { sendingQueue, retryOnFailure: withoutRetry, timeout: 0 },
    settings,
    sender: new DebugSender(printer),
  });
}
