/** How much a full queue may take beyond its room. */
export const maxOverdraftBytes = 32 * 1024 * 1024;
export const maxOverdraftBatches = 1000;

/**
 * Room beyond a full queue, for batches that a neighbour in a fan-out already has: they must not wait for this exporter.
 * It is there to tell a slow backend from a dead one without holding anybody back:
 *
 *     queue full ── overdraft ── used up ─┬─ something has left the queue since: slow, the caller waits
 *                                         └─ nothing has: dead, its share is dropped
 */
export class Overdraft {
  #byteCount = 0;
  #batchCount = 0;
  #hasMoved = false;

  /** Whether something has left the queue since it was full. */
  get hasMoved(): boolean {
    return this.#hasMoved;
  }

  /** A single batch is granted whatever its size. */
  grant(byteCount: number): boolean {
    const isUsedUp = this.#batchCount >= maxOverdraftBatches || this.#byteCount + byteCount > maxOverdraftBytes;
    if (isUsedUp && this.#batchCount > 0) return false;
    this.#batchCount++;
    this.#byteCount += byteCount;
    return true;
  }

  moved(): void {
    this.#hasMoved = true;
  }

  /** The queue has room again. */
  clear(): void {
    this.#batchCount = this.#byteCount = 0;
    this.#hasMoved = false;
  }
}
