import { ConsumeError } from "../../component/consume-error.ts";
import { emptyContext, type Consumer, type RequestContext } from "../../component/consumer.ts";
import type { ConsumerComponent, SignalSettings } from "../../component/factory.ts";
import type { Batch } from "../../pdata/batch.ts";
import type { Signal } from "../../pdata/signal.ts";
import { HeldItems } from "../../sending/held-items.ts";
import { BatchLog } from "./batch-log.ts";
import { Batcher } from "./batcher.ts";
import type { BatchConfig } from "./config.ts";
import { batchMetrics, type BatchMetrics } from "./metrics.ts";

export interface BatchProcessorOptions<S extends Signal> {
  readonly config: BatchConfig;
  readonly settings: SignalSettings<S>;
  readonly next: Consumer<S>;
}

/** Hands each input to the batcher of its metadata values; without `metadata_keys` there is only one. */
export class BatchProcessor<S extends Signal> implements ConsumerComponent<S> {
  readonly #options: BatchProcessorOptions<S>;
  readonly #metadataKeys: readonly string[];
  readonly #held: HeldItems;
  readonly #metrics: BatchMetrics;
  readonly #log: BatchLog;
  readonly #batchers = new Map<string, Batcher<S>>();
  #single: Batcher<S> | undefined;
  #isRunning = false;
  #stopping: Promise<void> | undefined;

  constructor(options: BatchProcessorOptions<S>) {
    const { config, settings } = options;
    this.#options = options;
    this.#metadataKeys = config.metadataKeys.map((key) => key.toLowerCase()).toSorted();
    this.#held = new HeldItems(settings.ledger);
    this.#metrics = batchMetrics(settings.meter);
    this.#log = new BatchLog(settings.logger, settings.clock);
  }

  start(): Promise<void> {
    if (this.#isRunning || this.#stopping !== undefined) return Promise.resolve();
    this.#isRunning = true;
    if (this.#metadataKeys.length === 0) this.#single = this.#newBatcher(emptyContext);
    return Promise.resolve();
  }

  /** A stage that makes batches survive is only as good as what stands before it. */
  get acknowledgesDurably(): boolean {
    return this.#options.next.acknowledgesDurably === true;
  }

  /** Resolves when the batch is taken; what happens behind is not the caller's any more, unless there is no room, or the next stage acknowledges durably: then it is known here. */
  async consume(batch: Batch<S>, context: RequestContext): Promise<void> {
    if (!this.#isRunning) throw new ConsumeError("refused", "batch is not running", { retryAfterMs: 1000 });
    if (batch.itemCount === 0) return;
    await (this.#single ?? this.#batcherOf(context)).consume(batch);
  }

  shutdown(signal: AbortSignal): Promise<void> {
    this.#stopping ??= this.#stop(signal);
    return this.#stopping;
  }

  async #stop(signal: AbortSignal): Promise<void> {
    if (!this.#isRunning) return;
    this.#isRunning = false;
    const batchers = this.#single === undefined ? [...this.#batchers.values()] : [this.#single];
    await Promise.all(batchers.map((batcher) => batcher.shutdown(signal)));
    this.#log.close();
    this.#metrics.cardinality.add(-batchers.length);
  }

  #batcherOf(context: RequestContext): Batcher<S> {
    const values = this.#metadataKeys.map((key) => context.metadata.get(key) ?? null);
    const key = JSON.stringify(values);
    const known = this.#batchers.get(key);
    if (known !== undefined) return known;
    const limit = this.#options.config.metadataCardinalityLimit;
    if (limit > 0 && this.#batchers.size >= limit) {
      throw new ConsumeError("permanent", "too many batcher metadata-value combinations");
    }
    const metadata = new Map<string, readonly string[]>();
    for (const [index, value] of values.entries()) {
      if (value !== null) metadata.set(this.#metadataKeys[index] as string, value);
    }
    const batcher = this.#newBatcher({ peer: "", metadata }, limit === 0 ? () => this.#forget(key) : undefined);
    this.#batchers.set(key, batcher);
    return batcher;
  }

  /** Without a limit only batchers that hold something are kept: senders choose the values, and memory is finite. */
  #forget(key: string): void {
    if (this.#batchers.delete(key)) this.#metrics.cardinality.add(-1);
  }

  #newBatcher(context: RequestContext, onIdle?: () => void): Batcher<S> {
    this.#metrics.cardinality.add(1);
    return new Batcher({
      ...this.#options,
      context,
      held: this.#held,
      metrics: this.#metrics,
      log: this.#log,
      ...(onIdle !== undefined && { onIdle }),
    });
  }
}
