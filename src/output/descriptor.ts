import { close, closeSync, constants, fstatSync, openSync, write, writeSync } from "node:fs";
import { isatty } from "node:tty";
import { fileURLToPath } from "node:url";

export type Written = (error: NodeJS.ErrnoException | null, byteCount: number) => void;

/** An open place to write to. */
export interface Descriptor {
  /** Tries once; may take a part. Calls back exactly once: at once if writing cannot block, else later. */
  write(bytes: Uint8Array, done: Written): void;
  /** Tries once, on this thread. Throws the system's error. */
  writeSync(bytes: Uint8Array): number;
  /** `write` calls back before it returns and keeps nothing of `bytes`. */
  readonly isImmediate: boolean;
  close(): void;
}

/**
 * Opens `stdout`, `stderr` or a file (path or `file://` URL; appended, created with mode 0600). Throws if that fails.
 *
 * Writing must never wait for a reader. A write that blocks stops the event loop, and on a thread of Node's pool it
 * keeps `process.exit` from ending the process, because the pool's threads are joined first. So pipes, sockets and
 * terminals are written without blocking; they answer EAGAIN when they are full. Files never wait for a reader but for
 * a disk: they are written on the pool.
 */
export function openDescriptor(target: string): Descriptor {
  if (target === "stdout") return openStandard(1);
  if (target === "stderr") return openStandard(2);
  const path = target.startsWith("file://") ? fileURLToPath(target) : target;
  let fd: number;
  try {
    fd = openSync(path, "a", 0o600);
  } catch (error) {
    throw new Error(`Cannot open "${target}" for writing: it must be "stdout", "stderr" or a file that can be made`, {
      cause: error,
    });
  }
  return new PooledDescriptor(fd, true);
}

function openStandard(fd: 1 | 2): Descriptor {
  const status = fstatSync(fd);
  if (status.isFIFO() || status.isSocket()) {
    // Node puts pipes and sockets into non-blocking mode when its stream is made, and back at exit.
    void (fd === 1 ? process.stdout : process.stderr);
    return new ImmediateDescriptor(fd, false);
  }
  if (isatty(fd)) return openTerminal(fd);
  if (status.isCharacterDevice()) return new ImmediateDescriptor(fd, false);
  return new PooledDescriptor(fd, false);
}

/** A terminal that is stopped (Ctrl-S) blocks as well. Opened again, our non-blocking mode is not the shell's. */
function openTerminal(fd: 1 | 2): Descriptor {
  try {
    const flags = constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY;
    return new ImmediateDescriptor(openSync(`/proc/self/fd/${fd}`, flags), true);
  } catch {
    // No /proc, or a terminal of another user: the pool keeps at least the event loop going.
    return new PooledDescriptor(fd, false);
  }
}

class ImmediateDescriptor implements Descriptor {
  readonly isImmediate = true;
  readonly #fd: number;
  readonly #isOurs: boolean;

  constructor(fd: number, isOurs: boolean) {
    this.#fd = fd;
    this.#isOurs = isOurs;
  }

  write(bytes: Uint8Array, done: Written): void {
    let byteCount: number;
    try {
      byteCount = writeSync(this.#fd, bytes);
    } catch (error) {
      done(error as NodeJS.ErrnoException, 0);
      return;
    }
    done(null, byteCount);
  }

  writeSync(bytes: Uint8Array): number {
    return writeSync(this.#fd, bytes);
  }

  close(): void {
    if (this.#isOurs) closeSync(this.#fd);
  }
}

class PooledDescriptor implements Descriptor {
  readonly isImmediate = false;
  readonly #fd: number;
  readonly #isOurs: boolean;

  constructor(fd: number, isOurs: boolean) {
    this.#fd = fd;
    this.#isOurs = isOurs;
  }

  write(bytes: Uint8Array, done: Written): void {
    write(this.#fd, bytes, 0, bytes.length, null, done);
  }

  writeSync(bytes: Uint8Array): number {
    return writeSync(this.#fd, bytes);
  }

  close(): void {
    // Nobody waits for it, and what it may say of earlier writes comes too late.
    if (this.#isOurs) close(this.#fd, () => {});
  }
}
