import type { Logger } from "../../component/logger.ts";
import type { Output, Outputs } from "../../component/output.ts";

/** Numbers of a batch by name, in the order in which they are printed. */
export type CountFields = Readonly<Record<string, number>>;

/** Where entries go. */
export interface Entries {
  /** Opens what is written to; throws if it cannot. */
  open(): void;
  /** Whether somebody will see an entry: else a batch need not be made into text. */
  isEnabled(): boolean;
  counts(message: string, fields: CountFields): void;
  /** Belongs to the end of every text that is given to `block`. */
  readonly blockEnding: Uint8Array;
  /** The text is copied or written before the call returns. */
  block(text: Uint8Array): void;
}

/** Through the log of the collector, which adds time, level and the component's fields, and samples on its own account. */
export class LoggerEntries implements Entries {
  readonly blockEnding = Buffer.alloc(0);
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  open(): void {}

  isEnabled(): boolean {
    return this.#logger.isEnabled("info");
  }

  counts(message: string, fields: CountFields): void {
    this.#logger.info(message, fields);
  }

  block(text: Uint8Array): void {
    this.#logger.block(text);
  }
}

/** Only the text, to outputs of its own. */
export class PlainEntries implements Entries {
  /** The text ends in a newline of its own; this one ends the entry. */
  readonly blockEnding = Buffer.from("\n");
  readonly #outputs: Outputs;
  readonly #targets: readonly string[];
  #opened: readonly Output[] = [];

  constructor(outputs: Outputs, targets: readonly string[]) {
    this.#outputs = outputs;
    this.#targets = targets;
  }

  open(): void {
    this.#opened = this.#targets.map((target) => this.#outputs.open(target));
  }

  isEnabled(): boolean {
    return true;
  }

  counts(message: string, fields: CountFields): void {
    const columns = Object.entries(fields).map(([name, value]) => `"${name}": ${value}`);
    for (const output of this.#opened) output.write(`${message}\t{${columns.join(", ")}}\n`);
  }

  block(text: Uint8Array): void {
    for (const output of this.#opened) output.write(text);
  }
}
