import { ConnectionError, defaultWindowBytes, ErrorCode } from "./frame.ts";
import type { Output } from "./output.ts";
import type { Stream } from "./stream.ts";

// The protocol's own windows of 64 KiB make a request of some hundred KiB a third more costly.
/** What a peer may send for one request before we have taken it in. */
export const streamWindowBytes = 1024 * 1024;
/** The same for all requests of a connection together. */
const connectionWindowBytes = 4 * 1024 * 1024;

/** Says how much the peer may send (RFC 9113, section 5.2), in as few frames as half of a window allows. */
export class ReceiveWindow {
  readonly #output: Output;
  #left = defaultWindowBytes;
  #consumed = connectionWindowBytes - defaultWindowBytes;

  constructor(output: Output) {
    this.#output = output;
  }

  /** Widens the connection's window from what it is at first. */
  open(): void {
    this.#tell();
  }

  /** Notes a DATA frame, padding included. Throws `ConnectionError` when the peer had no room for it. */
  take(byteCount: number): void {
    this.#left -= byteCount;
    if (this.#left < 0)
      throw new ConnectionError(ErrorCode.flowControl, "more DATA than the connection's window allows");
  }

  /** Gives room back to the connection, for bytes that are out of the way. */
  giveBack(byteCount: number): void {
    this.#consumed += byteCount;
    if (this.#consumed >= connectionWindowBytes / 2) this.#tell();
  }

  /** The same for a stream; one whose request is complete needs none. */
  giveBackTo(stream: Stream, byteCount: number): void {
    stream.consumedBytes += byteCount;
    if (stream.consumedBytes < streamWindowBytes / 2 || stream.isPeerDone || stream.isOver) return;
    this.#output.windowUpdate(stream.id, stream.consumedBytes);
    stream.receiveWindow += stream.consumedBytes;
    stream.consumedBytes = 0;
  }

  #tell(): void {
    this.#output.windowUpdate(0, this.#consumed);
    this.#left += this.#consumed;
    this.#consumed = 0;
  }
}
