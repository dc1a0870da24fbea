import { ConsumeError } from "../component/consume-error.ts";
import type { Overdrawn, RequestContext } from "../component/consumer.ts";
import type { ConsumerComponent } from "../component/factory.ts";
import type { Host } from "../component/host.ts";
import type { LogFields } from "../component/logger.ts";
import type { Batch } from "../pdata/batch.ts";
import type { Signal } from "../pdata/signal.ts";
import type { ExporterOptions } from "./assemble-exporter.ts";
import type { QueueConfig } from "./config.ts";
import { Courier } from "./courier.ts";
import { DiskParcel } from "./disk-parcel.ts";
import { DiskStore } from "./disk-store.ts";
import { HeldItems } from "./held-items.ts";
import { Merger } from "./merger.ts";
import { MemoryQueue, type Admittance } from "./memory-queue.ts";
import { inFlightGauge, mergeMetrics, queueMetrics, type QueueMetrics } from "./metrics.ts";
import { OutageLog } from "./outage-log.ts";
import { Overdraft } from "./overdraft.ts";
import { AwaitedParcel, HeldParcel, type Parcel } from "./parcel.ts";
import { Ramp } from "./ramp.ts";
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
  /** Where the batches of the queue are, if they are not in memory. */
  readonly #store: DiskStore<S> | undefined;
  readonly #merger: Merger<S> | undefined;
  readonly #overdraft = new Overdraft();
  readonly #ramp: Ramp;
  readonly #courier: Courier<S, P>;
  /** What is being sent, with or without a queue. */
  readonly #underway = new Map<Parcel<S>, Promise<void>>();
  /** Aborts when a shutdown begins: from then on each batch has one attempt. */
  readonly #draining = new AbortController();
  /** Aborts when a shutdown may not wait any longer. */
  readonly #ended = new AbortController();
  #metrics: QueueMetrics | undefined;
  #endInFlight: (() => void) | undefined;
  #isRunning = false;
  #stopping: Promise<void> | undefined;

  constructor(options: ExporterOptions<S, P>) {
    const { config, settings, sender, random = Math.random } = options;
    const { clock, ledger, logger, meter, signal } = settings;
    this.#options = options;
    this.#random = random;
    this.#held = new HeldItems(ledger);
    const { sendingQueue } = config;
    this.#queue = sendingQueue.enabled ? this.#newQueue(sendingQueue) : undefined;
    this.#merger = sendingQueue.enabled ? this.#newMerger(sendingQueue) : undefined;
    this.#store = sendingQueue.enabled ? this.#newStore(sendingQueue.storage) : undefined;
    this.#log = new OutageLog({ logger, clock, advice: advice(options), standing: () => this.#standing() });
    const attempt = withTimeout<P>((payload, signal) => sender.send(payload, signal), config.timeout, clock);
    const isKept = this.#store !== undefined;
    const draining = this.#draining.signal;
    this.#ramp = new Ramp({ clock, consumers: sendingQueue.numConsumers, draining });
    const retry = new Retry({
      attempt: this.#ramp.around(attempt),
      config: config.retryOnFailure,
      clock,
      random,
      draining,
      isKept,
    });
    const inFlight = inFlightGauge(meter, signal);
    this.#courier = new Courier({ sender, retry, log: this.#log, ledger, inFlight });
  }

  async start(host: Host): Promise<void> {
    if (this.#isRunning || this.#stopping !== undefined) return;
    this.#isRunning = true;
    const { sender, settings } = this.#options;
    const queue = this.#queue;
    if (queue !== undefined) {
      this.#metrics = queueMetrics(settings.meter, settings.signal, queue, () => this.#oldestAgeMs());
    }
    this.#endInFlight = settings.ledger.inFlight(() => this.#inFlightItems());
    queue?.pause();
    await this.#store?.open(host);
    await sender.start?.(host);
    queue?.resume();
  }

  /** With storage `consume` resolves when the batch is on disk. */
  get acknowledgesDurably(): boolean {
    return this.#store !== undefined;
  }

  async consume(batch: Batch<S>, context: RequestContext): Promise<void> {
    if (!this.#isRunning) throw this.#refusal("exporter is not running");
    if (batch.itemCount === 0) return;
    const { config, settings } = this.#options;
    const queue = this.#queue;
    if (queue !== undefined && !config.sendingQueue.waitForResult) {
      return this.#enqueue(queue, this.#queued(batch, context));
    }
    const parcel = new AwaitedParcel(
      { batch, context, enqueuedUnixMs: settings.clock.now() },
      settings.ledger,
      this.#log,
    );
    if (queue !== undefined) await this.#enqueue(queue, parcel);
    else void this.#carry(parcel);
    return parcel.outcome.promise;
  }

  /** A caller that waits for the outcome, or for the disk, has to go on waiting. */
  async overdraw(batch: Batch<S>, context: RequestContext): Promise<Overdrawn> {
    const queue = this.#queue;
    if (queue === undefined || !this.#isRunning || this.#options.config.sendingQueue.waitForResult) return "slow";
    const parcel = this.#queued(batch, context);
    if (!queue.hasRoom(parcel) && !this.#overdraft.grant(parcel.byteCount)) {
      return this.#overdraft.hasMoved ? "slow" : "stalled";
    }
    try {
      if ((await queue.overfill(parcel)) !== "taken") return "slow";
    } catch {
      // The disk: it has told the caller of `consume` as well.
      return "slow";
    }
    this.#countEnqueued(parcel);
    return "taken";
  }

  #queued(batch: Batch<S>, context: RequestContext): Parcel<S> {
    const enqueuedUnixMs = this.#options.settings.clock.now();
    const store = this.#store;
    if (store === undefined) return new HeldParcel({ batch, context, enqueuedUnixMs }, this.#held, this.#log);
    const head = { itemCount: batch.itemCount, byteCount: batch.bytes.length, enqueuedUnixMs, context };
    return new DiskParcel({ head, store, held: this.#held, log: this.#log }, batch);
  }

  /**
   * Retries are interrupted first, so that workers are free; then the queue drains, each batch with one attempt; then the
   * sender closes. When `signal` aborts, what is left is counted as dropped. A queue on disk does not drain: it ends the
   * attempts that are under way, and what is left stays.
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
    this.#ramp.open();
    if (this.#store === undefined) this.#merger?.drain();
    else this.#leaveQueued();
    if (!(await settlesBefore(this.#whenIdle(), signal))) this.#abandonAll();
    await this.#store?.close(this.#held.count);
    this.#log.close();
    this.#metrics?.close();
    this.#endInFlight?.();
    const closing = this.#options.sender.shutdown?.(signal);
    if (closing !== undefined && (await settlesBefore(closing, signal))) await closing;
  }

  /** A queue on disk: what nobody has begun to send is for the next process. */
  #leaveQueued(): void {
    this.#queue?.halt();
    const error = new ConsumeError("retryable", "interrupted due to shutdown");
    for (const parcel of this.#merger?.discard() ?? []) parcel.finish({ reason: "shutdown", error });
  }

  async #whenIdle(): Promise<void> {
    if (this.#queue !== undefined) await this.#queue.whenIdle();
    await Promise.all(this.#underway.values());
  }

  #abandonAll(): void {
    const error = new ConsumeError("retryable", "interrupted due to shutdown: no time was left to send");
    let itemCount = 0;
    for (const parcel of this.#underway.keys()) itemCount += parcel.abandon(error);
    for (const parcel of this.#merger?.discard() ?? []) itemCount += parcel.abandon(error);
    const left = this.#store === undefined ? this.#queue : undefined;
    for (let parcel = left?.discard(); parcel !== undefined; parcel = left?.discard()) {
      itemCount += parcel.abandon(error);
    }
    if (itemCount > 0) this.#log.dropped(itemCount, error);
    this.#ended.abort(error);
  }

  #newQueue({ queueSize, numConsumers, blockOnOverflow, sizer, batch }: QueueConfig): MemoryQueue<Parcel<S>> {
    return new MemoryQueue<Parcel<S>>({
      capacity: queueSize,
      // The merger bounds what is sent, and says when it has enough.
      consumers: batch === undefined ? numConsumers : Number.POSITIVE_INFINITY,
      blockOnOverflow,
      sizeOf: ({ itemCount, byteCount }) => {
        if (sizer === "requests") return 1;
        return Math.max(1, sizer === "items" ? itemCount : byteCount);
      },
      store: (parcel) => parcel.save?.(),
      taken: (parcel) => parcel.taken(),
      work: (parcel) => this.#merger?.add(parcel) ?? this.#carry(parcel),
    });
  }

  #newMerger({ batch: config, numConsumers: consumers }: QueueConfig): Merger<S> | undefined {
    if (config === undefined) return undefined;
    const { signal, clock, meter } = this.#options.settings;
    const metrics = mergeMetrics(meter, signal);
    return new Merger<S>({
      signal,
      config,
      clock,
      consumers,
      send: (parcel) => {
        metrics.sendSize.record(parcel.itemCount);
        metrics.sendSizeBytes.record(parcel.byteCount);
        return this.#carry(parcel);
      },
      setBusy: (isBusy) => {
        if (isBusy) this.#queue?.pause();
        else this.#queue?.resume();
      },
    });
  }

  #newStore(storageId: string | undefined): DiskStore<S> | undefined {
    if (storageId === undefined) return undefined;
    const store: DiskStore<S> = new DiskStore<S>({
      storageId,
      settings: this.#options.settings,
      restore: (head) => {
        const parcel = new DiskParcel({ head, store, held: this.#held, log: this.#log });
        this.#held.recover(head.itemCount);
        this.#queue?.restore(parcel);
        return parcel;
      },
      makeRoom: () => this.#dropOldest(),
      draining: this.#draining.signal,
    });
    return store;
  }

  async #enqueue(queue: MemoryQueue<Parcel<S>>, parcel: Parcel<S>): Promise<void> {
    if (this.#store?.whenFull === "drop_oldest") while (!queue.hasRoom(parcel) && this.#dropOldest());
    try {
      const offered = queue.offer(parcel);
      const admittance = typeof offered === "string" ? offered : await offered;
      if (admittance !== "taken") throw this.#notTaken(admittance);
    } catch (error) {
      this.#log.rejected(parcel.itemCount, ConsumeError.from(error));
      throw error;
    }
    this.#overdraft.clear();
    this.#countEnqueued(parcel);
  }

  #countEnqueued({ itemCount, byteCount }: Parcel<S>): void {
    this.#metrics?.enqueueSize.record(itemCount);
    this.#metrics?.enqueueSizeBytes.record(byteCount);
  }

  /** The oldest batch that nobody sends at the moment makes room; `false` if there is none. */
  #dropOldest(): boolean {
    const oldest = this.#queue?.discard();
    oldest?.dropForRoom?.();
    return oldest !== undefined;
  }

  /** Of what is held: where callers wait for the outcome, it is theirs until then. */
  #inFlightItems(): number {
    let itemCount = 0;
    for (const { account } of this.#underway.keys()) itemCount += account.open;
    return Math.min(itemCount, this.#held.count);
  }

  #oldestAgeMs(): number {
    const [underway] = this.#underway.keys();
    const oldest = underway ?? this.#queue?.peek();
    return oldest === undefined ? 0 : Math.max(0, this.#options.settings.clock.now() - oldest.enqueuedUnixMs);
  }

  #carry(parcel: Parcel<S>): Promise<void> {
    const carried = this.#courier.deliver(parcel, this.#ended.signal).then((failure) => {
      this.#underway.delete(parcel);
      this.#overdraft.moved();
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
