import type { Clock } from "../../component/clock.ts";
import type { SignalSettings } from "../../component/factory.ts";
import type { Batch } from "../../pdata/batch.ts";
import { countsOf } from "../../pdata/count-items.ts";
import { appendBatchText, maxBatchTextBytes, type BatchText } from "../../text/batch-text.ts";
import { TextBuffer } from "../../text/text-buffer.ts";
import { TextSampler } from "../../text/text-sampler.ts";
import type { DebugConfig } from "./config.ts";
import { LoggerEntries, PlainEntries, type Entries } from "./entries.ts";
import type { Printer } from "./printer.ts";
import { signalTexts, type SignalTexts } from "./signal-texts.ts";

const blockSlots = 4096;
const noText = new Uint8Array(0);

/**
 * Prints batches of one signal: an entry with counts, and unless `basic` a second one with the text. All happens within
 * `print`; the text goes through one buffer that is used again.
 */
export class BatchPrinter implements Printer {
  readonly #entries: Entries;
  readonly #texts: SignalTexts;
  readonly #clock: Clock;
  readonly #countSampler: TextSampler;
  readonly #blockSampler: TextSampler;
  readonly #buffer = new TextBuffer(maxBatchTextBytes);
  /** `undefined` where counts are all. */
  readonly #text: BatchText | undefined;

  constructor(config: DebugConfig, settings: SignalSettings) {
    const {
      verbosity,
      useInternalLogger,
      outputPaths,
      samplingInitial: initial,
      samplingThereafter: thereafter,
    } = config;
    this.#texts = signalTexts[settings.signal];
    this.#text = verbosity === "basic" ? undefined : this.#texts[verbosity](this.#buffer);
    this.#entries = useInternalLogger
      ? new LoggerEntries(settings.logger)
      : new PlainEntries(settings.outputs, outputPaths ?? ["stdout"]);
    this.#clock = settings.clock;
    // The message of the counts never changes.
    this.#countSampler = new TextSampler({ initial, thereafter, slotCount: 1 });
    this.#blockSampler = new TextSampler({ initial, thereafter, slotCount: this.#text === undefined ? 1 : blockSlots });
  }

  /** Opens the outputs; throws if that fails. Safe twice. */
  open(): void {
    this.#entries.open();
  }

  close(): void {}

  print(batch: Batch): void {
    if (!this.#entries.isEnabled()) return;
    const nowMs = this.#clock.monotonic();
    if (this.#countSampler.passes(noText, nowMs)) {
      this.#entries.counts(this.#texts.message, this.#texts.countFields(countsOf(batch)));
    }
    if (this.#text !== undefined) this.#printText(this.#text, batch, nowMs);
  }

  #printText(text: BatchText, batch: Batch, nowMs: number): void {
    const buffer = this.#buffer;
    try {
      appendBatchText(buffer, text, batch, this.#entries.blockEnding);
      if (this.#blockSampler.passes(buffer.view(), nowMs)) this.#entries.block(buffer.view());
    } finally {
      buffer.clear();
    }
  }
}
