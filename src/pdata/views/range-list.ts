/**
 * Byte ranges of a repeated field, in a buffer that is reused from message to message: noting ten attributes costs no
 * allocation. Index `i` below `length` is `[start(i), end(i))`.
 */
export class RangeList {
  length = 0;
  #offsets = new Int32Array(32);

  clear(): void {
    this.length = 0;
  }

  push(start: number, end: number): void {
    const at = this.length * 2;
    if (at === this.#offsets.length) {
      const grown = new Int32Array(at * 2);
      grown.set(this.#offsets);
      this.#offsets = grown;
    }
    this.#offsets[at] = start;
    this.#offsets[at + 1] = end;
    this.length++;
  }

  start(index: number): number {
    return this.#offsets[index * 2] as number;
  }

  end(index: number): number {
    return this.#offsets[index * 2 + 1] as number;
  }
}
