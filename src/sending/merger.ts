import type { Clock, Timer } from "../component/clock.ts";
import type { Batch } from "../pdata/batch.ts";
import type { Signal } from "../pdata/signal.ts";
import type { MergeConfig } from "./config.ts";
import { Gathering } from "./gathering.ts";
import { MergedInput, type MergedParcel } from "./merged-parcel.ts";
import type { Parcel } from "./parcel.ts";
import { Ring } from "./ring.ts";

/** Partitions that gather at the same time; the one that began first is sent when another one comes. */
export const maxPartitions = 10_000;

export interface MergerOptions<S extends Signal> {
  readonly signal: S;
  readonly config: MergeConfig;
  readonly clock: Clock;
  /** Merged batches that are sent at the same time. */
  readonly consumers: number;
  /** Sends a merged batch and finishes it. Never rejects. */
  send(parcel: Parcel<S>): Promise<void>;
  /** Told whether further parcels may come: not while batches that are due find no consumer, or one is being loaded. */
  setBusy(isBusy: boolean): void;
}

interface Partition<S extends Signal> {
  readonly gathering: Gathering<S>;
  timer: Timer | undefined;
}

/**
 * Between the queue and sending: gathers parcels until `min_size` or `flush_timeout`, cuts them to `max_size`.
 *
 *     queue ──► load ──► partition ──► ready ──► send, up to `num_consumers` at a time
 */
export class Merger<S extends Signal> {
  readonly #options: MergerOptions<S>;
  readonly #partitions = new Map<string, Partition<S>>();
  readonly #ready = new Ring<MergedParcel<S>>();
  #sending = 0;
  #isLoading = false;
  #isDraining = false;

  constructor(options: MergerOptions<S>) {
    this.#options = options;
  }

  /** Resolves when the parcel is finished. Not called while busy. */
  async add(parcel: Parcel<S>): Promise<void> {
    const loaded = parcel.load();
    if (!(loaded instanceof Promise)) return this.#gather(parcel, loaded);
    this.#isLoading = true;
    this.#tellBusy();
    const batch = await loaded;
    this.#isLoading = false;
    if ("reason" in batch) {
      parcel.finish(batch);
      this.#tellBusy();
      return undefined;
    }
    const finished = this.#gather(parcel, batch);
    this.#tellBusy();
    return finished;
  }

  /** Sends what is gathered, and from now on each parcel as it comes. */
  drain(): void {
    this.#isDraining = true;
    for (const key of this.#partitions.keys()) this.#flush(key);
  }

  /** Forgets what nobody has begun to send. */
  discard(): readonly Parcel<S>[] {
    const left: Parcel<S>[] = [];
    for (const key of this.#partitions.keys()) left.push(...this.#takeOut(key, true));
    for (let parcel = this.#ready.shift(); parcel !== undefined; parcel = this.#ready.shift()) left.push(parcel);
    return left;
  }

  #gather(parcel: Parcel<S>, batch: Batch<S>): Promise<void> {
    const key = this.#keyOf(parcel);
    const input = new MergedInput(parcel);
    const partition = this.#partitions.get(key) ?? this.#newPartition(key);
    partition.gathering.add(input, batch);
    if (this.#isDraining) this.#flush(key);
    else if (partition.gathering.isDue) {
      this.#enqueue(this.#takeOut(key, false));
    } else this.#arm(key, partition);
    return input.finished.promise;
  }

  #keyOf({ context }: Parcel<S>): string {
    const { metadataKeys } = this.#options.config;
    return metadataKeys.length === 0
      ? ""
      : JSON.stringify(metadataKeys.map((key) => context.metadata.get(key) ?? null));
  }

  #newPartition(key: string): Partition<S> {
    const { signal, config } = this.#options;
    const [oldest] = this.#partitions.keys();
    if (oldest !== undefined && this.#partitions.size >= maxPartitions) this.#flush(oldest);
    const partition = { gathering: new Gathering(signal, config), timer: undefined };
    this.#partitions.set(key, partition);
    return partition;
  }

  #arm(key: string, partition: Partition<S>): void {
    partition.timer ??= this.#options.clock.setTimer(() => this.#flush(key), this.#options.config.flushTimeout);
  }

  #flush(key: string): void {
    this.#enqueue(this.#takeOut(key, true));
  }

  #takeOut(key: string, isFlush: boolean): readonly MergedParcel<S>[] {
    const partition = this.#partitions.get(key);
    if (partition === undefined) return [];
    partition.timer?.cancel();
    partition.timer = undefined;
    const merged = partition.gathering.isEmpty ? [] : partition.gathering.take(isFlush);
    if (partition.gathering.isEmpty) this.#partitions.delete(key);
    else this.#arm(key, partition);
    return merged;
  }

  #enqueue(parcels: readonly MergedParcel<S>[]): void {
    for (const parcel of parcels) this.#ready.push(parcel);
    this.#startSending();
    this.#tellBusy();
  }

  #startSending(): void {
    while (this.#sending < this.#options.consumers) {
      const parcel = this.#ready.shift();
      if (parcel === undefined) return;
      this.#sending++;
      const finish = (): void => {
        this.#sending--;
        this.#startSending();
        this.#tellBusy();
      };
      this.#options.send(parcel).then(finish, finish);
    }
  }

  #tellBusy(): void {
    this.#options.setBusy(this.#isLoading || this.#ready.length > 0);
  }
}
