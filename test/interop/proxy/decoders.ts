import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { LineFormat } from "../../wavefront-proxy/read-lines.ts";
import type { Decoded } from "../../wavefront-proxy/verdict.ts";

/** The decoders and the validation of the Wavefront proxy itself, in Java. `WFCHECK` names the command where it is elsewhere. */
const command = process.env["WFCHECK"] ?? path.join(import.meta.dirname, "../../../../shared/tools/wfcheck/wfcheck");

/** Why the decoders cannot be used here; `undefined` if they can. The command builds itself when it is first called. */
export function missingDecoders(): string | undefined {
  if (!existsSync(command)) return `the decoders of the proxy are not at ${command}`;
  if (spawnSync("java", ["-version"]).status !== 0) return "Java 17 is not installed";
  const { status, stderr } = spawnSync(command, ["-f", "metric", "/dev/null"], { encoding: "utf8" });
  return status === 0 ? undefined : `the decoders cannot be built: ${stderr.trim().slice(-300)}`;
}

export interface JavaVerdict {
  readonly line: string;
  readonly verdict: string;
  readonly reason?: string;
  readonly truncated?: unknown;
  readonly forward_problem?: string;
  readonly decoded?: Decoded;
}

/** One process for all bodies: a line with format and file goes in, a line of JSON comes out. */
export class Decoders {
  readonly #process: ChildProcess;
  readonly #folder = mkdtempSync(path.join(tmpdir(), "wavefront-lines-"));
  readonly #output: AsyncIterator<string>;
  #rest = "";

  /** `limits` are `NAME=N` in the words of the command. */
  constructor(limits: readonly string[] = []) {
    const args = ["--server", ...limits.flatMap((limit) => ["--limit", limit])];
    this.#process = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
    if (this.#process.stdout === null) throw new Error("Cannot read from the decoders");
    this.#process.stdout.setEncoding("utf8");
    this.#output = this.#process.stdout[Symbol.asyncIterator]();
  }

  /** One body at a time. */
  async read(format: LineFormat, body: string): Promise<readonly JavaVerdict[]> {
    const file = path.join(this.#folder, "body.txt");
    writeFileSync(file, body);
    this.#process.stdin?.write(`${format} ${file}\n`);
    return JSON.parse(await this.#line()) as JavaVerdict[];
  }

  /** Not by `readline`, which also ends lines at U+2028. */
  async #line(): Promise<string> {
    const parts: string[] = [this.#rest];
    for (;;) {
      const last = parts.at(-1) ?? "";
      const end = last.indexOf("\n");
      if (end >= 0) {
        parts[parts.length - 1] = last.slice(0, end);
        this.#rest = last.slice(end + 1);
        return parts.join("");
      }
      const next = await this.#output.next();
      if (next.done === true) throw new Error("Cannot read from the decoders: they have ended");
      parts.push(next.value);
    }
  }

  async close(): Promise<void> {
    this.#process.stdin?.end();
    await once(this.#process, "exit");
    rmSync(this.#folder, { recursive: true });
  }
}

/** What is wrong with a line in the eyes of the proxy: refused, cut, or changed on its way on. */
export function complaintOf({ verdict, reason, truncated, forward_problem, decoded }: JavaVerdict): string | undefined {
  if (verdict !== "accepted") return `${verdict}: ${reason ?? ""}`;
  if (truncated !== undefined) return `cut: ${JSON.stringify(truncated)}`;
  if (forward_problem === undefined) return undefined;
  // A start in seconds comes back in milliseconds, which the proxy then takes for seconds again; nothing helps that.
  if (decoded !== undefined && "start_millis" in decoded && decoded.start_millis < 1e12) return undefined;
  return `changed when forwarded: ${forward_problem}`;
}
