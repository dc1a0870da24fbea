import { spawn, type ChildProcess, type SpawnOptions } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import { cpus } from "node:os";
import { cpuSeconds, memoryMib } from "./process-cost.ts";

/** What is measured has the first core; load, sink and everything else share the second. */
export const cores = { measured: 0, other: 1 } as const;

const stopLimitMs = 60_000;

export interface PinnedOptions {
  readonly core: number;
  readonly env?: Readonly<Record<string, string>>;
  /** A file for stdout and stderr; the default drops both. */
  readonly output?: string;
}

/** Whatever ends the bench, nothing that it started stays behind. */
const living = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of living) child.kill("SIGKILL");
});

function start(command: readonly string[], core: number, options: SpawnOptions): ChildProcess {
  const pinned = cpus().length > 1 ? ["taskset", "-c", String(core)] : [];
  const [program = "", ...args] = [...pinned, ...command];
  const child = spawn(program, args, options);
  living.add(child);
  child.once("exit", () => living.delete(child));
  return child;
}

/** A child on one core. Linux only: cost and memory come from /proc. */
export class PinnedProcess {
  readonly #child: ChildProcess;
  readonly #output: string | undefined;
  readonly #exited: Promise<unknown>;

  constructor(command: readonly string[], { core, env, output }: PinnedOptions) {
    const file = output === undefined ? undefined : openSync(output, "w");
    const sink = file ?? "ignore";
    this.#output = output;
    this.#child = start(command, core, { stdio: ["ignore", sink, sink], env: { ...process.env, ...env } });
    this.#exited = Promise.race([once(this.#child, "exit"), once(this.#child, "error")]);
    if (file !== undefined) closeSync(file);
  }

  get #pid(): number {
    return this.#child.pid ?? 0;
  }

  /** The taskset program becomes the command, so this is the measured process itself. */
  cpuSeconds(): number {
    return cpuSeconds(this.#pid);
  }

  memoryMib(field: "VmRSS" | "VmHWM"): number {
    return memoryMib(this.#pid, field);
  }

  /** Throws, with the end of its output, if the process is gone. */
  assertAlive(): void {
    const { exitCode, signalCode } = this.#child;
    if (exitCode === null && signalCode === null) return;
    const said = this.#output === undefined ? "" : `\n${readFileSync(this.#output, "utf8").slice(-2000)}`;
    throw new Error(`Cannot go on: a measured process ended (${exitCode ?? signalCode})${said}`);
  }

  /** SIGTERM, then SIGKILL; seconds that it took. */
  async stop(): Promise<number> {
    const began = performance.now();
    const { exitCode, signalCode } = this.#child;
    if (exitCode === null && signalCode === null) {
      const killer = setTimeout(() => this.#child.kill("SIGKILL"), stopLimitMs);
      this.#child.kill("SIGTERM");
      await this.#exited;
      clearTimeout(killer);
    }
    return (performance.now() - began) / 1000;
  }
}

/** Runs a command to its end and resolves to what it printed; rejects with what it said if it failed. */
export async function outputOf(command: readonly string[], core: number): Promise<string> {
  const child = start(command, core, { stdio: ["ignore", "pipe", "pipe"] });
  let [text, errors] = ["", ""];
  child.stdout?.on("data", (chunk: Buffer) => (text += chunk.toString()));
  child.stderr?.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0) throw new Error(`Cannot run ${command.join(" ")}: exit ${code}\n${errors.slice(-2000)}`);
  return text;
}
