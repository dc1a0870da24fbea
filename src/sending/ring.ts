const initialSlots = 16;
const keptSlots = 1024;

/**
 * First in, first out, without moving what is inside. Grows by doubling; whoever fills it sets the bound.
 *
 *     head ─────► head + length
 *     │ a │ b │ c │   │   │      index & mask wraps around
 */
export class Ring<T> {
  #slots: (T | undefined)[] = newSlots<T>(initialSlots);
  #head = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  peek(): T | undefined {
    return this.#slots[this.#head];
  }

  push(value: T): void {
    if (this.#length === this.#slots.length) this.#grow();
    this.#slots[(this.#head + this.#length) & (this.#slots.length - 1)] = value;
    this.#length++;
  }

  shift(): T | undefined {
    if (this.#length === 0) return undefined;
    const value = this.#slots[this.#head];
    this.#slots[this.#head] = undefined;
    this.#head = (this.#head + 1) & (this.#slots.length - 1);
    this.#length--;
    // An outage may have grown it to many slots; they go with the backlog.
    if (this.#length === 0 && this.#slots.length > keptSlots) {
      this.#slots = newSlots<T>(initialSlots);
      this.#head = 0;
    }
    return value;
  }

  #grow(): void {
    const slots = newSlots<T>(this.#slots.length * 2);
    for (let i = 0; i < this.#length; i++) slots[i] = this.#slots[(this.#head + i) & (this.#slots.length - 1)];
    this.#slots = slots;
    this.#head = 0;
  }
}

function newSlots<T>(count: number): (T | undefined)[] {
  return Array.from<T | undefined>({ length: count });
}
