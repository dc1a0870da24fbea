/** The bytes on disk of everything that is stored in one directory. */
export class DiskBudget {
  readonly maxBytes: number;
  #usedBytes = 0;

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  get usedBytes(): number {
    return this.#usedBytes;
  }

  hasRoom(byteCount: number): boolean {
    return this.#usedBytes + byteCount <= this.maxBytes;
  }

  /** May go beyond the limit: what is there at a start is kept. */
  use(byteCount: number): void {
    this.#usedBytes += byteCount;
  }
}
