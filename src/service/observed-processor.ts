import { ConsumeError } from "../component/consume-error.ts";
import type { Admission, Consumer, RequestContext } from "../component/consumer.ts";
import type { Counter, Meter } from "../component/meter.ts";
import type { Batch } from "../pdata/batch.ts";
import type { Signal } from "../pdata/signal.ts";
import { combineAdmissions } from "./combine-admissions.ts";
import type { ComponentLedger } from "./component-ledger.ts";

/** Stands in front of a processor: counts what comes in, and what it took or refused. */
export class ObservedProcessor<S extends Signal> implements Consumer<S> {
  readonly #processor: Consumer<S>;
  readonly #next: Consumer<S>;
  readonly #ledger: ComponentLedger;
  readonly #incoming: Counter;
  #admission: Admission | undefined;

  constructor(options: {
    processor: Consumer<S>;
    next: Consumer<S>;
    ledger: ComponentLedger;
    meter: Meter;
    signal: S;
  }) {
    this.#processor = options.processor;
    this.#next = options.next;
    this.#ledger = options.ledger;
    this.#incoming = options.meter.counter({
      name: "otelcol_processor_incoming_items",
      description: "Number of items passed to the processor",
      labels: { otel_signal: options.signal },
    });
  }

  /** A processor without an opinion passes on that of the stages behind it. */
  get admission(): Admission | undefined {
    this.#admission ??= combineAdmissions([this.#processor, this.#next]);
    return this.#admission;
  }

  get acknowledgesDurably(): boolean {
    return (this.#processor.acknowledgesDurably ?? this.#next.acknowledgesDurably) === true;
  }

  async consume(batch: Batch<S>, context: RequestContext): Promise<void> {
    this.#incoming.add(batch.itemCount);
    try {
      await this.#processor.consume(batch, context);
    } catch (cause) {
      const error = ConsumeError.from(cause);
      this.#ledger.refused(batch.itemCount, error, error.kind === "refused");
      throw error;
    }
    this.#ledger.took(batch.itemCount);
  }
}

/** Stands behind a processor: counts what comes out. */
export class ObservedProcessorOutput<S extends Signal> implements Consumer<S> {
  readonly #next: Consumer<S>;
  readonly #outgoing: Counter;

  constructor(options: { next: Consumer<S>; meter: Meter; signal: S }) {
    this.#next = options.next;
    this.#outgoing = options.meter.counter({
      name: "otelcol_processor_outgoing_items",
      description: "Number of items emitted from the processor",
      labels: { otel_signal: options.signal },
    });
  }

  get admission(): Admission | undefined {
    return this.#next.admission;
  }

  get acknowledgesDurably(): boolean {
    return this.#next.acknowledgesDurably === true;
  }

  /** Not async: a promise of its own would be paid by every batch. */
  consume(batch: Batch<S>, context: RequestContext): Promise<void> {
    this.#outgoing.add(batch.itemCount);
    return this.#next.consume(batch, context);
  }
}
