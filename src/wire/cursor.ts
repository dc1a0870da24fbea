import { WireError } from "./wire-error.ts";
import { WireType } from "./wire-type.ts";

/** Groups may nest; this bounds the recursion that skipping one takes. Upstream's decoder has the same kind of bound. */
const maxGroupDepth = 100;

const float64 = new Float64Array(1);
const float64Words = new Uint32Array(float64.buffer);

/**
 * A position over protobuf bytes. It owns nothing: whoever made the bytes keeps them alive and unchanged.
 * 64-bit values are read into `lo` and `hi` (two unsigned 32-bit halves), because a double cannot hold them and a
 * bigint for each would be an allocation per field.
 *
 * Getters that move the position must be called one after the other: `p += readVarint()` would read `p` before the call.
 */
export class Cursor {
  bytes: Uint8Array;
  pos: number;
  end: number;
  /** Low and high half of the last 64-bit value read. */
  lo = 0;
  hi = 0;

  constructor(bytes: Uint8Array, pos = 0, end = bytes.length) {
    this.bytes = bytes;
    this.pos = pos;
    this.end = end;
  }

  /** Moves to another range, so that one cursor serves a whole walk. */
  reset(bytes: Uint8Array, pos: number, end: number): this {
    // Compared first: a store of an object costs more, because the garbage collector has to know of it.
    if (this.bytes !== bytes) this.bytes = bytes;
    this.pos = pos;
    this.end = end;
    return this;
  }

  /**
   * Field tag: `fieldNumber << 3 | wireType`, as an unsigned number. Throws on field number 0 and on tags beyond 32 bits,
   * which no field number has: cut to their low bits they would pass for another field.
   */
  readTag(): number {
    const at = this.pos;
    let tag = at < this.end ? (this.bytes[at] as number) : 0x80;
    if (tag < 0x80) this.pos = at + 1;
    else {
      this.readVarint64();
      if (this.hi !== 0) {
        this.pos = at;
        throw new WireError("illegal_tag", at, "illegal field number beyond 536870911");
      }
      tag = this.lo;
    }
    if (tag < 8) {
      this.pos = at;
      throw new WireError("illegal_tag", at, "illegal field number 0");
    }
    return tag;
  }

  /** Lower 32 bits of a varint, unsigned; longer varints are read whole and cut, as protobuf says for 32-bit fields. */
  readVarint32(): number {
    const { pos } = this;
    if (pos < this.end) {
      // The cast is safe: an index below `end` is inside the array, and `end` never exceeds its length.
      const first = this.bytes[pos] as number;
      if (first < 0x80) {
        this.pos = pos + 1;
        return first;
      }
    }
    this.readVarint64();
    return this.lo;
  }

  /** A varint into `lo` and `hi`. Bits beyond the 64th are dropped, as upstream's decoder does. */
  readVarint64(): void {
    const { bytes, end } = this;
    let pos = this.pos;
    let lo = 0;
    let hi = 0;
    for (let index = 0; index < 10; index++) {
      if (pos >= end) throw new WireError("truncated", this.pos, "varint runs past the end");
      const byte = bytes[pos++] as number;
      const bits = byte & 0x7f;
      if (index < 4) lo |= bits << (index * 7);
      else if (index === 4) {
        lo |= bits << 28;
        hi = bits >>> 4;
      } else hi |= bits << (index * 7 - 32);
      if (byte < 0x80) {
        this.pos = pos;
        this.lo = lo >>> 0;
        this.hi = hi >>> 0;
        return;
      }
    }
    throw new WireError("varint_too_long", this.pos, "varint is longer than 10 bytes");
  }

  /** Eight little-endian bytes into `lo` and `hi`. */
  readFixed64(): void {
    const { pos } = this;
    if (pos + 8 > this.end) throw new WireError("truncated", pos, "fixed-width value runs past the end");
    this.lo = this.readFixed32();
    this.hi = this.readFixed32();
  }

  /** Four little-endian bytes, unsigned. */
  readFixed32(): number {
    const { bytes, pos } = this;
    if (pos + 4 > this.end) throw new WireError("truncated", pos, "fixed-width value runs past the end");
    this.pos = pos + 4;
    return (
      ((bytes[pos] as number) |
        ((bytes[pos + 1] as number) << 8) |
        ((bytes[pos + 2] as number) << 16) |
        ((bytes[pos + 3] as number) << 24)) >>>
      0
    );
  }

  readDouble(): number {
    this.readFixed64();
    float64Words[0] = this.lo;
    float64Words[1] = this.hi;
    return float64[0] as number;
  }

  /** Length prefix, checked against the range; the caller's sub-range is then `[pos, pos + length)`. */
  readLength(): number {
    const { bytes, end, pos } = this;
    // Nearly all lengths take one or two bytes. The rest goes the long way, for no length may be cut to its low bits.
    let length = pos < end ? (bytes[pos] as number) : 0x80;
    if (length < 0x80) this.pos = pos + 1;
    else {
      const second = pos + 1 < end ? (bytes[pos + 1] as number) : 0x80;
      if (second < 0x80) {
        this.pos = pos + 2;
        length = (length & 0x7f) | (second << 7);
      } else {
        this.readVarint64();
        length = this.hi * 4294967296 + this.lo;
      }
    }
    if (length > end - this.pos) throw this.#lengthError(pos, length);
    return length;
  }

  #lengthError(at: number, length: number): WireError {
    const left = this.end - this.pos;
    const bytes = left === 1 ? "byte is" : "bytes are";
    return new WireError("truncated", at, `length ${length} runs past the end: ${left} ${bytes} left`);
  }

  /** Steps over the value of a field whose tag was just read. */
  skip(tag: number, depth = 0): void {
    switch (tag & 7) {
      case WireType.varint:
        return this.#skipVarint();
      case WireType.fixed64:
        return this.advance(8);
      case WireType.lengthDelimited: {
        const length = this.readLength();
        this.pos += length;
        return;
      }
      case WireType.fixed32:
        return this.advance(4);
      case WireType.startGroup:
        return this.#skipGroup(tag, depth);
      case WireType.endGroup:
        throw new WireError("unbalanced_group", this.pos, "end of a group that was not opened");
      default:
        throw new WireError("illegal_wire_type", this.pos, `illegal wire type ${tag & 7}`);
    }
  }

  #skipVarint(): void {
    const { bytes, end, pos } = this;
    for (let next = pos; next < pos + 10; next++) {
      if (next >= end) throw new WireError("truncated", pos, "varint runs past the end");
      if ((bytes[next] as number) < 0x80) {
        this.pos = next + 1;
        return;
      }
    }
    throw new WireError("varint_too_long", pos, "varint is longer than 10 bytes");
  }

  advance(byteCount: number): void {
    if (byteCount > this.end - this.pos) {
      throw new WireError("truncated", this.pos, "fixed-width value runs past the end");
    }
    this.pos += byteCount;
  }

  #skipGroup(openTag: number, depth: number): void {
    if (depth >= maxGroupDepth) throw new WireError("too_deep", this.pos, `groups nest deeper than ${maxGroupDepth}`);
    for (;;) {
      if (this.pos >= this.end) throw new WireError("truncated", this.pos, "group is not closed");
      const tag = this.readTag();
      if ((tag & 7) === WireType.endGroup) {
        if (tag >>> 3 === openTag >>> 3) return;
        throw new WireError("unbalanced_group", this.pos, "group is closed by another");
      }
      this.skip(tag, depth + 1);
    }
  }
}
