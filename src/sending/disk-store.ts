import { sleep, type Clock } from "../component/clock.ts";
import { ConsumeError } from "../component/consume-error.ts";
import type { SignalSettings } from "../component/factory.ts";
import type { Host } from "../component/host.ts";
import type { Logger } from "../component/logger.ts";
import { storageExtension, StorageError, type Journal } from "../component/storage.ts";
import type { Batch } from "../pdata/batch.ts";
import type { Signal } from "../pdata/signal.ts";
import { validate } from "../pdata/validate.ts";
import type { BatchHead, DiskParcel } from "./disk-parcel.ts";
import type { Failure } from "./retry.ts";
import { decodeStoredBatch, encodeStoredBatch } from "./stored-batch.ts";

/** Bytes of queued batches that are kept in memory as well: a queue that keeps up never reads from disk. */
export const maxCachedBytes = 16 * 1024 * 1024;
const readAgainMs = 1000;

export interface DiskStoreOptions<S extends Signal> {
  readonly storageId: string;
  readonly settings: SignalSettings<S>;
  /** Makes the parcel of a batch that an earlier process left; oldest first. */
  restore(head: BatchHead): DiskParcel<S>;
  /** Drops the oldest batch that nobody works on. */
  makeRoom(): boolean;
  /** Aborts when a shutdown begins. */
  readonly draining: AbortSignal;
}

/** The batches of a queue, on disk. The queue decides what happens to them; here they are written, read and removed. */
export class DiskStore<S extends Signal> {
  readonly #options: DiskStoreOptions<S>;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #journal: Journal | undefined;
  #cachedBytes = 0;

  constructor(options: DiskStoreOptions<S>) {
    this.#options = options;
    this.#clock = options.settings.clock;
    this.#logger = options.settings.logger;
  }

  get whenFull(): Journal["whenFull"] {
    return this.#journal?.whenFull ?? "refuse";
  }

  /** Opens the queue and hands over what is in it: what was being sent first, because it came first. */
  async open(host: Host): Promise<void> {
    const { storageId, settings, makeRoom } = this.#options;
    const { id, signal } = settings;
    let batchCount = 0;
    let itemCount = 0;
    let takenCount = 0;
    const journal = await storageExtension(host, storageId).openJournal({
      name: `exporter_${id.type}_${id.name}_${signal}`,
      restore: (record, bytes, wasTaken) => {
        const batch = decodeStoredBatch(signal, bytes);
        if ("problem" in batch) return batch.problem;
        const { itemCount: count, enqueuedUnixMs, context } = batch;
        const head = { itemCount: count, byteCount: batch.bytes.length, enqueuedUnixMs, context };
        const parcel = this.#options.restore(head);
        parcel.record = record;
        batchCount++;
        itemCount += batch.itemCount;
        if (wasTaken) takenCount++;
        return undefined;
      },
      makeRoom,
    });
    this.#journal = journal;
    if (journal.state.isNew) {
      this.#logger.info("Initializing new persistent queue");
      return;
    }
    this.#logger.info("Loaded queue metadata", { batches: batchCount, items: itemCount });
    if (takenCount === 0) return;
    this.#logger.info("Fetching items left for dispatch by consumers", { numberOfItems: takenCount });
    this.#logger.info("Moved items for dispatching back to queue", { numberOfItems: takenCount });
  }

  /** Resolves when the batch is durable. Rejects with a refusal: the sender keeps it. */
  async put(parcel: DiskParcel<S>, batch: Batch<S>): Promise<void> {
    const journal = this.#open();
    try {
      parcel.record = await journal.append(encodeStoredBatch(batch, parcel.context, parcel.enqueuedUnixMs));
    } catch (error) {
      throw refusal(error);
    }
    if (this.#cachedBytes + parcel.byteCount > maxCachedBytes) return;
    this.#cachedBytes += parcel.byteCount;
    parcel.cached = batch;
  }

  /** The batch, for sending; or why it cannot be sent. */
  load(parcel: DiskParcel<S>): Batch<S> | Promise<Batch<S> | Failure> {
    if (parcel.record !== undefined) this.#journal?.taken(parcel.record);
    return parcel.cached ?? this.#read(parcel);
  }

  uncache(parcel: DiskParcel<S>): void {
    if (parcel.cached === undefined) return;
    parcel.cached = undefined;
    this.#cachedBytes -= parcel.byteCount;
  }

  remove({ record }: DiskParcel<S>): void {
    if (record !== undefined) this.#journal?.remove(record);
  }

  async close(keptItems: number): Promise<void> {
    if (this.#journal === undefined) return;
    await this.#journal.close();
    if (keptItems > 0) this.#logger.info("Queue stays on disk for the next start", { kept_items: keptItems });
  }

  #open(): Journal {
    if (this.#journal === undefined) throw refusal(new StorageError("closed", "storage is closed"));
    return this.#journal;
  }

  /** A disk that cannot be read now may be later; meanwhile the record is as safe as it can be. */
  async #read({ record, itemCount }: DiskParcel<S>): Promise<Batch<S> | Failure> {
    const journal = this.#open();
    if (record === undefined) throw new TypeError("a parcel without a record is not on disk");
    for (;;) {
      try {
        return this.#decode(await journal.read(record), itemCount);
      } catch (error) {
        if (!(error instanceof StorageError) || error.code === "damaged") {
          const problem = error instanceof Error ? error.message : String(error);
          journal.setAside(record, problem);
          return { reason: "permanent_error", error: new ConsumeError("permanent", problem, { cause: error }) };
        }
        this.#options.settings.ledger.failed(error);
        if (error.code === "closed" || !(await sleep(this.#clock, readAgainMs, this.#options.draining))) {
          return { reason: "shutdown", error: ConsumeError.from(error) };
        }
      }
    }
  }

  #decode(bytes: Uint8Array, itemCount: number): Batch<S> {
    const { signal } = this.#options.settings;
    const stored = decodeStoredBatch(signal, bytes);
    if ("problem" in stored) throw new Error(`Cannot use a queued batch: ${stored.problem}`);
    const batch = validate(signal, stored.bytes);
    if (batch.itemCount !== itemCount) throw new Error("Cannot use a queued batch: its number of items is another");
    return batch;
  }
}

function refusal(error: unknown): ConsumeError {
  const cause = ConsumeError.from(error);
  return new ConsumeError("refused", cause.message, {
    cause: error,
    retryAfterMs: 1000 + Math.floor(2000 * Math.random()),
  });
}
