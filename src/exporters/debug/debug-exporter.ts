import type { ConsumerComponent } from "../../component/factory.ts";
import type { Batch } from "../../pdata/batch.ts";
import type { Signal } from "../../pdata/signal.ts";
import type { BatchPrinter } from "./batch-printer.ts";

/** Prints a batch while its caller waits; there is nothing to hold and nothing to flush. */
export class DebugExporter<S extends Signal> implements ConsumerComponent<S> {
  readonly #printer: BatchPrinter;

  constructor(printer: BatchPrinter) {
    this.#printer = printer;
  }

  async start(): Promise<void> {
    this.#printer.open();
  }

  async consume(batch: Batch<S>): Promise<void> {
    this.#printer.print(batch);
  }

  async shutdown(): Promise<void> {}
}
