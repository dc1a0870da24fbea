export interface MemoryReading {
  /** Bytes in use: JavaScript objects, and buffers outside their heap; garbage included, the program itself not. */
  readonly usedBytes: number;
  /** The part in the heap of JavaScript objects. */
  readonly heapBytes: number;
}

/** What the limiter sees of memory; tests hand in one of their own. */
export interface Memory {
  /** Costs microseconds. */
  read(): MemoryReading;
  /** Collects garbage, so that the next reading is what is really needed. Stops the process meanwhile. */
  collect(): void;
  /** Resident bytes that are neither objects nor buffers: the program itself. Changes little, so it is asked once. */
  programBytes(): number;
  /** Bytes that there are: those of the container if it is limited, else of the machine. */
  totalBytes(): number;
  /** Bytes that the heap of JavaScript objects may grow to; beyond them the process ends. */
  heapLimitBytes(): number;
}
