/** Order of two byte ranges, as of Go strings: negative, 0 or positive. */
export function compareRanges(bytes: Uint8Array, start: number, end: number, otherStart: number, otherEnd: number) {
  const shared = Math.min(end - start, otherEnd - otherStart);
  for (let index = 0; index < shared; index++) {
    const difference = (bytes[start + index] as number) - (bytes[otherStart + index] as number);
    if (difference !== 0) return difference;
  }
  return end - start - (otherEnd - otherStart);
}
