import { ConsumeError } from "../../component/consume-error.ts";
import type { Admission, Consumer, RequestContext } from "../../component/consumer.ts";
import type { ReceiverOutputs } from "../../component/factory.ts";
import type { Batch } from "../../pdata/batch.ts";
import type { Signal } from "../../pdata/signal.ts";

/** The way from both protocols into the pipelines. */
export class Intake {
  /** Looked at anew for every request: a reload changes it. */
  readonly #outputs: ReceiverOutputs;
  #isClosed = false;

  constructor(outputs: ReceiverOutputs) {
    this.#outputs = outputs;
  }

  uses(signal: Signal): boolean {
    return this.#outputs[signal] !== undefined;
  }

  admission(signal: Signal): Admission | undefined {
    return this.#outputs[signal]?.admission;
  }

  /** Hands a batch on. A request without items is fine and goes nowhere. */
  async take(batch: Batch, context: RequestContext): Promise<void> {
    if (batch.itemCount === 0) return;
    if (this.#isClosed) throw new ConsumeError("refused", "receiver is shutting down");
    // A consumer is only ever handed batches of its own signal.
    const output = this.#outputs[batch.signal] as Consumer | undefined;
    if (output === undefined) throw new ConsumeError("refused", `no pipeline takes ${batch.signal} any more`);
    await output.consume(batch, context);
  }

  /** From now on nothing enters the pipelines any more, which may be gone. */
  close(): void {
    this.#isClosed = true;
  }
}
