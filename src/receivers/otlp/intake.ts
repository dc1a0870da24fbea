import { ConsumeError } from "../../component/consume-error.ts";
import type { Admission, Consumer, RequestContext } from "../../component/consumer.ts";
import type { ReceiverOutputs } from "../../component/factory.ts";
import type { Batch } from "../../pdata/batch.ts";
import { signals, type Signal } from "../../pdata/signal.ts";

/** The way from both protocols into the pipelines. */
export class Intake {
  readonly #outputs: ReadonlyMap<Signal, Consumer>;
  #isClosed = false;

  constructor(outputs: ReceiverOutputs) {
    const used = signals.flatMap((signal) => {
      // A consumer is only ever handed batches of its own signal.
      const output = outputs[signal] as Consumer | undefined;
      return output === undefined ? [] : [[signal, output] as const];
    });
    this.#outputs = new Map(used);
  }

  uses(signal: Signal): boolean {
    return this.#outputs.has(signal);
  }

  admission(signal: Signal): Admission | undefined {
    return this.#outputs.get(signal)?.admission;
  }

  /** Hands a batch on. A request without items is fine and goes nowhere. */
  async take(batch: Batch, context: RequestContext): Promise<void> {
    if (batch.itemCount === 0) return;
    if (this.#isClosed) throw new ConsumeError("refused", "receiver is shutting down");
    await this.#outputs.get(batch.signal)?.consume(batch, context);
  }

  /** From now on nothing enters the pipelines any more, which may be gone. */
  close(): void {
    this.#isClosed = true;
  }
}
