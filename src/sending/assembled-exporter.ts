import { ConsumeError } from "../component/consume-error.ts";
import type { ConsumerComponent } from "../component/factory.ts";
import type { Host } from "../component/host.ts";
import type { LogFields } from "../component/logger.ts";
import type { Batch } from "../pdata/batch.ts";
import type { Signal } from "../pdata/signal.ts";
import type { ExporterOptions } from "./assemble-exporter.ts";
import type { QueueConfig } from "./config.ts";
import { Courier } from "./courier.ts";
import { HeldItems } from "./held-items.ts";
import { MemoryQueue, type Admittance } from "./memory-queue.ts";
import { inFlightGauge, queueMetrics, type QueueMetrics } from "./metrics.ts";
import { OutageLog } from "./outage-log.ts";
import { AwaitedParcel, HeldParcel, type Parcel } from "./parcel.ts";
import { Retry } from "./retry.ts";
import type { Payload } from "./sender.ts";
import { settlesBefore } from "./settles-before.ts";
import { withTimeout } from "./timeout.ts";

/** See `assembleExporter`. */
export class AssembledExporter<S extends Signal, P extends Payload> implements ConsumerComponent<S> {
  readonly #options: ExporterOptions<S, P>;
  readonly #random: () => number;
  readonly #held: HeldItems;
  readonly #log: OutageLog;
  readonly #queue: MemoryQueue<Parcel<S>> | undefined;
  readonly #courier: Courier<S, P>;
  /** What is being sent, with or without a queue. */
  readonly #underway = new Map<Parcel<S>, Promise<void>>();
  /** Aborts when a shutdown begins: from then on each batch has one attempt. */
  readonly #draining = new AbortController();
  /** Aborts when a shutdown may not wait any longer. */
  readonly #ended = new AbortController();
  #metrics: QueueMetrics | undefined;
  #isRunning = false;
  #stopping: Promise<void> | undefined;

  constructor(options: ExporterOptions<S, P>) {
    const { config, settings, sender, random = Math.random } = options;
    const { clock, ledger, logger, meter, signal } = settings;
    this.#options = options;
    this.#random = random;
    this.#held = new HeldItems(ledger);
    this.#queue = config.sendingQueue.enabled ? this.#newQueue(config.sendingQueue) : undefined;
    this.#log = new OutageLog({ logger, clock, advice: advice(options), standing: () => this.#standing() });
    const attempt = withTimeout<P>((payload, signal) => sender.send(payload, signal), config.timeout, clock);
    const retry = new Retry({ attempt, config: config.retryOnFailure, clock, random, draining: this.#draining.signal });
    const inFlight = inFlightGauge(meter, signal);
    this.#courier = new Courier({ sender, retry, log: this.#log, ledger, inFlight });
  }

  async start(host: Host): Promise<void> {
    if (this.#isRunning || this.#stopping !== undefined) return;
    this.#isRunning = true;
    const { sender, settings } = this.#options;
    if (this.#queue !== undefined) this.#metrics = queueMetrics(settings.meter, settings.signal, this.#queue);
    await sender.start?.(host);
  }

  async consume(batch: Batch<S>): Promise<void> {
    if (!this.#isRunning) throw this.#refusal("exporter is not running");
    if (batch.itemCount === 0) return;
    const { config, settings } = this.#options;
    if (this.#queue !== undefined && !config.sendingQueue.waitForResult) {
      return this.#enqueue(this.#queue, new HeldParcel(batch, this.#held, this.#log));
    }
    const parcel = new AwaitedParcel(batch, settings.ledger, this.#log);
    if (this.#queue !== undefined) await this.#enqueue(this.#queue, parcel);
    else void this.#carry(parcel);
    return parcel.outcome.promise;
  }

  /**
   * Retries are interrupted first, so that workers are free; then the queue drains, each batch with one attempt; then the
   * sender closes. When `signal` aborts, what is left is counted as dropped.
   */
  shutdown(signal: AbortSignal): Promise<void> {
    this.#stopping ??= this.#stop(signal);
    return this.#stopping;
  }

  async #stop(signal: AbortSignal): Promise<void> {
    if (!this.#isRunning) return;
    this.#isRunning = false;
    this.#queue?.stop();
    this.#draining.abort();
    if (!(await settlesBefore(this.#whenIdle(), signal))) this.#abandonAll();
    this.#log.close();
    this.#metrics?.close();
    const closing = this.#options.sender.shutdown?.(signal);
    if (closing !== undefined && (await settlesBefore(closing, signal))) await closing;
  }

  async #whenIdle(): Promise<void> {
    if (this.#queue !== undefined) await this.#queue.whenIdle();
    await Promise.all(this.#underway.values());
  }

  #abandonAll(): void {
    const error = new ConsumeError("retryable", "interrupted due to shutdown: no time was left to send");
    let itemCount = 0;
    for (const parcel of this.#underway.keys()) itemCount += parcel.abandon(error);
    for (let parcel = this.#queue?.discard(); parcel !== undefined; parcel = this.#queue?.discard()) {
      itemCount += parcel.abandon(error);
    }
    if (itemCount > 0) this.#log.dropped(itemCount, error);
    this.#ended.abort(error);
  }

  #newQueue({ queueSize, numConsumers, blockOnOverflow, sizer }: QueueConfig): MemoryQueue<Parcel<S>> {
    return new MemoryQueue<Parcel<S>>({
      capacity: queueSize,
      consumers: numConsumers,
      blockOnOverflow,
      sizeOf: ({ batch }) => {
        if (sizer === "requests") return 1;
        return Math.max(1, sizer === "items" ? batch.itemCount : batch.bytes.length);
      },
      taken: (parcel) => parcel.taken(),
      work: (parcel) => this.#carry(parcel),
    });
  }

  async #enqueue(queue: MemoryQueue<Parcel<S>>, parcel: Parcel<S>): Promise<void> {
    const offered = queue.offer(parcel);
    const admittance = typeof offered === "string" ? offered : await offered;
    const { itemCount, bytes } = parcel.batch;
    if (admittance !== "taken") {
      const error = this.#notTaken(admittance);
      this.#log.rejected(itemCount, error);
      throw error;
    }
    this.#metrics?.enqueueSize.record(itemCount);
    this.#metrics?.enqueueSizeBytes.record(bytes.length);
  }

  #carry(parcel: Parcel<S>): Promise<void> {
    const carried = this.#courier.deliver(parcel.batch, parcel.account, this.#ended.signal).then((failure) => {
      this.#underway.delete(parcel);
      parcel.finish(failure);
    });
    this.#underway.set(parcel, carried);
    return carried;
  }

  #notTaken(admittance: Exclude<Admittance, "taken">): ConsumeError {
    if (admittance === "too_large") return new ConsumeError("permanent", "element size too large");
    return this.#refusal(admittance === "full" ? "sending queue is full" : "exporter is not running");
  }

  #refusal(message: string): ConsumeError {
    return new ConsumeError("refused", message, { retryAfterMs: 1000 + Math.floor(2000 * this.#random()) });
  }

  #standing(): LogFields {
    const queue = this.#queue;
    if (queue === undefined) return {};
    return { kept_items: this.#held.count, queue_size: queue.size, queue_capacity: queue.capacity };
  }
}

/** The settings that would have helped, as upstream appends them. */
function advice<S extends Signal, P extends Payload>({ config }: ExporterOptions<S, P>): string {
  let text = "";
  if (!config.retryOnFailure.enabled) {
    text += " Try enabling retry_on_failure config option to retry on retryable errors.";
  }
  if (!config.sendingQueue.enabled) text += " Try enabling sending_queue to survive temporary failures.";
  return text;
}
