const frameMagic = 0xfd2fb528;
/** Sixteen numbers that begin a frame to be skipped. */
const skippableMagic = 0x184d2a50;
const dictionaryIdBytes = [0, 1, 2, 4] as const;
const contentSizeBytes = [0, 2, 4, 8] as const;
const blockHeaderBytes = 3;
const runLengthBlock = 1;

/**
 * Whether a zstd body is cut off within a frame (RFC 8878 §3.1.1). Node before version 24 hands out what there is of such
 * a body without an error, so that half a request would pass for a whole one. Bytes that are no frame are left to the
 * decoder, whose words are better.
 */
export function isZstdCutOff(body: Uint8Array): boolean {
  const view = new DataView(body.buffer, body.byteOffset, body.length);
  let pos = 0;
  while (pos < body.length) {
    if (body.length - pos < 5) return true;
    const magic = view.getUint32(pos, true);
    if ((magic & 0xfffffff0) >>> 0 === skippableMagic) {
      if (body.length - pos < 8) return true;
      pos += 8 + view.getUint32(pos + 4, true);
    } else if (magic === frameMagic) pos = frameEnd(view, pos);
    else return false;
  }
  return pos > body.length || body.length === 0;
}

/** Where the frame at `start` ends, as its headers say; beyond the end of the body if it is cut off. */
function frameEnd(view: DataView, start: number): number {
  const cutOff = view.byteLength + 1;
  const descriptor = view.getUint8(start + 4);
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const sizeFlag = descriptor >>> 6;
  const sizeBytes = sizeFlag === 0 && isSingleSegment ? 1 : (contentSizeBytes[sizeFlag] ?? 0);
  let pos = start + 5 + (isSingleSegment ? 0 : 1) + (dictionaryIdBytes[descriptor & 3] ?? 0) + sizeBytes;
  for (;;) {
    if (pos + blockHeaderBytes > view.byteLength) return cutOff;
    const header = view.getUint8(pos) | (view.getUint16(pos + 1, true) << 8);
    pos += blockHeaderBytes + (((header >>> 1) & 3) === runLengthBlock ? 1 : header >>> 3);
    if ((header & 1) !== 0) return (descriptor & 4) !== 0 ? pos + 4 : pos;
  }
}
