import { createHash, randomUUID } from "node:crypto";
import { linkSync, statSync, unlinkSync } from "node:fs";
import { connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { sleep, type Clock } from "../../component/clock.ts";

/** The kernel's limit is 108 on Linux and 104 on macOS; a socket has nine characters more while it is made. */
const maxSocketPath = 90;
/** Longer than the instant between a rival's last look at a lock left behind and its removal. Real time, not the clock's. */
const settleMs = 50;
const answerMs = 1000;
const retryMs = 50;

/**
 * One process in a directory at a time. The lock is a socket that its owner listens on: the kernel closes it with the
 * process, however that ends, and it works between containers that share the directory.
 *
 *     listen, link to the name ──► still ours a moment later ──► held
 *        └ in use ──► connect ─ answered ──► somebody is there
 *                        └ refused: left behind by a process that was killed ──► removed, again
 *
 * Rivals that find the same lock left behind may remove each other's new one: whoever is not at the name after a moment
 * has lost it and begins again.
 */
export class DirectoryLock {
  readonly #server: Server;
  readonly #address: string;
  /** Inode of our socket; undefined where sockets are no files. */
  readonly #inode: bigint | undefined;

  private constructor(server: Server, address: string, inode: bigint | undefined) {
    this.#server = server;
    this.#address = address;
    this.#inode = inode;
  }

  /** Waits up to `timeoutMs` for the owner to leave. Throws if it does not. */
  static async take(directory: string, timeoutMs: number, clock: Clock): Promise<DirectoryLock> {
    const address = lockAddress(directory);
    const endMs = clock.monotonic() + timeoutMs;
    for (;;) {
      const lock = process.platform === "win32" ? await takePipe(address) : await takeSocket(address);
      if (lock !== undefined) return new DirectoryLock(lock.server, address, lock.inode);
      const inode = inodeAt(address);
      const owner = await ownerOf(address);
      if (owner === undefined) {
        // Nothing is awaited between the last look and the removal.
        if (inode !== undefined && inodeAt(address) === inode) unlinkSync(address);
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

  async release(): Promise<void> {
    if (this.#inode !== undefined && inodeAt(this.#address) === this.#inode) unlinkSync(this.#address);
    await closed(this.#server);
  }
}

interface Held {
  readonly server: Server;
  readonly inode: bigint | undefined;
}

/** Named pipes belong to one process and go with it. */
async function takePipe(address: string): Promise<Held | undefined> {
  const server = await listen(address);
  return server === undefined ? undefined : { server, inode: undefined };
}

async function takeSocket(address: string): Promise<Held | undefined> {
  // Under a name of its own first: closing a server unlinks the name that it was given, whoever is there by then.
  const own = `${address}.${randomUUID().slice(0, 8)}`;
  const server = await listen(own);
  if (server === undefined) return undefined;
  const inode = inodeAt(own);
  try {
    linkSync(own, address);
  } catch (error) {
    await closed(server);
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return undefined;
    throw error;
  }
  unlinkSync(own);
  await wait(settleMs);
  if (inode !== undefined && inodeAt(address) === inode) return { server, inode };
  await closed(server);
  return undefined;
}

function inodeAt(address: string): bigint | undefined {
  return statSync(address, { bigint: true, throwIfNoEntry: false })?.ino;
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
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
