import type { SignalSettings } from "../../../component/factory.ts";
import type { Output } from "../../../component/output.ts";
import type { Batch } from "../../../pdata/batch.ts";
import type { DebugConfig } from "../config.ts";
import type { Printer } from "../printer.ts";
import type { ForeignFormats, Format, FormatSink } from "./format.ts";
import { JsonFormat } from "./json-format.ts";
import { LineFormat } from "./line-format.ts";
import { StatusLine } from "./status-line.ts";
import type { LineTarget } from "./styled-line.ts";
import { TreeFormat } from "./tree-format.ts";

/** Prints batches in a format for people or tools, to outputs of its own: nothing of the log stands between the lines. */
export class FormatPrinter implements Printer, FormatSink {
  readonly #config: DebugConfig;
  readonly #settings: SignalSettings;
  readonly #foreign: ForeignFormats;
  #outputs: readonly Output[] = [];
  #format: Format | undefined;
  #status: StatusLine | undefined;

  constructor(config: DebugConfig, settings: SignalSettings, foreign: ForeignFormats) {
    this.#config = config;
    this.#settings = settings;
    this.#foreign = foreign;
  }

  async open(): Promise<void> {
    if (this.#format !== undefined) return;
    const { outputs, clock } = this.#settings;
    const { format, outputPaths } = this.#config;
    this.#format = await this.#create();
    this.#outputs = (outputPaths ?? ["stdout"]).map((target) => outputs.open(target));
    const [first] = this.#outputs;
    const isForPeople = format === "tree" || format === "line";
    if (isForPeople && first !== undefined) this.#status = StatusLine.join(first, clock);
  }

  print(batch: Batch): void {
    this.#status?.add(this.#settings.signal, batch.itemCount);
    this.#format?.print(batch);
  }

  close(): void {
    this.#format?.close();
    this.#format = undefined;
    this.#status?.leave();
    this.#status = undefined;
  }

  /** Widths and colours are those of the first output; a file beside a terminal is an odd wish. */
  target(): LineTarget | undefined {
    return this.#outputs[0]?.terminal?.();
  }

  write(text: Uint8Array | string): void {
    this.#status?.erase();
    for (const output of this.#outputs) output.write(text);
  }

  async #create(): Promise<Format> {
    const { signal, clock } = this.#settings;
    switch (this.#config.format) {
      case "json":
        return new JsonFormat(this);
      case "wavefront":
        return this.#wavefront();
      case "tree":
        if (signal === "traces") return new TreeFormat(this, clock, this.#config.waitForParent);
        return new LineFormat(this, signal);
      default:
        return new LineFormat(this, signal);
    }
  }

  async #wavefront(): Promise<Format> {
    const { signal } = this.#settings;
    if (signal === "logs") throw new Error('format "wavefront" has no lines for logs: use "line" or "json"');
    const create = await this.#foreign.wavefront?.();
    if (create === undefined) throw new Error('format "wavefront" is not part of this distribution');
    return create(signal, (text) => this.write(text));
  }
}
