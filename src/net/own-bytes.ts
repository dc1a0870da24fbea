/**
 * The same bytes in memory that nobody else holds. What comes from a socket or a decompressor is often a small part of a
 * large buffer, and a batch that waits in a queue would keep the whole of it alive. Bytes that fill most of theirs are
 * handed back as they are.
 */
export function ownBytes(bytes: Uint8Array): Uint8Array {
  if (bytes.buffer.byteLength <= bytes.length * 1.5 + 256) return bytes;
  const copy = Buffer.allocUnsafeSlow(bytes.length);
  copy.set(bytes);
  return copy;
}
