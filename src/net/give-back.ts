/** Less memory than that is not worth the call. */
export const worthGivingBack = 16 * 1024;

/**
 * Frees what a socket has read, once all of it is copied or done with; `chunk` is empty after that. The memory is then used
 * for the next read, warm as it is. Left to the garbage collector, megabytes of it wait for the next whole collection, and
 * every 64 MiB of buffers cause one. Memory that others may share is left alone.
 */
export function giveBack(chunk: Buffer): void {
  const { buffer } = chunk;
  if (chunk.length < worthGivingBack || chunk.length !== buffer.byteLength) return;
  if (buffer instanceof ArrayBuffer) buffer.transfer(0);
}
