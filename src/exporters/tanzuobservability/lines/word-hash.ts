const firstFactor = 0x9e3779b1;
const secondFactor = 0x85ebca6b;

/**
 * Two independent hashes of byte ranges, taken in one pass over words of four bytes: as strings, the same ranges would cost
 * ten times as much before they are looked up. They tell ranges apart where a mistake costs a needless log line, and find
 * places where the bytes themselves are compared then; nothing is decided by them against somebody who picks the bytes.
 */
export class WordHash {
  first = 0;
  second = 0;

  begin(): void {
    this.first = this.second = 0;
  }

  add(from: DataView, start: number, end: number): void {
    let { first, second } = this;
    let pos = start;
    for (; pos + 4 <= end; pos += 4) {
      const word = from.getInt32(pos, true);
      first = Math.imul(first ^ word, firstFactor);
      second = Math.imul(((second << 5) | (second >>> 27)) ^ word, secondFactor);
    }
    // The length keeps ranges apart that differ in zeros at their end, or in where one ends and the next begins.
    let rest = (end - start) << 24;
    for (let shift = 0; pos < end; pos++, shift += 8) rest ^= from.getUint8(pos) << shift;
    // Multiplying carries upwards only, so the high half is folded back.
    first = Math.imul(first ^ rest, firstFactor);
    second = Math.imul(((second << 5) | (second >>> 27)) ^ rest, secondFactor);
    this.first = first ^ (first >>> 15);
    this.second = second ^ (second >>> 13);
  }
}
