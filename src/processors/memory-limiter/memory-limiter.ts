import type { Timer } from "../../component/clock.ts";
import { ConsumeError } from "../../component/consume-error.ts";
import type { Admission } from "../../component/consumer.ts";
import type { Settings } from "../../component/factory.ts";
import type { Host } from "../../component/host.ts";
import { CollectionBackoff } from "./collection-backoff.ts";
import type { MemoryLimiterConfig } from "./config.ts";
import { MemoryLimits, mib } from "./memory-limits.ts";
import type { Memory, MemoryReading } from "./memory.ts";

/** Bytes that may come in before memory is measured early, at most; with a small spike limit a quarter of that. */
const maxUnmeasuredBytes = 32 * mib;
const minUnmeasuredBytes = mib;
/** Shortest time between two measurements for the sake of a body that seems not to fit. */
const minRecheckMs = 100;

export interface MemoryLimiterOptions {
  readonly config: MemoryLimiterConfig;
  readonly settings: Settings;
  readonly memory: Memory;
}

/**
 * The state of one component id: one loop of checks for all pipelines.
 *
 *     used:  0 ───────── soft ─────────── hard ────►
 *            take data   collect, refuse  collect more often, refuse
 */
export class MemoryLimiter {
  readonly #config: MemoryLimiterConfig;
  readonly #settings: Settings;
  readonly #memory: Memory;
  readonly #limits: MemoryLimits;
  readonly #backoff: CollectionBackoff;
  readonly #unmeasuredLimit: number;
  /** Of the pipelines that it works for. */
  readonly #hosts: Host[] = [];
  #timer: Timer | undefined;
  #isRefusing = false;
  #usedBytes = 0;
  #checkedAtMs = 0;
  #collectedAtMs = 0;
  /** Bytes of bodies that are being read, decoded or handed on. */
  #reservedBytes = 0;
  /** Bytes that came in since the last measurement. */
  #unmeasuredBytes = 0;

  constructor({ config, settings, memory }: MemoryLimiterOptions) {
    this.#config = config;
    this.#settings = settings;
    this.#memory = memory;
    this.#limits = new MemoryLimits(config, memory);
    this.#backoff = new CollectionBackoff(config);
    this.#unmeasuredLimit = Math.max(minUnmeasuredBytes, Math.min(maxUnmeasuredBytes, this.#limits.spikeBytes / 4));
  }

  /** One object for all pipelines, so that a receiver of several asks once. */
  readonly admission: Admission = {
    reserve: (byteCount) => this.#reserve(byteCount),
    release: (byteCount) => {
      this.#reservedBytes -= byteCount;
    },
  };

  /** Each pipeline starts and stops it; the first start begins the checks, the last stop ends them. */
  start(host: Host): void {
    this.#hosts.push(host);
    if (this.#timer !== undefined) return;
    this.#logConfiguration();
    this.#collectedAtMs = this.#settings.clock.monotonic();
    this.#read();
    this.#armTimer();
  }

  stop(host: Host): void {
    this.#hosts.splice(this.#hosts.indexOf(host), 1);
    if (this.#hosts.length > 0) return;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  /** Asked before a batch is passed on, with its size; answers the refusal. */
  refusal(byteCount: number): ConsumeError | undefined {
    if (!this.#isRefusing) this.#noteIntake(byteCount);
    return this.#isRefusing ? newRefusal() : undefined;
  }

  #reserve(byteCount: number): ConsumeError | undefined {
    // The end of refusing is found by the regular check alone: early ones would make it come and go.
    if (this.#isRefusing) return newRefusal();
    if (!this.#fits(byteCount)) {
      // The measurement may be old, and much of it garbage that is gone by now.
      if (this.#settings.clock.monotonic() - this.#checkedAtMs >= minRecheckMs) this.#check();
      if (this.#isRefusing || !this.#fits(byteCount)) return newRefusal();
    }
    this.#reservedBytes += byteCount;
    this.#noteIntake(byteCount);
    return undefined;
  }

  #fits(byteCount: number): boolean {
    return this.#usedBytes + this.#reservedBytes + byteCount < this.#limits.softBytes;
  }

  /** A burst between two checks is measured on the way, so that it cannot run far beyond the limits. */
  #noteIntake(byteCount: number): void {
    this.#unmeasuredBytes += byteCount;
    if (this.#unmeasuredBytes >= this.#unmeasuredLimit) this.#check();
  }

  #armTimer(): void {
    this.#timer = this.#settings.clock.setTimer(() => {
      this.#armTimer();
      this.#check();
    }, this.#config.checkInterval);
  }

  #check(): void {
    const { logger } = this.#settings;
    let reading = this.#read();
    logger.debug("Currently used memory.", memoryField(reading));
    this.#backoff.note(reading.usedBytes, this.#limits.isAboveSoft(reading));
    if (this.#limits.isAboveSoft(reading)) reading = this.#collectIfDue(reading);
    this.#setRefusing(this.#limits.isAboveSoft(reading), reading);
  }

  #collectIfDue(reading: MemoryReading): MemoryReading {
    const { clock, logger } = this.#settings;
    const isHard = this.#limits.isAboveHard(reading);
    // Early checks must not collect more often than the regular ones.
    const waitMs = Math.max(isHard ? this.#backoff.hardMs : this.#backoff.softMs, 0.95 * this.#config.checkInterval);
    if (clock.monotonic() - this.#collectedAtMs <= waitMs) return reading;
    if (isHard) logger.warn("Memory usage is above hard limit. Forcing a GC.", memoryField(reading));
    else logger.info("Memory usage is above soft limit. Forcing a GC.", memoryField(reading));
    this.#memory.collect();
    this.#collectedAtMs = clock.monotonic();
    const after = this.#read();
    logger.info("Memory usage after GC.", memoryField(after));
    if (this.#backoff.noteCollected(after.usedBytes, this.#limits.isAboveSoft(after))) {
      const message =
        "Forced GC did not reclaim enough memory. Will back off GC frequency to preserve CPU for recovery.";
      logger.warn(message, {
        next_soft_gc_interval: this.#backoff.softMs / 1000,
        next_hard_gc_interval: this.#backoff.hardMs / 1000,
        ...memoryField(after),
      });
    }
    return after;
  }

  #setRefusing(isRefusing: boolean, reading: MemoryReading): void {
    if (isRefusing === this.#isRefusing) return;
    this.#isRefusing = isRefusing;
    const { logger } = this.#settings;
    if (isRefusing) {
      logger.warn("Memory usage is above soft limit. Refusing data.", memoryField(reading));
      for (const host of this.#hosts) host.reportStatus("recoverable_error", newRefusal());
    } else {
      logger.info("Memory usage back within limits. Resuming normal operation.", memoryField(reading));
      for (const host of this.#hosts) host.reportStatus("ok");
    }
  }

  #read(): MemoryReading {
    const { usedBytes, heapBytes } = this.#memory.read();
    const reading = { usedBytes: usedBytes + this.#limits.programBytes, heapBytes };
    this.#usedBytes = reading.usedBytes;
    this.#unmeasuredBytes = 0;
    this.#checkedAtMs = this.#settings.clock.monotonic();
    return reading;
  }

  #logConfiguration(): void {
    const { logger } = this.#settings;
    const { limitMib, limitPercentage, spikeLimitPercentage, checkInterval } = this.#config;
    if (limitMib === 0) {
      logger.info("Using percentage memory limiter", {
        total_memory_mib: toMib(this.#memory.totalBytes()),
        limit_percentage: limitPercentage,
        spike_limit_percentage: spikeLimitPercentage,
      });
    }
    logger.info("Memory limiter configured", {
      limit_mib: toMib(this.#limits.hardBytes),
      spike_limit_mib: toMib(this.#limits.spikeBytes),
      // Durations in fields are seconds, as upstream's.
      check_interval: checkInterval / 1000,
    });
  }
}

function newRefusal(): ConsumeError {
  const retryAfterMs = 1000 + Math.floor(2000 * Math.random());
  return new ConsumeError("refused", "data refused due to high memory usage", { retryAfterMs });
}

function memoryField({ usedBytes }: MemoryReading): { readonly cur_mem_mib: number } {
  return { cur_mem_mib: toMib(usedBytes) };
}

function toMib(byteCount: number): number {
  return Math.floor(byteCount / mib);
}
