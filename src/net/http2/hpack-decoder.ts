import { ConnectionError, ErrorCode, byteAt } from "./frame.ts";
import { headerField, type HeaderField } from "./header-field.ts";
import { decodeHuffman } from "./huffman.ts";
import { RequestHead } from "./request-head.ts";
import { staticTable } from "./static-table.ts";

/** Size of the dynamic table, the default of the protocol: 128 fields at most. */
export const tableBytes = 4096;
const slots = 128;
/** Longest block that is compared with its successor. */
const maxRemembered = 256;

/**
 * Header blocks of one connection (RFC 7541). Every block must pass here in order, even of a request that is refused,
 * because later ones build on it.
 *
 * Clients repeat one block for request after request. The last one that left the table as it was is remembered with its
 * result: the same bytes on the same table are the same head (bench/http2.ts: a tenth of the time).
 */
export class HpackDecoder {
  readonly #maxListBytes: number;
  /** A ring, newest first: field n of the table (from 0) is at `#newest + n`. */
  readonly #ring: (HeaderField | undefined)[] = Array.from({ length: slots });
  #newest = 0;
  #count = 0;
  #bytes = 0;
  #limit = tableBytes;
  /** Where `#integer` and `#string` stopped reading. */
  #at = 0;
  #block: Uint8Array = new Uint8Array(0);
  #end = 0;
  readonly #rememberedBlock = new Uint8Array(maxRemembered);
  #rememberedBytes = -1;
  #rememberedHead: RequestHead | undefined;

  constructor(maxListBytes: number) {
    this.#maxListBytes = maxListBytes;
  }

  /** The result may be the one that an earlier block had. Throws `ConnectionError`. */
  decode(block: Uint8Array, start: number, end: number): RequestHead {
    if (this.#rememberedHead !== undefined && this.#isRemembered(block, start, end)) return this.#rememberedHead;
    const head = new RequestHead(this.#maxListBytes);
    this.#block = block;
    this.#at = start;
    this.#end = end;
    const isTableChanged = this.#decodeFields(head);
    this.#block = empty;
    if (isTableChanged) this.#rememberedHead = undefined;
    else this.#remember(block, start, end, head);
    return head;
  }

  #decodeFields(head: RequestHead): boolean {
    let isTableChanged = false;
    let mayResize = true;
    while (this.#at < this.#end) {
      const first = byteAt(this.#block, this.#at);
      if (first >= 0x80) {
        head.add(this.#field(this.#integer(0x7f)));
      } else if (first >= 0x40) {
        const field = this.#literal(0x3f);
        this.#insert(field);
        isTableChanged = true;
        head.add(field);
      } else if (first >= 0x20) {
        if (!mayResize) throw invalid("a change of the table's size after a field");
        this.#resize(this.#integer(0x1f));
        isTableChanged = true;
        continue;
      } else {
        head.add(this.#literal(0x0f));
      }
      mayResize = false;
    }
    return isTableChanged;
  }

  #literal(mask: number): HeaderField {
    const index = this.#integer(mask);
    const name = index === 0 ? this.#string() : this.#field(index).name;
    return headerField(name, this.#string());
  }

  #field(index: number): HeaderField {
    const field =
      index <= staticTable.length
        ? staticTable[index - 1]
        : index <= staticTable.length + this.#count
          ? this.#ring[(this.#newest + index - staticTable.length - 1) % slots]
          : undefined;
    if (field === undefined) throw invalid(`no field ${index} in the table`);
    return field;
  }

  /** Section 5.1. No value that makes sense here has more than four bytes after its prefix. */
  #integer(mask: number): number {
    let value = this.#byte() & mask;
    if (value < mask) return value;
    for (let shift = 0; shift <= 21; shift += 7) {
      const byte = this.#byte();
      value += (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw invalid("an integer that is too large");
  }

  #string(): string {
    const isHuffman = this.#at < this.#end && byteAt(this.#block, this.#at) >= 0x80;
    const length = this.#integer(0x7f);
    const start = this.#at;
    this.#at += length;
    if (this.#at > this.#end) throw invalid("a string that ends after its block");
    if (isHuffman) return decodeHuffman(this.#block, start, this.#at);
    return Buffer.from(this.#block.buffer, this.#block.byteOffset + start, length).toString("latin1");
  }

  #byte(): number {
    if (this.#at >= this.#end) throw invalid("a field that ends after its block");
    return byteAt(this.#block, this.#at++);
  }

  #insert(field: HeaderField): void {
    this.#evict(this.#limit - field.size);
    // A field larger than the table empties it (section 4.4).
    if (field.size > this.#limit) return;
    this.#newest = (this.#newest + slots - 1) % slots;
    this.#ring[this.#newest] = field;
    this.#count++;
    this.#bytes += field.size;
  }

  #resize(limit: number): void {
    if (limit > tableBytes) throw invalid(`a table of ${limit} bytes, ${tableBytes} are allowed`);
    this.#limit = limit;
    this.#evict(limit);
  }

  #evict(maxBytes: number): void {
    while (this.#count > 0 && this.#bytes > maxBytes) {
      const oldest = (this.#newest + --this.#count) % slots;
      this.#bytes -= this.#ring[oldest]?.size ?? 0;
      this.#ring[oldest] = undefined;
    }
  }

  #isRemembered(block: Uint8Array, start: number, end: number): boolean {
    const length = end - start;
    if (length !== this.#rememberedBytes) return false;
    for (let offset = 0; offset < length; offset++) {
      if (block[start + offset] !== this.#rememberedBlock[offset]) return false;
    }
    return true;
  }

  #remember(block: Uint8Array, start: number, end: number, head: RequestHead): void {
    if (end - start > maxRemembered) return;
    this.#rememberedBytes = end - start;
    this.#rememberedHead = head;
    for (let offset = 0; offset < end - start; offset++) this.#rememberedBlock[offset] = byteAt(block, start + offset);
  }
}

const empty = new Uint8Array(0);

function invalid(what: string): ConnectionError {
  return new ConnectionError(ErrorCode.compression, `header compression: ${what}`);
}
