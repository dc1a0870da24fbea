import type { Batch } from "../../pdata/batch.ts";
import type { Signal } from "../../pdata/signal.ts";
import type { Encoded, Payload, Sender, SendResult } from "../../sending/sender.ts";
import type { Printer } from "./printer.ts";

interface PrintablePayload extends Payload {
  readonly batch: Batch;
}

/** Prints what comes out of a queue. */
export class DebugSender<S extends Signal> implements Sender<S, PrintablePayload> {
  readonly #printer: Printer;

  constructor(printer: Printer) {
    this.#printer = printer;
  }

  async start(): Promise<void> {
    await this.#printer.open();
  }

  encode(batch: Batch<S>): Encoded<PrintablePayload> {
    return { payload: { batch, itemCount: batch.itemCount, byteSize: batch.bytes.length }, dropped: [] };
  }

  async send({ batch, itemCount }: PrintablePayload): Promise<SendResult<PrintablePayload>> {
    this.#printer.print(batch);
    return { sent: itemCount, dropped: [] };
  }

  async shutdown(): Promise<void> {
    this.#printer.close();
  }
}
