import type { Clock } from "../../../component/clock.ts";
import { ConsumeError } from "../../../component/consume-error.ts";
import type { DropReason } from "../../../component/ledger.ts";
import type { Batch } from "../../../pdata/batch.ts";
import type { Signal } from "../../../pdata/signal.ts";
import { splitBatch } from "../../../pdata/split-batch.ts";
import type { Outcome } from "./outcome.ts";
import type { PartialSuccess } from "./partial-success.ts";
import { SizeMemory } from "./size-memory.ts";

/** One request to make: some items, and their body as it goes on the wire. */
export interface OtlpPart<S extends Signal> {
  readonly batch: Batch<S>;
  readonly body: Uint8Array;
}

/** What is left to be sent of one batch: first the whole of it, after a refusal for its size several parts. */
export interface OtlpPayload<S extends Signal> {
  readonly parts: readonly OtlpPart<S>[];
  readonly itemCount: number;
  readonly byteSize: number;
}

/** Every item of OTLP has a form in OTLP, so nothing is dropped here. */
export interface EncodedBatch<S extends Signal> {
  readonly payload: OtlpPayload<S>;
  readonly dropped: readonly never[];
}

/** The outcome of one attempt, in the form that `src/sending` expects of a sender. */
export interface Delivered<S extends Signal> {
  readonly sent: number;
  readonly dropped: readonly { readonly reason: DropReason; readonly count: number; readonly cause?: unknown }[];
  readonly retry?: { readonly payload: OtlpPayload<S>; readonly error: ConsumeError };
}

export interface OtlpDeliveryOptions<S extends Signal> {
  readonly clock: Clock;
  /** The body of a request. */
  encode(batch: Batch<S>): Uint8Array | Promise<Uint8Array>;
  /** Makes one request. Never rejects. */
  exchange(body: Uint8Array, signal: AbortSignal): Promise<Outcome>;
  onPartialSuccess(partialSuccess: PartialSuccess): void;
}

/**
 * Sends batches as OTLP requests, one each, over whatever `exchange` speaks. A request that the peer finds too large is
 * divided into halves, and these again, down to single items:
 *
 *     8192 items ─ refused ─┬─ 4096 ─ sent
 *                           └─ 4096 ─ refused ─┬─ 2048 ─ sent
 *                                              └─ 2048 ─ sent
 */
export class OtlpDelivery<S extends Signal> {
  readonly #options: OtlpDeliveryOptions<S>;
  readonly #sizes: SizeMemory;

  constructor(options: OtlpDeliveryOptions<S>) {
    this.#options = options;
    this.#sizes = new SizeMemory(options.clock);
  }

  /** The payload of a whole batch. */
  encode(batch: Batch<S>): EncodedBatch<S> | Promise<EncodedBatch<S>> {
    const body = this.#options.encode(batch);
    return body instanceof Promise ? body.then((bytes) => encoded(batch, bytes)) : encoded(batch, body);
  }

  /** One attempt for every part of the payload. Never rejects. */
  async send(payload: OtlpPayload<S>, signal: AbortSignal): Promise<Delivered<S>> {
    const attempt = new Attempt(payload, this.#options, this.#sizes);
    await attempt.run(signal);
    return attempt.result();
  }
}

/** Parts whose body is made when their turn comes. */
interface OpenPart<S extends Signal> {
  readonly batch: Batch<S>;
  readonly body: Uint8Array | undefined;
}

class Attempt<S extends Signal> {
  readonly #payload: OtlpPayload<S>;
  readonly #options: OtlpDeliveryOptions<S>;
  readonly #sizes: SizeMemory;
  /** The next one is at the end. */
  readonly #open: OpenPart<S>[];
  /**
   * Sizes of the smallest part that was refused for its size, before and after compression. Whatever is as large in both
   * will be refused too: without this rule a peer that finds everything too large would be asked once for each item.
   */
  #refusedBytes = Number.POSITIVE_INFINITY;
  #refusedBodyBytes = Number.POSITIVE_INFINITY;
  #refusal: ConsumeError | undefined;
  /** A single item was refused: a peer that does so may refuse anything, and its limit is not known. */
  #hasRefusedItem = false;
  #sent = 0;
  readonly #dropped: { reason: DropReason; count: number; cause?: unknown }[] = [];
  #lastDropError: ConsumeError | undefined;
  #retry: { readonly payload: OtlpPayload<S>; readonly error: ConsumeError } | undefined;

  constructor(payload: OtlpPayload<S>, options: OtlpDeliveryOptions<S>, sizes: SizeMemory) {
    this.#payload = payload;
    this.#options = options;
    this.#sizes = sizes;
    this.#open = payload.parts.toReversed();
  }

  async run(signal: AbortSignal): Promise<void> {
    for (let part = this.#open.pop(); part !== undefined && this.#retry === undefined; part = this.#open.pop()) {
      const { batch } = part;
      const byteCount = batch.bytes.length;
      if (batch.itemCount > 1 && byteCount >= Math.min(this.#refusedBytes, this.#sizes.refusedBytes)) {
        this.#divide(batch);
        continue;
      }
      const body = part.body ?? (await this.#options.encode(batch));
      if (byteCount >= this.#refusedBytes && body.length >= this.#refusedBodyBytes && this.#refusal !== undefined) {
        this.#drop(batch.itemCount, this.#refusal);
      } else {
        await this.#take({ batch, body }, await this.#options.exchange(body, signal));
      }
    }
  }

  /** When nothing got through at all, the failure is that of the whole payload, and its caller may keep the data. */
  result(): Delivered<S> {
    const failed = this.#dropped.reduce((sum, { count }) => sum + count, 0);
    if (this.#lastDropError !== undefined && failed === this.#payload.itemCount) {
      return { sent: 0, dropped: [], retry: { payload: this.#payload, error: this.#lastDropError } };
    }
    const result = { sent: this.#sent, dropped: this.#dropped };
    return this.#retry === undefined ? result : { ...result, retry: this.#retry };
  }

  async #take(part: OtlpPart<S>, outcome: Outcome): Promise<void> {
    const { itemCount, bytes } = part.batch;
    switch (outcome.status) {
      case "taken":
        return this.#taken(itemCount, outcome);
      case "too_large":
        this.#refusedBytes = Math.min(this.#refusedBytes, bytes.length);
        this.#refusedBodyBytes = Math.min(this.#refusedBodyBytes, part.body.length);
        this.#refusal = outcome.error;
        // One item alone cannot be divided.
        if (itemCount > 1) this.#divide(part.batch);
        else {
          this.#hasRefusedItem = true;
          this.#drop(itemCount, outcome.error);
        }
        return;
      case "failed":
        if (outcome.error.kind === "permanent") this.#drop(itemCount, outcome.error);
        else await this.#keep(part, outcome.error);
    }
  }

  #taken(itemCount: number, { rejected, message }: PartialSuccess): void {
    if (this.#refusedBytes !== Number.POSITIVE_INFINITY && !this.#hasRefusedItem) this.#sizes.learn(this.#refusedBytes);
    // The number is the peer's claim; the ledger must not lose or invent items by it.
    const rejectedItems = Math.max(0, Math.min(rejected, itemCount));
    this.#sent += itemCount - rejectedItems;
    if (rejected === 0 && message === "") return;
    this.#options.onPartialSuccess({ rejected: rejectedItems, message });
    // Without a cause: it is in the log already.
    if (rejectedItems > 0) this.#dropped.push({ reason: "permanent_error", count: rejectedItems });
  }

  #divide(batch: Batch<S>): void {
    const halves = splitBatch(batch, Math.ceil(batch.itemCount / 2));
    for (const half of halves.toReversed()) this.#open.push({ batch: half, body: undefined });
  }

  #drop(count: number, error: ConsumeError): void {
    this.#lastDropError = error;
    const last = this.#dropped.at(-1);
    if (last !== undefined && last.cause === error) last.count += count;
    else this.#dropped.push({ reason: "permanent_error", count, cause: error });
  }

  async #keep(part: OtlpPart<S>, error: ConsumeError): Promise<void> {
    const parts: OtlpPart<S>[] = [part];
    for (const { batch, body } of this.#open.toReversed()) {
      parts.push({ batch, body: body ?? (await this.#options.encode(batch)) });
    }
    this.#retry = { payload: payloadOf(parts), error };
  }
}

function encoded<S extends Signal>(batch: Batch<S>, body: Uint8Array): EncodedBatch<S> {
  return { payload: payloadOf([{ batch, body }]), dropped: [] };
}

function payloadOf<S extends Signal>(parts: readonly OtlpPart<S>[]): OtlpPayload<S> {
  let itemCount = 0;
  let byteSize = 0;
  for (const { batch, body } of parts) {
    itemCount += batch.itemCount;
    byteSize += body.length;
  }
  return { parts, itemCount, byteSize };
}
