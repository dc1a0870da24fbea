/** What `QuickAttribute` found: text as a range, a truth value or small number as itself, or something else. */
export const quickText = 0;
export const quickNumber = 1;
export const quickTrue = 2;
export const quickFalse = 3;

/**
 * Reads the layout that nearly every attribute has, without going through the fields one by one: key, then value, each
 * shorter than 128 bytes, the value text, a truth value or a number from 0 to 2^28. All else is left to `KeyValueView`.
 *
 *     0x0a <length> key… 0x12 <length> 0x0a <length> text…
 *                                      0x18 <varint>
 *                                      0x10 <0 or 1>
 */
export class QuickAttribute {
  keyStart = 0;
  keyEnd = 0;
  kind = quickText;
  textStart = 0;
  number = 0;

  /** `false` for other layouts; the members then mean nothing. Text ends where the attribute ends. */
  read(bytes: Uint8Array, start: number, end: number): boolean {
    const keyStart = start + 2;
    const keyEnd = keyStart + (bytes[start + 1] as number);
    const valueStart = keyEnd + 2;
    // A length of two bytes has its first above 127, which makes one of these fail.
    if (bytes[start] !== 0x0a || valueStart >= end || bytes[keyEnd] !== 0x12) return false;
    if (valueStart + (bytes[keyEnd + 1] as number) !== end) return false;
    this.keyStart = keyStart;
    this.keyEnd = keyEnd;
    const tag = bytes[valueStart];
    if (tag === 0x0a) {
      this.kind = quickText;
      this.textStart = valueStart + 2;
      return valueStart + 2 + (bytes[valueStart + 1] as number) === end;
    }
    if (tag === 0x18) {
      this.kind = quickNumber;
      return this.#readNumber(bytes, valueStart + 1, end);
    }
    if (tag !== 0x10 || valueStart + 2 !== end) return false;
    this.kind = bytes[valueStart + 1] === 0 ? quickFalse : quickTrue;
    return true;
  }

  #readNumber(bytes: Uint8Array, start: number, end: number): boolean {
    if (end - start > 4) return false;
    let number = 0;
    let shift = 0;
    for (let pos = start; pos < end; pos++, shift += 7) {
      const byte = bytes[pos] as number;
      // A further field would follow.
      if (byte < 0x80 !== (pos === end - 1)) return false;
      number |= (byte & 0x7f) << shift;
    }
    this.number = number;
    return true;
  }
}
