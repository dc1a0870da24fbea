import type { Admission, Consumer, RequestContext } from "../../component/consumer.ts";
import type { ConsumerComponent, SignalSettings } from "../../component/factory.ts";
import type { Host } from "../../component/host.ts";
import type { Batch } from "../../pdata/batch.ts";
import type { Signal } from "../../pdata/signal.ts";
import type { MemoryLimiterConfig } from "./config.ts";
import { MemoryLimiter } from "./memory-limiter.ts";
import type { Memory } from "./memory.ts";
import { memoryLimiterMetrics, type MemoryLimiterMetrics } from "./metrics.ts";

export interface MemoryLimiterProcessorOptions<S extends Signal> {
  readonly config: MemoryLimiterConfig;
  readonly settings: SignalSettings<S>;
  readonly next: Consumer<S>;
  readonly memory: Memory;
}

/** The limiter at one place of one pipeline: passes batches on, or refuses them. */
export class MemoryLimiterProcessor<S extends Signal> implements ConsumerComponent<S> {
  readonly #limiter: MemoryLimiter;
  readonly #next: Consumer<S>;
  readonly #metrics: MemoryLimiterMetrics;
  #host: Host | undefined;
  #isStopped = false;

  constructor({ config, settings, next, memory }: MemoryLimiterProcessorOptions<S>) {
    this.#limiter = settings.shared(() => new MemoryLimiter({ config, settings, memory }));
    this.#next = next;
    this.#metrics = memoryLimiterMetrics(settings.meter, settings.signal);
  }

  get admission(): Admission {
    return this.#limiter.admission;
  }

  start(host: Host): Promise<void> {
    if (this.#host === undefined && !this.#isStopped) {
      this.#host = host;
      this.#limiter.start(host);
    }
    return Promise.resolve();
  }

  /** Not async: a promise of its own would be paid by every batch. */
  consume(batch: Batch<S>, context: RequestContext): Promise<void> {
    const refusal = this.#limiter.refusal(batch.bytes.length);
    if (refusal !== undefined) {
      this.#metrics.refused.add(batch.itemCount);
      return Promise.reject(refusal);
    }
    this.#metrics.accepted.add(batch.itemCount);
    return this.#next.consume(batch, context);
  }

  shutdown(): Promise<void> {
    this.#isStopped = true;
    if (this.#host !== undefined) this.#limiter.stop(this.#host);
    this.#host = undefined;
    return Promise.resolve();
  }
}
