import type { MemoryLimiterConfig } from "./config.ts";
import type { Memory, MemoryReading } from "./memory.ts";

export const mib = 1024 * 1024;

/** Shares of the JavaScript heap that count as above the limits, whatever is configured: a full heap ends the process. */
const softHeapShare = 0.8;
const hardHeapShare = 0.9;

/**
 * The part of a limit that the program itself may take. More would leave small limits without room for data, and memory
 * that was freed but not given back looks like a part of the program.
 */
const programShare = 1 / 6;

/** The configured limits in bytes. */
export class MemoryLimits {
  readonly hardBytes: number;
  /** Counts as used at all times. */
  readonly programBytes: number;
  readonly spikeBytes: number;
  readonly #heapLimitBytes: number;

  constructor(config: MemoryLimiterConfig, memory: Memory) {
    const totalBytes = memory.totalBytes();
    const hardBytes =
      config.limitMib > 0 ? config.limitMib * mib : Math.floor((config.limitPercentage * totalBytes) / 100);
    const spikeBytes =
      config.limitMib > 0 ? config.spikeLimitMib * mib : Math.floor((config.spikeLimitPercentage * totalBytes) / 100);
    this.hardBytes = hardBytes;
    this.spikeBytes = spikeBytes > 0 ? spikeBytes : Math.floor(hardBytes / 5);
    this.programBytes = Math.min(memory.programBytes(), Math.floor(hardBytes * programShare));
    this.#heapLimitBytes = memory.heapLimitBytes();
  }

  get softBytes(): number {
    return this.hardBytes - this.spikeBytes;
  }

  isAboveSoft({ usedBytes, heapBytes }: MemoryReading): boolean {
    return usedBytes >= this.softBytes || heapBytes >= softHeapShare * this.#heapLimitBytes;
  }

  isAboveHard({ usedBytes, heapBytes }: MemoryReading): boolean {
    return usedBytes >= this.hardBytes || heapBytes >= hardHeapShare * this.#heapLimitBytes;
  }
}
