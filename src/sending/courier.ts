import { ConsumeError } from "../component/consume-error.ts";
import type { Ledger } from "../component/ledger.ts";
import type { Gauge } from "../component/meter.ts";
import type { Batch } from "../pdata/batch.ts";
import type { Signal } from "../pdata/signal.ts";
import type { OutageLog } from "./outage-log.ts";
import type { Parcel } from "./parcel.ts";
import type { Failure, Retry } from "./retry.ts";
import type { Dropped, Encoded, Payload, Sender } from "./sender.ts";

export interface CourierOptions<S extends Signal, P extends Payload> {
  readonly sender: Sender<S, P>;
  readonly retry: Retry<P>;
  readonly log: OutageLog;
  readonly ledger: Ledger;
  readonly inFlight: Gauge;
}

/** Carries one batch from its bytes to the backend: encodes it once, has it sent, and accounts for every item. */
export class Courier<S extends Signal, P extends Payload> {
  readonly #options: CourierOptions<S, P>;

  constructor(options: CourierOptions<S, P>) {
    this.#options = options;
  }

  /**
   * Resolves with `undefined` when every item is sent or dropped; otherwise with the reason why the items that are still
   * open in the parcel's account are given up. Never rejects. `signal` ends it.
   */
  async deliver(parcel: Parcel<S>, signal: AbortSignal): Promise<Failure | undefined> {
    const { inFlight } = this.#options;
    inFlight.add(1);
    try {
      const loaded = parcel.load();
      const batch = loaded instanceof Promise ? await loaded : loaded;
      return "reason" in batch ? batch : await this.#deliver(batch, parcel, signal);
    } finally {
      inFlight.add(-1);
    }
  }

  async #deliver(batch: Batch<S>, { account }: Parcel<S>, signal: AbortSignal): Promise<Failure | undefined> {
    const { sender, retry, log, ledger } = this.#options;
    const drop = (dropped: Dropped): void => {
      account.dropped(dropped.count, dropped.reason, dropped.cause);
      if (dropped.cause !== undefined) log.dropped(dropped.count, permanent(dropped.cause));
    };
    let encoded: Encoded<P>;
    try {
      encoded = await sender.encode(batch);
    } catch (error) {
      return { reason: "permanent_error", error: permanent(error) };
    }
    for (const dropped of encoded.dropped) drop(dropped);
    if (encoded.payload !== undefined) {
      const failure = await retry.deliver(
        encoded.payload,
        {
          sent: (itemCount) => account.sent(itemCount),
          dropped: drop,
          finished: () => log.delivered(),
          waiting: (error, delayMs) => {
            ledger.failed(error);
            log.willRetry(error, delayMs);
          },
        },
        signal,
      );
      if (failure !== undefined) return failure;
    }
    if (account.open === 0 || signal.aborted) return undefined;
    // A defect of the sender. The items have to leave the ledger somewhere, and "sent" would be a guess.
    const error = new ConsumeError("permanent", `exporter did not say what became of ${account.open} items`);
    return { reason: "permanent_error", error };
  }
}

function permanent(cause: unknown): ConsumeError {
  if (cause instanceof ConsumeError && cause.kind === "permanent") return cause;
  return new ConsumeError("permanent", cause instanceof Error ? cause.message : String(cause), { cause });
}
