import type { ConsumerComponent } from "../../component/factory.ts";
import type { Batch } from "../../pdata/batch.ts";
import type { Signal } from "../../pdata/signal.ts";
import type { Printer } from "./printer.ts";

/** Prints a batch while its caller waits; what a format holds back is printed at the end. */
export class DebugExporter<S extends Signal> implements ConsumerComponent<S> {
  readonly #printer: Printer;

  constructor(printer: Printer) {
    this.#printer = printer;
  }

  async start(): Promise<void> {
    await this.#printer.open();
  }

  async consume(batch: Batch<S>): Promise<void> {
    this.#printer.print(batch);
  }

  async shutdown(): Promise<void> {
    this.#printer.close();
  }
}
