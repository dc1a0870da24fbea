import { ByteQueue } from "./byte-queue.ts";
import { terminalOf } from "./terminal.ts";
import { openDescriptor, type Descriptor, type Written } from "./descriptor.ts";

/** Unread text that is kept per target. One more entry is taken when there is less, however long it is. */
export const defaultMaxBytes = 8 * 1024 * 1024;

/** After `close`: how long an entry may take. */
const lateLimitMs = 100;
/** Texts from here on are written straight from the caller's buffer where that cannot block. */
const directBytes = 32 * 1024;
const firstWaitMs = 1;
const longestWaitMs = 64;
/** Full for now; the disk may be cleared, the reader may read. All other errors mean that the target is gone. */
const passingErrors: ReadonlySet<string> = new Set(["EAGAIN", "EBUSY", "ENOBUFS", "ENOSPC", "EDQUOT"]);

/** What was given to an output and not written. */
export interface Loss {
  readonly entries: number;
  readonly bytes: number;
  /** Such as `stderr is read too slowly`. */
  readonly reason: string;
}

export interface BoundedOutputOptions {
  readonly maxBytes?: number;
}

/**
 * Text on its way to one target. `write` copies and returns; a reader that is too slow costs entries, never time. What
 * was dropped is told in a line of its own once there is room again. A target that is gone (a closed pipe) takes
 * nothing more, and what is written to it is only counted.
 *
 * ```
 *          write           EAGAIN                        drained
 *   idle ─────────> writing ─────> waiting 1..64 ms ──┐ ─────────> idle
 *                      ^──────────────────────────────┘
 *                      └─ EPIPE and the like ─> gone
 * ```
 */
export class BoundedOutput {
  readonly target: string;
  /** The line that tells of a loss, with its line end; replace it to give it the form of the other lines. */
  describeLoss: (loss: Loss) => string;
  readonly #maxBytes: number;
  readonly #queue = new ByteQueue();
  #descriptor: Descriptor | undefined;
  /** Handed to the descriptor, outcome unknown. */
  #inFlightBytes = 0;
  #state: "idle" | "scheduled" | "writing" | "waiting" | "gone" = "idle";
  #waitMs = firstWaitMs;
  #timer: NodeJS.Timeout | undefined;
  /** After `close`, what still comes (the last words of the process) is written at once. */
  #isClosed = false;
  #untold = { entries: 0, bytes: 0 };
  readonly #lost = { entries: 0, bytes: 0 };
  #reason: string;
  #drained: (() => void)[] = [];

  constructor(target: string, options: BoundedOutputOptions = {}) {
    this.target = target;
    this.#reason = `${target} is read too slowly`;
    this.#maxBytes = options.maxBytes ?? defaultMaxBytes;
    this.describeLoss = (loss) => `${lossText(loss)}\n`;
  }

  /** Everything that was dropped so far. */
  get lost(): Loss {
    return { ...this.#lost, reason: this.#reason };
  }

  /** Bytes that wait to be written. */
  get pendingBytes(): number {
    return this.#queue.length;
  }

  /** See `component/output.ts`. */
  terminal(): ReturnType<typeof terminalOf> {
    return terminalOf(this.target);
  }

  get isGone(): boolean {
    return this.#state === "gone";
  }

  /** Opens the target; throws if it cannot. `write` does so by itself, but then a failure only counts. */
  open(): void {
    this.#descriptor ??= openDescriptor(this.target);
  }

  /** One entry, in one part or several. It is taken whole or not at all. */
  write(...parts: readonly (Uint8Array | string)[]): void {
    if (!this.#isReady() || this.#queue.length >= this.#maxBytes) {
      let byteCount = 0;
      for (const part of parts) byteCount += typeof part === "string" ? Buffer.byteLength(part) : part.length;
      this.#lose(1, byteCount);
      return;
    }
    for (const part of parts) this.#take(typeof part === "string" ? Buffer.from(part) : part);
    if (this.#isClosed) {
      this.#writeNow(lateLimitMs);
      this.#closeDescriptor();
    } else if (this.#state === "idle" && this.#queue.length > 0) {
      // One system call for all that is written in this turn of the event loop.
      this.#state = "scheduled";
      setImmediate(this.#pump);
    }
  }

  #take(bytes: Uint8Array): void {
    const descriptor = this.#descriptor;
    const isDirect = bytes.length >= directBytes && !this.#isClosed && this.#state !== "waiting";
    if (isDirect && descriptor?.isImmediate === true) this.#writeDirectly(descriptor, bytes);
    else if (this.#state !== "gone") this.#queue.append(bytes);
    else this.#lost.bytes += bytes.length;
  }

  /** Resolves when all is written or the target is gone (`true`), or when `signal` aborts (`false`). */
  async flush(signal: AbortSignal): Promise<boolean> {
    if (this.#queue.length > 0 && !signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#drained.push(resolve);
        signal.addEventListener("abort", () => resolve(), { once: true });
        // Somebody waits: the process must not end for lack of other work.
        this.#timer?.ref();
      });
    }
    return this.#queue.length === 0;
  }

  /** Last resort when the process ends: writes on this thread, for `limitMs` at most. The output is done afterwards. */
  flushAtExit(limitMs: number): void {
    // The pool still finishes what it was given; its call back does not come any more.
    this.#queue.drop(this.#inFlightBytes);
    this.#inFlightBytes = 0;
    this.#writeNow(limitMs);
    this.#giveUp();
  }

  /** Flushes and closes. Safe twice. Text that comes later is still written, at once and on this thread. */
  async close(signal: AbortSignal): Promise<void> {
    if (this.#isClosed) return;
    await this.flush(signal);
    this.#isClosed = true;
    clearTimeout(this.#timer);
    if (this.#state === "waiting") this.#state = "idle";
    this.#closeDescriptor();
  }

  #isReady(): boolean {
    if (this.#state === "gone") return false;
    if (this.#descriptor !== undefined) return true;
    try {
      this.open();
      return true;
    } catch {
      // Counted by the caller; there is nobody whom one could tell.
      this.#state = "gone";
      return false;
    }
  }

  readonly #pump = (): void => {
    const descriptor = this.#descriptor;
    if (descriptor === undefined || this.#state === "gone" || this.#inFlightBytes > 0) return;
    this.#state = "writing";
    while (this.#state === "writing" && this.#inFlightBytes === 0 && this.#queue.length > 0) {
      const bytes = this.#queue.peek();
      this.#inFlightBytes = bytes.length;
      descriptor.write(bytes, descriptor.isImmediate ? this.#onWritten : this.#onPooledWrite);
    }
    if (this.#state === "writing" && this.#inFlightBytes === 0) this.#state = "idle";
  };

  readonly #onPooledWrite: Written = (error, byteCount) => {
    this.#onWritten(error, byteCount);
    if (this.#state === "writing") this.#pump();
    if (this.#isClosed) this.#closeDescriptor();
  };

  readonly #onWritten: Written = (error, byteCount) => {
    this.#inFlightBytes = 0;
    if (error !== null) {
      this.#fail(error);
      return;
    }
    this.#queue.drop(byteCount);
    this.#waitMs = firstWaitMs;
    if (this.#untold.entries > 0 && this.#queue.length < this.#maxBytes / 2) {
      const loss = { ...this.#untold, reason: this.#reason };
      this.#untold = { entries: 0, bytes: 0 };
      this.#queue.append(Buffer.from(this.describeLoss(loss)));
    }
    if (this.#queue.length === 0) this.#resolveDrained();
  };

  /** Saves the copy of a long text: it is written at once, and only what the reader has no room for is kept. */
  #writeDirectly(descriptor: Descriptor, bytes: Uint8Array): void {
    this.#pump();
    let pos = 0;
    while (this.#state === "idle" && pos < bytes.length) {
      try {
        pos += descriptor.writeSync(bytes.subarray(pos));
      } catch (error) {
        this.#fail(error);
      }
    }
    if (this.#state === "gone") this.#lost.bytes += bytes.length - pos;
    else this.#queue.append(bytes.subarray(pos));
  }

  #writeNow(limitMs: number): void {
    const endMs = performance.now() + limitMs;
    while (this.#queue.length > 0 && this.#inFlightBytes === 0 && this.#isReady()) {
      try {
        this.#queue.drop(this.#descriptor?.writeSync(this.#queue.peek()) ?? 0);
      } catch (error) {
        if (!isPassing(error) || performance.now() >= endMs) this.#giveUp();
        else Atomics.wait(sleeper, 0, 0, 2);
      }
    }
  }

  #fail(error: unknown): void {
    if (!isPassing(error)) {
      this.#giveUp();
      return;
    }
    this.#reason = isFull(error) ? `no space is left for ${this.target}` : `${this.target} is read too slowly`;
    this.#state = "waiting";
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#pump, this.#waitMs);
    if (this.#drained.length === 0) this.#timer.unref();
    this.#waitMs = Math.min(this.#waitMs * 2, longestWaitMs);
  }

  /** The target is gone: what is queued is lost, and nobody needs to be told. */
  #giveUp(): void {
    this.#state = "gone";
    this.#lost.bytes += this.#queue.length;
    this.#queue.clear();
    clearTimeout(this.#timer);
    this.#resolveDrained();
  }

  #lose(entries: number, bytes: number): void {
    this.#untold.entries += entries;
    this.#untold.bytes += bytes;
    this.#lost.entries += entries;
    this.#lost.bytes += bytes;
  }

  #resolveDrained(): void {
    const waiting = this.#drained;
    this.#drained = [];
    for (const resolve of waiting) resolve();
  }

  #closeDescriptor(): void {
    // While the pool writes, the number of the descriptor must not become that of another file.
    if (this.#inFlightBytes > 0) return;
    this.#descriptor?.close();
    this.#descriptor = undefined;
  }
}

const sleeper = new Int32Array(new SharedArrayBuffer(4));

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

function isPassing(error: unknown): boolean {
  return passingErrors.has(codeOf(error));
}

function isFull(error: unknown): boolean {
  return codeOf(error) === "ENOSPC" || codeOf(error) === "EDQUOT";
}

/** The words for a loss, without time and level. */
export function lossText(loss: Loss): string {
  const entries = loss.entries === 1 ? "1 entry was" : `${loss.entries} entries were`;
  return `${entries} not written (${loss.bytes} bytes): ${loss.reason}`;
}
