import { ConsumeError } from "../component/consume-error.ts";
import type { Admission, Consumer, RequestContext } from "../component/consumer.ts";
import type { Counter, Meter } from "../component/meter.ts";
import type { SenderObserver } from "../component/senders.ts";
import type { Batch } from "../pdata/batch.ts";
import { itemNames, type Signal } from "../pdata/signal.ts";
import type { SpanSeries } from "../telemetry/span-recorder.ts";
import type { ComponentLedger } from "./component-ledger.ts";

export interface ObservedReceiverOutputOptions<S extends Signal> {
  readonly signal: S;
  readonly next: Consumer<S>;
  readonly ledger: ComponentLedger;
  /** With the label `receiver`. */
  readonly meter: Meter;
  readonly spans: SpanSeries;
  readonly senders: SenderObserver;
}

interface Counts {
  readonly accepted: Counter;
  readonly refused: Counter;
}

/** Stands between a receiver and the pipelines of one signal: counts what they took and what they did not. */
export class ObservedReceiverOutput<S extends Signal> implements Consumer<S> {
  readonly #options: ObservedReceiverOutputOptions<S>;
  /** By transport, which only the request knows. */
  readonly #counts = new Map<string | undefined, Counts>();

  constructor(options: ObservedReceiverOutputOptions<S>) {
    this.#options = options;
  }

  get admission(): Admission | undefined {
    return this.#options.next.admission;
  }

  async consume(batch: Batch<S>, context: RequestContext): Promise<void> {
    const { next, ledger, spans, senders } = this.#options;
    const { itemCount } = batch;
    const counts = this.#counts.get(context.transport) ?? this.#makeCounts(context.transport);
    const beganMs = spans.begin();
    try {
      await next.consume(batch, context);
    } catch (cause) {
      const error = ConsumeError.from(cause);
      counts.refused.add(itemCount);
      ledger.refused(itemCount, error, error.kind === "refused");
      spans.end(beganMs, itemCount, error.message);
      senders.batch(batch, context, error.message);
      throw error;
    }
    counts.accepted.add(itemCount);
    ledger.took(itemCount);
    spans.end(beganMs, itemCount);
    senders.batch(batch, context, undefined);
  }

  /** All three series appear together, so that a rate can be taken from the first request on. */
  #makeCounts(transport: string | undefined): Counts {
    const { meter, signal } = this.#options;
    const items = itemNames[signal];
    const words = items.replaceAll("_", " ");
    const labels = transport === undefined ? {} : { transport };
    const counts: Counts = {
      accepted: meter.counter({
        name: `otelcol_receiver_accepted_${items}`,
        description: `Number of ${words} successfully pushed into the pipeline`,
        labels,
      }),
      refused: meter.counter({
        name: `otelcol_receiver_refused_${items}`,
        description: `Number of ${words} that could not be pushed into the pipeline`,
        labels,
      }),
    };
    meter.counter({
      name: `otelcol_receiver_failed_${items}`,
      description: `Number of ${words} that the receiver itself failed to process`,
      labels,
    });
    this.#counts.set(transport, counts);
    return counts;
  }
}
