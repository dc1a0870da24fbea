import type { Timer } from "../../component/clock.ts";
import { ConsumeError } from "../../component/consume-error.ts";
import type { Consumer, RequestContext } from "../../component/consumer.ts";
import type { SignalSettings } from "../../component/factory.ts";
import type { Batch } from "../../pdata/batch.ts";
import type { Signal } from "../../pdata/signal.ts";
import type { HeldItems } from "../../sending/held-items.ts";
import { settlesBefore } from "../../sending/settles-before.ts";
import type { BatchLog } from "./batch-log.ts";
import type { BatchConfig } from "./config.ts";
import type { BatchMetrics, Trigger } from "./metrics.ts";
import { Obligations } from "./obligations.ts";
import { offer } from "./offer.ts";
import { Pending } from "./pending.ts";
import { WaitingCallers, waitMs } from "./waiting-callers.ts";

/** Room for items while a batch is on its way: `send_batch_size` or the maximum, but at least this. */
const minRoomItems = 1000;
/** The same in bytes, because items may be large. */
export const roomBytes = 32 * 1024 * 1024;

/** Longest wait for more items while senders wait for an answer: they send one request after the other. */
export const maxLingerMs = 20;

export interface BatcherOptions<S extends Signal> {
  readonly config: BatchConfig;
  readonly settings: SignalSettings<S>;
  readonly next: Consumer<S>;
  /** What its batches carry on. */
  readonly context: RequestContext;
  readonly held: HeldItems;
  readonly metrics: BatchMetrics;
  readonly log: BatchLog;
  /** Told when nothing is held any more. */
  readonly onIdle?: () => void;
}

/**
 * Collects inputs and sends batches, one at a time.
 *
 *     consume ──► pending ──► on its way ──► next stage
 *        │                        ▲   │
 *        │                        └───┘ no room there: offered again
 *        └─ waits, then is refused, when a batch is on its way and pending is full
 *
 * Where the next stage acknowledges durably, nothing is held here: each sender is answered when the next stage has its
 * items, or gets the error.
 */
export class Batcher<S extends Signal> {
  readonly #options: BatcherOptions<S>;
  readonly #hasTimer: boolean;
  readonly #timeoutMs: number;
  /** Senders that wait for the next stage; none of them does unless that acknowledges durably. */
  readonly #obligations: Obligations | undefined;
  readonly #roomItems: number;
  readonly #pending: Pending<S>;
  readonly #callers: WaitingCallers<S>;
  #onItsWay: Batch<S> | undefined;
  #sending: Promise<void> | undefined;
  #timer: Timer | undefined;
  /** The timer fires every `timeout` from here. While there is nothing to send it does not run, but keeps its beat. */
  #timerStartMs: number;
  #refusedWith: ConsumeError | undefined;
  /** Aborts when a shutdown begins: what is pending is due then. */
  readonly #stopping = new AbortController();
  /** Aborts when a shutdown may not wait any longer. */
  readonly #ended = new AbortController();

  constructor(options: BatcherOptions<S>) {
    const { config, settings } = options;
    this.#options = options;
    const isDurable = options.next.acknowledgesDurably === true;
    this.#obligations = isDurable ? new Obligations((itemCount) => settings.ledger.sent(itemCount)) : undefined;
    this.#timeoutMs = isDurable ? Math.min(config.timeout, maxLingerMs) : config.timeout;
    this.#hasTimer = config.timeout > 0 && config.sendBatchSize > 0;
    this.#roomItems = Math.max(config.sendBatchSize, config.sendBatchMaxSize, minRoomItems);
    this.#pending = new Pending(settings.signal);
    this.#callers = new WaitingCallers(settings.clock, () => this.#refusal());
    this.#timerStartMs = settings.clock.monotonic();
  }

  /** Takes the batch at once, or answers a promise: of room or of the next stage, or of a refusal. */
  consume(batch: Batch<S>): Promise<void> | undefined {
    if (this.#callers.length > 0 || !this.#hasRoom()) return this.#callers.wait(batch);
    return this.#take(batch);
  }

  /** Sends what is held. When `signal` aborts, drops what is not taken by then. */
  async shutdown(signal: AbortSignal): Promise<void> {
    this.#stopping.abort();
    if (this.#sending === undefined) this.#sendIfDue();
    if (this.#sending !== undefined && !(await settlesBefore(this.#sending, signal))) this.#abandon();
  }

  #hasRoom(): boolean {
    if (this.#sending === undefined) return true;
    return this.#pending.itemCount < this.#roomItems && this.#pending.byteCount < roomBytes;
  }

  #take(batch: Batch<S>): Promise<void> | undefined {
    if (this.#obligations === undefined) this.#options.held.take(batch.itemCount);
    const answer = this.#obligations?.add(batch.itemCount);
    this.#pending.push(batch);
    if (this.#sending === undefined) this.#sendIfDue();
    return answer;
  }

  #dueTrigger(): Trigger | undefined {
    if (this.#pending.itemCount === 0) return undefined;
    if (!this.#hasTimer || this.#pending.itemCount >= this.#options.config.sendBatchSize) return "size";
    return this.#stopping.signal.aborted ? "timeout" : undefined;
  }

  #sendIfDue(): void {
    const trigger = this.#dueTrigger();
    if (trigger === undefined) this.#armTimer();
    else this.#sending = this.#send(trigger);
  }

  async #send(first: Trigger): Promise<void> {
    this.#cancelTimer();
    for (let trigger: Trigger | undefined = first; trigger !== undefined; trigger = this.#dueTrigger()) {
      this.#onItsWay = this.#takeBatch();
      if (this.#onItsWay !== undefined) await this.#offer(this.#onItsWay, trigger);
      if (this.#ended.signal.aborted) return;
      this.#onItsWay = undefined;
      this.#refusedWith = undefined;
      this.#admitCallers();
    }
    this.#sending = undefined;
    this.#timerStartMs = this.#options.settings.clock.monotonic();
    this.#armTimer();
    if (this.#pending.itemCount === 0) this.#options.onIdle?.();
  }

  /** Joins and cuts. A defect there loses the inputs that it concerns, not the process. */
  #takeBatch(): Batch<S> | undefined {
    const { config } = this.#options;
    const before = this.#pending.itemCount;
    try {
      return this.#pending.take(this.#hasTimer ? config.sendBatchSize : 1, config.sendBatchMaxSize);
    } catch (error) {
      this.#fail(before - this.#pending.itemCount, new ConsumeError("permanent", String(error), { cause: error }));
      return undefined;
    }
  }

  async #offer(batch: Batch<S>, trigger: Trigger): Promise<void> {
    const { settings, next, context, held, metrics, log } = this.#options;
    const error = await offer({
      clock: settings.clock,
      consume: () => next.consume(batch, context),
      onRefused: (error) => {
        this.#refusedWith = error;
        settings.ledger.failed(error);
        log.kept(batch.itemCount + this.#pending.itemCount, error);
      },
      ...(this.#obligations !== undefined && { patienceMs: waitMs }),
      hurry: this.#stopping.signal,
      signal: this.#ended.signal,
    });
    if (this.#ended.signal.aborted) return;
    if (error !== undefined) {
      this.#fail(batch.itemCount, error);
      return;
    }
    metrics.sent(trigger, batch);
    if (this.#obligations === undefined) held.sent(batch.itemCount);
    else this.#obligations.taken(batch.itemCount);
  }

  /** Senders that still wait keep their items; otherwise they are lost. */
  #fail(itemCount: number, error: ConsumeError): void {
    if (this.#obligations !== undefined) {
      this.#obligations.failed(itemCount, error);
      return;
    }
    this.#options.held.dropped(itemCount, "permanent_error", error);
    this.#options.log.dropped(itemCount, error);
  }

  #admitCallers(): void {
    while (this.#hasRoom() || this.#dueTrigger() === undefined) {
      if (!this.#callers.admit((batch) => this.#take(batch))) return;
    }
  }

  #armTimer(): void {
    if (this.#timer !== undefined || this.#pending.itemCount === 0) return;
    const { settings } = this.#options;
    const elapsedMs = settings.clock.monotonic() - this.#timerStartMs;
    this.#timer = settings.clock.setTimer(
      () => {
        this.#timer = undefined;
        if (this.#sending === undefined) this.#sending = this.#send("timeout");
      },
      this.#timeoutMs - (elapsedMs % this.#timeoutMs),
    );
  }

  #cancelTimer(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #abandon(): void {
    const { held, log } = this.#options;
    const error = this.#refusedWith ?? new ConsumeError("retryable", "no time was left to hand the batch on");
    const itemCount = this.#pending.itemCount + (this.#onItsWay?.itemCount ?? 0);
    this.#ended.abort();
    this.#pending.clear();
    this.#callers.refuseAll();
    if (this.#obligations !== undefined) {
      this.#obligations.refuseAll(this.#refusal());
      return;
    }
    held.dropped(itemCount, "shutdown", error);
    log.dropped(itemCount, error);
  }

  #refusal(): ConsumeError {
    const cause = this.#refusedWith;
    const message = `batch is full: ${cause?.message ?? "the next stage is slow"}`;
    return new ConsumeError("refused", message, { cause, retryAfterMs: 1000 + Math.floor(2000 * Math.random()) });
  }
}
