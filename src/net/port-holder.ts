import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { isAddressInUse } from "./listen.ts";

/**
 * Who listens on a TCP port of this machine, in words that follow "held by": `"nginx" (pid 812)`. Looks through `/proc` on
 * Linux and asks `lsof` elsewhere; takes some ten milliseconds, so it is for error messages only. Never throws.
 */
export function portHolder(port: number): string {
  try {
    const pid = process.platform === "linux" ? holderInProc(port) : holderByLsof(port);
    if (pid === undefined) return "a process that cannot be seen from here (another user or container)";
    if (pid === process.pid) return "this collector itself: another part of the configuration uses the same port";
    return `"${nameOf(pid)}" (pid ${pid})`;
  } catch {
    return "a process that cannot be told on this system";
  }
}

/** `: held by "nginx" (pid 812)` for an error of `listen` about a busy port, nothing for another one. */
export function heldBy(error: unknown, port: number): string {
  return isAddressInUse(error) ? `: held by ${portHolder(port)}` : "";
}

const listening = "0A";

function holderInProc(port: number): number | undefined {
  const inodes = new Set([...listeningInodes("/proc/net/tcp", port), ...listeningInodes("/proc/net/tcp6", port)]);
  if (inodes.size === 0) return undefined;
  const links = new Set(Array.from(inodes, (inode) => `socket:[${inode}]`));
  for (const entry of readdirSync("/proc")) {
    if (/^\d+$/.test(entry) && hasLink(`/proc/${entry}/fd`, links)) return Number(entry);
  }
  return undefined;
}

/** Rows are `sl local_address rem_address st … inode`, addresses in hex. */
function listeningInodes(table: string, port: number): readonly string[] {
  let text: string;
  try {
    text = readFileSync(table, "utf8");
  } catch {
    // No IPv6 here.
    return [];
  }
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  return text.split("\n").flatMap((line) => {
    const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
    return state === listening && local?.endsWith(wanted) === true && inode !== undefined ? [inode] : [];
  });
}

function hasLink(folder: string, links: ReadonlySet<string>): boolean {
  try {
    return readdirSync(folder).some((name) => {
      try {
        return links.has(readlinkSync(`${folder}/${name}`));
      } catch {
        return false;
      }
    });
  } catch {
    // Of another user, or gone meanwhile.
    return false;
  }
}

function holderByLsof(port: number): number | undefined {
  const text = execFileSync("lsof", ["-nP", `-iTCP:${port}`, "-sTCP:LISTEN", "-Fp"], {
    encoding: "utf8",
    timeout: 2000,
    stdio: ["ignore", "pipe", "ignore"],
  });
  const pid = /^p(\d+)/m.exec(text)?.[1];
  return pid === undefined ? undefined : Number(pid);
}

function nameOf(pid: number): string {
  if (process.platform === "linux") return readFileSync(`/proc/${pid}/comm`, "utf8").trim();
  const options = { encoding: "utf8", timeout: 2000 } as const;
  return execFileSync("ps", ["-p", String(pid), "-o", "comm="], options).trim();
}
