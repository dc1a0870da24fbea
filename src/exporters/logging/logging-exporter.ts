import type { Clock } from "../../component/clock.ts";
import type { ConsumerComponent, SignalSettings } from "../../component/factory.ts";
import type { Output } from "../../component/output.ts";
import type { Batch } from "../../pdata/batch.ts";
import { countsOf } from "../../pdata/count-items.ts";
import type { Signal } from "../../pdata/signal.ts";
import { appendBatchText, maxBatchTextBytes, type BatchText } from "../../text/batch-text.ts";
import { TextBuffer } from "../../text/text-buffer.ts";
import { TextSampler } from "../../text/text-sampler.ts";
import type { LoggingConfig } from "./config.ts";
import { formatLogTime } from "../../component/log-time.ts";
import { signalTexts, type SignalTexts } from "./signal-texts.ts";

const target = "stderr";
const textSlots = 4096;
const blockEnding = Buffer.from("\n");
const noText = new Uint8Array(0);

/**
 * Prints batches as upstream 0.45 did, with a log of its own: an entry with a count, and with level `debug` a second one
 * with the text. All happens within `consume`, so there is nothing to hold and nothing to flush.
 */
export class LoggingExporter<S extends Signal> implements ConsumerComponent<S> {
  readonly #settings: SignalSettings<S>;
  readonly #clock: Clock;
  readonly #texts: SignalTexts;
  readonly #printsCounts: boolean;
  readonly #countSampler: TextSampler;
  readonly #textSampler: TextSampler;
  readonly #buffer = new TextBuffer(maxBatchTextBytes);
  /** `undefined` where counts are all. */
  readonly #text: BatchText | undefined;
  #output: Output | undefined;

  constructor(config: LoggingConfig, settings: SignalSettings<S>) {
    const { samplingInitial: initial, samplingThereafter: thereafter } = config;
    const level = levelOf(config);
    this.#settings = settings;
    this.#clock = settings.clock;
    this.#texts = signalTexts[settings.signal];
    this.#printsCounts = level === "debug" || level === "info";
    this.#text = level === "debug" ? this.#texts.text(this.#buffer) : undefined;
    // The message of the counts never changes.
    this.#countSampler = new TextSampler({ initial, thereafter, slotCount: 1 });
    this.#textSampler = new TextSampler({ initial, thereafter, slotCount: this.#text === undefined ? 1 : textSlots });
  }

  async start(): Promise<void> {
    const { logger, outputs } = this.#settings;
    this.#output ??= outputs.open(target);
    // Once for all pipelines of this id.
    this.#settings.shared(() =>
      logger.info('The "logging" exporter has a successor: "debug", with "verbosity: detailed" for every field'),
    );
  }

  async consume(batch: Batch<S>): Promise<void> {
    if (!this.#printsCounts) return;
    const nowMs = this.#clock.monotonic();
    if (this.#countSampler.passes(noText, nowMs)) this.#printCounts(batch);
    if (this.#text !== undefined) this.#printText(this.#text, batch, nowMs);
  }

  async shutdown(): Promise<void> {}

  #printCounts(batch: Batch<S>): void {
    const { countsCaller, message, field, counted } = this.#texts;
    const head = this.#head("INFO", countsCaller);
    this.#output?.write(`${head}${message}\t{"${field}": ${countsOf(batch)[counted]}}\n`);
  }

  #printText(text: BatchText, batch: Batch<S>, nowMs: number): void {
    const buffer = this.#buffer;
    try {
      buffer.appendAscii(this.#head("DEBUG", this.#texts.textCaller));
      const headLength = buffer.length;
      appendBatchText(buffer, text, batch, blockEnding);
      // Equal texts at different times are equal.
      if (this.#textSampler.passes(buffer.view().subarray(headLength), nowMs)) this.#output?.write(buffer.view());
    } finally {
      buffer.clear();
    }
  }

  #head(level: string, caller: string): string {
    return `${formatLogTime(this.#clock.now())}\t${level}\t${caller}\t`;
  }
}

function levelOf({ loglevel, verbosity }: LoggingConfig): NonNullable<LoggingConfig["loglevel"]> {
  if (verbosity !== undefined) return verbosity === "detailed" ? "debug" : "info";
  return loglevel ?? "info";
}
