import { createHash, randomUUID } from "node:crypto";
import { link, rename, unlink } from "node:fs/promises";
import { connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { sleep, type Clock } from "../../component/clock.ts";

/** The kernel's limit is 108 on Linux and 104 on macOS. */
const maxSocketPath = 100;
const answerMs = 1000;
const retryMs = 50;

/**
 * One process in a directory at a time. The lock is a socket that its owner listens on: the kernel closes it with the
 * process, however that ends, and it works between containers that share the directory.
 *
 *     listen ──► held
 *        └ in use ──► connect ─ answered ──► somebody is there
 *                        └ refused: left behind by a process that was killed ──► moved away, listen again
 */
export class DirectoryLock {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** Waits up to `timeoutMs` for the owner to leave. Throws if it does not. */
  static async take(directory: string, timeoutMs: number, clock: Clock): Promise<DirectoryLock> {
    const address = lockAddress(directory);
    const endMs = clock.monotonic() + timeoutMs;
    for (;;) {
      const server = await listen(address);
      if (server !== undefined) return new DirectoryLock(server);
      const owner = await ownerOf(address);
      if (owner === undefined) {
        await moveAway(address);
        continue;
      }
      if (clock.monotonic() >= endMs) {
        throw new Error(
          `Cannot use directory ${directory}: process ${owner} is using it, one process at a time may; stop that one or configure another directory`,
        );
      }
      await sleep(clock, retryMs);
    }
  }

  /** Closing unlinks the socket. */
  release(): Promise<void> {
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }
}

function lockAddress(directory: string): string {
  const hash = createHash("sha256").update(directory).digest("hex").slice(0, 32);
  if (process.platform === "win32") return `\\\\.\\pipe\\otelcol-${hash}`;
  const inside = path.join(directory, "lock");
  return Buffer.byteLength(inside) <= maxSocketPath ? inside : path.join(tmpdir(), `otelcol-${hash}.lock`);
}

/** `undefined` if something is there already. */
function listen(address: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => {
      socket.on("error", () => {
        // The asker has gone; that is its affair.
      });
      socket.end(String(process.pid));
    });
    server.unref();
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") resolve(undefined);
      else reject(new Error(`Cannot lock ${address}: ${error.message}`, { cause: error }));
    });
    server.listen(address, () => resolve(server));
  });
}

/** The pid of who listens there; `undefined` if nobody does. One that is alive but silent is somebody. */
function ownerOf(address: string): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    let answer = "";
    const socket = connect(address);
    socket.setTimeout(answerMs, () => {
      socket.destroy();
      resolve("(no answer)");
    });
    socket.setEncoding("utf8");
    socket.on("data", (text) => (answer += String(text).slice(0, 20)));
    socket.once("end", () => resolve(answer));
    socket.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ECONNREFUSED" || error.code === "ENOENT" || error.code === "ENOTSOCK") resolve(undefined);
      else reject(new Error(`Cannot lock ${address}: ${error.message}`, { cause: error }));
    });
  });
}

/**
 * Two processes may find the same lock left behind: the slower one would move the faster one's away. So it looks at what
 * it has moved, and puts it back if somebody is there.
 */
async function moveAway(address: string): Promise<void> {
  const moved = `${address}.${randomUUID().slice(0, 8)}`;
  try {
    await rename(address, moved);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return;
    throw error;
  }
  if ((await ownerOf(moved)) !== undefined) {
    await link(moved, address).catch(() => {
      // Somebody is there again already; then that one is asked next.
    });
  }
  await unlink(moved);
}
