import { Cursor } from "../../wire/cursor.ts";

const noBytes = new Uint8Array(0);
const cursor = new Cursor(noBytes);

/** Repeated 64-bit counts as unsigned halves; a double would lose counts above 2^53. Reused from message to message. */
export class Uint64List {
  length = 0;
  #lo = new Uint32Array(32);
  #hi = new Uint32Array(32);

  clear(): void {
    this.length = 0;
  }

  push(lo: number, hi: number): void {
    if (this.length === this.#lo.length) {
      const grownLo = new Uint32Array(this.length * 2);
      const grownHi = new Uint32Array(this.length * 2);
      grownLo.set(this.#lo);
      grownHi.set(this.#hi);
      this.#lo = grownLo;
      this.#hi = grownHi;
    }
    this.#lo[this.length] = lo;
    this.#hi[this.length] = hi;
    this.length++;
  }

  lo(index: number): number {
    return this.#lo[index] as number;
  }

  hi(index: number): number {
    return this.#hi[index] as number;
  }

  /** The value as a double: exact up to 2^53, the nearest double above. */
  at(index: number): number {
    return (this.#hi[index] as number) * 4294967296 + (this.#lo[index] as number);
  }

  /** Appends the values of a packed list of fixed64, or of one unpacked value. */
  addFixed64(bytes: Uint8Array, start: number, end: number): void {
    cursor.reset(bytes, start, end);
    while (cursor.pos < end) {
      cursor.readFixed64();
      this.push(cursor.lo, cursor.hi);
    }
    cursor.reset(noBytes, 0, 0);
  }

  /** Appends the values of a packed list of varints, or of one unpacked value. */
  addVarints(bytes: Uint8Array, start: number, end: number): void {
    cursor.reset(bytes, start, end);
    while (cursor.pos < end) {
      cursor.readVarint64();
      this.push(cursor.lo, cursor.hi);
    }
    cursor.reset(noBytes, 0, 0);
  }
}

/** Repeated doubles, reused from message to message. */
export class DoubleList {
  length = 0;
  #values = new Float64Array(32);

  clear(): void {
    this.length = 0;
  }

  at(index: number): number {
    return this.#values[index] as number;
  }

  /** Appends the values of a packed list, or of one unpacked value. */
  addDoubles(bytes: Uint8Array, start: number, end: number): void {
    cursor.reset(bytes, start, end);
    while (cursor.pos < end) {
      if (this.length === this.#values.length) {
        const grown = new Float64Array(this.length * 2);
        grown.set(this.#values);
        this.#values = grown;
      }
      this.#values[this.length++] = cursor.readDouble();
    }
    cursor.reset(noBytes, 0, 0);
  }
}
