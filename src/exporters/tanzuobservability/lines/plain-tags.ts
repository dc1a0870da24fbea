import { KeyValueView, RangeList, textOf, type AnyValueView } from "../../../pdata/views/index.ts";
import type { ByteBuffer } from "./byte-buffer.ts";
import { KeyCache } from "./key-cache.ts";
import { maxIntegerLength } from "./number-text.ts";
import { putQuickNumber, writePlainNumber } from "./plain-number.ts";
import { plainKey, PlainText } from "./plain-text.ts";
import { QuickAttribute, quickText } from "./quick-attribute.ts";
import type { TagSegment } from "./tag-segment.ts";

const quote = 0x22;

/** Room that a tag takes at most beside twice the bytes of its attribute: quotes, a long key's dashes, a number in full. */
export const maxTagOverhead = 64;

const maxTags = 128;

export interface PlainTagOptions {
  /** Keys that need renaming, or decide about other tags. */
  readonly reserved: ReadonlySet<string>;
  readonly maxKeyLength: number;
  /** UTF-16 units of a value, or of key and value together. */
  readonly maxValueLength: number;
  readonly isKeyCounted: boolean;
  /** Keys that stay on a line when there is not room for all, as they came and as they are written. */
  readonly isFirst: (raw: string, key: string) => boolean;
}

/**
 * Writes attributes as tags while nothing is unusual about them: text, whole numbers, short decimals and truth values
 * under keys that differ from one another and from those on the line already.
 */
export class PlainTags {
  readonly #options: PlainTagOptions;
  readonly #keys: KeyCache;
  readonly #quick = new QuickAttribute();
  readonly #view = new KeyValueView();
  readonly text = new PlainText();
  /** Attributes that the last line had no room for. */
  readonly leftOut = new RangeList();

  constructor(options: PlainTagOptions) {
    this.#options = options;
    const textOfKey = (bytes: Uint8Array, start: number, end: number): string | undefined => {
      const key = end - start > options.maxKeyLength ? undefined : plainKey(bytes, start, end);
      return key !== undefined && options.reserved.has(key) ? undefined : key;
    };
    this.#keys = new KeyCache(' "', '"="', textOfKey, (bytes, start, end, key) => {
      return options.isFirst(textOf(bytes, start, end), key);
    });
  }

  /** Begins a line. */
  clear(): void {
    this.#keys.nextItem();
    this.text.isEscaped = false;
    this.leftOut.clear();
  }

  /** Notes the keys of tags that the caller writes; `false` if one is on the line already. */
  mark(segment: TagSegment): boolean {
    return segment.markIn(this.#keys);
  }

  /** How many of the attributes rank first; negative if one of them takes care. */
  countFirst(bytes: Uint8Array, from: DataView, attributes: RangeList): number {
    let count = 0;
    for (let index = 0; index < attributes.length; index++) {
      const { keyStart, keyEnd } = this.#view.at(bytes, attributes.start(index), attributes.end(index));
      const isFirst = this.#keys.ranksFirst(bytes, from, keyStart, keyEnd);
      if (isFirst === undefined) return -1;
      if (isFirst) count++;
    }
    return count;
  }

  /**
   * As `write`, with room for those that rank first and `room` others; what comes behind them is in `leftOut`. Their keys
   * count as seen, and their values are no less plain.
   */
  writeSome(out: ByteBuffer, bytes: Uint8Array, from: DataView, attributes: RangeList, room: number): boolean {
    let left = room;
    for (let index = 0; index < attributes.length; index++) {
      const start = attributes.start(index);
      const end = attributes.end(index);
      const length = out.length;
      if (!this.#writeTag(out, bytes, from, start, end)) return false;
      if (this.#keys.isFirst || left-- > 0) continue;
      out.length = length;
      this.leftOut.push(start, end);
    }
    return true;
  }

  /** `false` if an attribute is not plain; `out` then holds part of the tags. Needs room by `maxTagOverhead`. */
  write(out: ByteBuffer, bytes: Uint8Array, from: DataView, attributes: RangeList): boolean {
    const { length } = attributes;
    if (length > maxTags) return false;
    for (let index = 0; index < length; index++) {
      if (!this.#writeTag(out, bytes, from, attributes.start(index), attributes.end(index))) return false;
    }
    return true;
  }

  #writeTag(out: ByteBuffer, bytes: Uint8Array, from: DataView, start: number, end: number): boolean {
    const quick = this.#quick;
    if (!quick.read(bytes, start, end)) return this.#writeOther(out, bytes, from, start, end);
    const { keyStart, keyEnd, kind } = quick;
    const at = this.#putKey(out, bytes, from, keyStart, keyEnd);
    if (at < 0) return false;
    const limit = this.#valueLimit(keyEnd - keyStart);
    if (kind === quickText) return this.#close(out, this.text.put(out, at, bytes, from, quick.textStart, end, limit));
    if (limit < maxIntegerLength) return false;
    return this.#close(out, putQuickNumber(out.bytes, at, quick));
  }

  #writeOther(out: ByteBuffer, bytes: Uint8Array, from: DataView, start: number, end: number): boolean {
    const { keyStart, keyEnd, value } = this.#view.at(bytes, start, end);
    const at = this.#putKey(out, bytes, from, keyStart, keyEnd);
    if (at < 0) return false;
    const limit = this.#valueLimit(keyEnd - keyStart);
    if (value.type === "string") {
      return this.#close(out, this.text.put(out, at, bytes, from, value.start, value.end, limit));
    }
    return this.#close(out, this.#putNumber(out, at, value, limit));
  }

  #putNumber(out: ByteBuffer, at: number, value: AnyValueView, limit: number): number {
    out.length = at;
    return writePlainNumber(out, value) && out.length - at <= limit ? out.length : -1;
  }

  #putKey(out: ByteBuffer, bytes: Uint8Array, from: DataView, keyStart: number, keyEnd: number): number {
    return this.#keys.put(out.view, out.length, bytes, from, keyStart, keyEnd);
  }

  #valueLimit(keyLength: number): number {
    const { maxValueLength, isKeyCounted } = this.#options;
    return isKeyCounted ? maxValueLength - keyLength : maxValueLength;
  }

  #close(out: ByteBuffer, at: number): boolean {
    if (at < 0) return false;
    out.bytes[at] = quote;
    out.length = at + 1;
    return true;
  }
}
