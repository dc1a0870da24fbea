const hex = new Uint16Array(256);
for (let byte = 0; byte < 256; byte++) {
  const text = byte.toString(16).padStart(2, "0");
  hex[byte] = text.charCodeAt(0) | (text.charCodeAt(1) << 8);
}

const dash = 0x2d;
const fourZeros = 0x30303030;
/** `-000`, `0-00` and `000-`, as they fall into the words of `00000000-0000-0000-`. */
const dashFirst = 0x3030302d;
const dashSecond = 0x30302d30;
const dashLast = 0x2d303030;

export const uuidLength = 36;

/** The 16 bytes at `start` as `f27200bf-eff3-15e5-d62b-c1d562621ac0`. Needs room for `uuidLength`. */
export function putTraceId(to: DataView, at: number, from: Uint8Array, start: number): number {
  putHex(to, at, from, start, 4);
  to.setUint8(at + 8, dash);
  putHex(to, at + 9, from, start + 4, 2);
  to.setUint8(at + 13, dash);
  putHex(to, at + 14, from, start + 6, 2);
  to.setUint8(at + 18, dash);
  return putTail(to, at + 19, from, start + 8);
}

/** The 8 bytes at `start` behind 8 zero bytes: Wavefront has UUIDs for spans as well. */
export function putSpanId(to: DataView, at: number, from: Uint8Array, start: number): number {
  to.setInt32(at, fourZeros, true);
  to.setInt32(at + 4, fourZeros, true);
  to.setInt32(at + 8, dashFirst, true);
  to.setInt32(at + 12, dashSecond, true);
  to.setInt32(at + 15, dashLast, true);
  return putTail(to, at + 19, from, start);
}

function putTail(to: DataView, at: number, from: Uint8Array, start: number): number {
  putHex(to, at, from, start, 2);
  to.setUint8(at + 4, dash);
  putHex(to, at + 5, from, start + 2, 6);
  return at + 17;
}

function putHex(to: DataView, at: number, from: Uint8Array, start: number, count: number): void {
  for (let index = 0; index < count; index++) {
    to.setUint16(at + 2 * index, hex[from[start + index] as number] as number, true);
  }
}
