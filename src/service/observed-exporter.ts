import { ConsumeError } from "../component/consume-error.ts";
import type { Admission, Consumer, RequestContext } from "../component/consumer.ts";
import type { Counter, Meter } from "../component/meter.ts";
import type { Batch } from "../pdata/batch.ts";
import { itemNames, type Signal } from "../pdata/signal.ts";
import type { SpanSeries } from "../telemetry/span-recorder.ts";
import type { ComponentLedger, LedgerMetrics } from "./component-ledger.ts";

/** Stands in front of an exporter: counts what it took or refused. */
export class ObservedExporter<S extends Signal> implements Consumer<S> {
  readonly #exporter: Consumer<S>;
  readonly #ledger: ComponentLedger;
  readonly #spans: SpanSeries;

  constructor(options: { exporter: Consumer<S>; ledger: ComponentLedger; spans: SpanSeries }) {
    this.#exporter = options.exporter;
    this.#ledger = options.ledger;
    this.#spans = options.spans;
  }

  get admission(): Admission | undefined {
    return this.#exporter.admission;
  }

  async consume(batch: Batch<S>, context: RequestContext): Promise<void> {
    const { itemCount } = batch;
    const beganMs = this.#spans.begin();
    try {
      await this.#exporter.consume(batch, context);
    } catch (cause) {
      const error = ConsumeError.from(cause);
      this.#ledger.refused(itemCount, error, error.kind === "refused");
      this.#spans.end(beganMs, itemCount, error.message);
      throw error;
    }
    this.#ledger.took(itemCount);
    this.#spans.end(beganMs, itemCount);
  }
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
