/** Thrown where a document is not as plain as this reader wants it. One for all: it carries nothing. */
export const notPlain = new Error("not plain JSON");

export const quote = 0x22;

/** Value of a hex digit by byte; 255 for all others. */
export const hexDigits = new Uint8Array(256).fill(255);
for (const [value, digit] of [..."0123456789abcdef"].entries()) {
  hexDigits[digit.charCodeAt(0)] = value;
  hexDigits[digit.toUpperCase().charCodeAt(0)] = value;
}

/**
 * The bytes of a document. Positions go in and come back, so that the reader's loop keeps its own in a local: one in a field
 * took half as long again. Everything throws `notPlain` about what is not as expected.
 */
export class QuickText {
  readonly bytes: Buffer;
  readonly view: DataView;
  readonly length: number;

  constructor({ buffer, byteOffset, length }: Uint8Array) {
    this.bytes = Buffer.from(buffer, byteOffset, length);
    this.view = new DataView(buffer, byteOffset, length);
    this.length = length;
  }

  /** The byte there; -1 at the end. Nothing is read outside of the array: that would make every read slow. */
  byteAt(at: number): number {
    return at < this.length ? (this.bytes[at] as number) : -1;
  }

  /** Where the next byte is that is not white space. */
  skip(start: number): number {
    let at = start;
    for (;;) {
      const byte = this.byteAt(at);
      if (byte > 0x20 || (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09)) return at;
      at++;
    }
  }

  /** Steps over a byte that must be there, and over white space after it. */
  expect(at: number, wanted: number): number {
    if (this.byteAt(at) !== wanted) throw notPlain;
    return this.skip(at + 1);
  }

  /** Steps over a word. */
  word(at: number, letters: string): number {
    for (let index = 0; index < letters.length; index++) {
      if (this.byteAt(at + index) !== letters.charCodeAt(index)) throw notPlain;
    }
    return at + letters.length;
  }

  slice(start: number, end: number): string {
    return this.bytes.toString("latin1", start, end);
  }
}

export function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

/** Whether a byte can be part of a number. */
export function isNumberByte(byte: number): boolean {
  return isDigit(byte) || byte === 0x2b || byte === 0x2d || byte === 0x2e || (byte | 0x20) === 0x65;
}
