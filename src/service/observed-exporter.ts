import type { Clock } from "../component/clock.ts";
import { ConsumeError } from "../component/consume-error.ts";
import type { Admission, Consumer, RequestContext } from "../component/consumer.ts";
import type { DropReason } from "../component/ledger.ts";
import type { Logger } from "../component/logger.ts";
import type { Counter, Meter } from "../component/meter.ts";
import type { Batch } from "../pdata/batch.ts";
import { itemNames, type Signal } from "../pdata/signal.ts";
import type { SpanSeries } from "../telemetry/span-recorder.ts";
import type { ComponentLedger, LedgerMetrics } from "./component-ledger.ts";
import type { Branch } from "./fan-out.ts";
import { StuckBranch } from "./stuck-branch.ts";

export interface ObservedExporterOptions<S extends Signal> {
  readonly exporter: Consumer<S>;
  readonly ledger: ComponentLedger;
  readonly spans: SpanSeries;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Stands in front of an exporter: counts what it took or refused, and knows when it is stuck. */
export class ObservedExporter<S extends Signal> implements Branch<S> {
  readonly #exporter: Consumer<S>;
  readonly #ledger: ComponentLedger;
  readonly #spans: SpanSeries;
  readonly #stuck: StuckBranch;
  /** A batch that is offered again after a refusal is not counted again. */
  readonly #refused = new WeakSet<Batch<S>>();

  constructor(options: ObservedExporterOptions<S>) {
    this.#exporter = options.exporter;
    this.#ledger = options.ledger;
    this.#spans = options.spans;
    this.#stuck = new StuckBranch(options.clock, options.logger);
  }

  get admission(): Admission | undefined {
    return this.#exporter.admission;
  }

  get acknowledgesDurably(): boolean {
    return this.#exporter.acknowledgesDurably === true;
  }

  /** The ledger goes from an exporter to the one that a reload puts into its place. */
  get identity(): object {
    return this.#ledger;
  }

  async consume(batch: Batch<S>, context: RequestContext): Promise<void> {
    const { itemCount } = batch;
    const beganMs = this.#spans.begin();
    try {
      await this.#exporter.consume(batch, context);
    } catch (cause) {
      const error = ConsumeError.from(cause);
      this.#count(batch, error);
      this.#spans.end(beganMs, itemCount, error.message);
      throw error;
    }
    this.#stuck.took();
    this.#ledger.took(itemCount);
    this.#spans.end(beganMs, itemCount);
  }

  get isStuck(): boolean {
    return this.#stuck.isStuck;
  }

  async keep(batch: Batch<S>, context: RequestContext): Promise<boolean> {
    if (this.#stuck.isStuck) return false;
    const outcome = (await this.#exporter.overdraw?.(batch, context)) ?? "slow";
    if (outcome === "taken") this.#ledger.took(batch.itemCount);
    else if (outcome === "stalled") this.#stuck.stalled();
    return outcome === "taken";
  }

  giveUp(batch: Batch<S>, error: ConsumeError): void {
    this.#ledger.abandoned(batch.itemCount, lossOf(error), error);
    if (error.kind !== "permanent") this.#stuck.dropped(batch.itemCount, error);
  }

  #count(batch: Batch<S>, error: ConsumeError): void {
    if (error.kind !== "permanent") this.#stuck.refused();
    if (this.#refused.has(batch)) {
      this.#ledger.failed(error);
      return;
    }
    this.#refused.add(batch);
    this.#ledger.refused(batch.itemCount, error, error.kind === "refused");
  }
}

function lossOf({ kind }: ConsumeError): DropReason {
  if (kind === "permanent") return "permanent_error";
  return kind === "refused" ? "queue_full" : "retries_exhausted";
}

/** The counts of an exporter under upstream's names. The failures appear with the first one, as upstream. */
export function exporterMetrics(meter: Meter, signal: Signal): LedgerMetrics {
  const items = itemNames[signal];
  const words = items.replaceAll("_", " ");
  const sent = meter.counter({
    name: `otelcol_exporter_sent_${items}`,
    description: `Number of ${words} successfully sent to destination`,
  });
  let sendFailed: Counter | undefined;
  let enqueueFailed: Counter | undefined;
  return {
    sent: (itemCount) => sent.add(itemCount),
    sendFailed: (itemCount) => {
      sendFailed ??= meter.counter({
        name: `otelcol_exporter_send_failed_${items}`,
        description: `Number of ${words} in failed attempts to send to destination`,
      });
      sendFailed.add(itemCount);
    },
    enqueueFailed: (itemCount) => {
      enqueueFailed ??= meter.counter({
        name: `otelcol_exporter_enqueue_failed_${items}`,
        description: `Number of ${words} failed to be added to the sending queue`,
      });
      enqueueFailed.add(itemCount);
    },
  };
}
