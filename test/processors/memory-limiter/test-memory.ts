import type { Memory } from "../../../src/processors/memory-limiter/memory.ts";

const mib = 1024 * 1024;

/** Memory as the test says, in MiB. */
export class TestMemory implements Memory {
  usedMib = 0;
  heapMib = 0;
  programMib = 0;
  totalMib = 1000;
  heapLimitMib = 4096;
  /** What a collection leaves; `undefined`: everything. */
  liveMib: number | undefined;
  readCount = 0;
  collectCount = 0;

  read() {
    this.readCount++;
    return { usedBytes: this.usedMib * mib, heapBytes: this.heapMib * mib };
  }

  collect(): void {
    this.collectCount++;
    if (this.liveMib !== undefined) this.usedMib = this.liveMib;
  }

  programBytes(): number {
    return this.programMib * mib;
  }

  totalBytes(): number {
    return this.totalMib * mib;
  }

  heapLimitBytes(): number {
    return this.heapLimitMib * mib;
  }
}
