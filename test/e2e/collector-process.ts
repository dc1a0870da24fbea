import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";

export const root = path.join(import.meta.dirname, "..", "..");

/** A port that was free a moment ago, for processes that are told their port by a configuration file. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("Cannot find a free port: no address");
  return address.port;
}

/** Resolves when `condition` holds; rejects with `what` after `deadlineMs`. */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  deadlineMs = 15_000,
): Promise<void> {
  const end = performance.now() + deadlineMs;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`Cannot see that ${what}: not within ${deadlineMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** The real program in a process of its own, with its console kept. */
export class CollectorProcess {
  readonly child: ChildProcess;
  readonly #folder: string;
  readonly #exit: Promise<number>;
  stdout = "";
  stderr = "";

  private constructor(child: ChildProcess, folder: string) {
    this.child = child;
    this.#folder = folder;
    child.stdout?.setEncoding("utf8").on("data", (text: string) => (this.stdout += text));
    child.stderr?.setEncoding("utf8").on("data", (text: string) => (this.stderr += text));
    this.#exit = new Promise((resolve) =>
      child.once("exit", (code, signal) => resolve(code ?? (signal === null ? -1 : -2))),
    );
  }

  /** Starts `bin/otelcol` on `yaml`; with `ready` (the default) resolves when it says that everything is ready. */
  static async start(
    yaml: string,
    options: { args?: readonly string[]; ready?: boolean; env?: NodeJS.ProcessEnv } = {},
  ): Promise<CollectorProcess> {
    const folder = mkdtempSync(path.join(tmpdir(), "otelcol-test-"));
    const file = path.join(folder, "config.yaml");
    writeFileSync(file, yaml);
    const child = spawn(process.execPath, [path.join(root, "bin/otelcol"), "--config", file, ...(options.args ?? [])], {
      cwd: root,
      env: { ...process.env, ...options.env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const collector = new CollectorProcess(child, folder);
    if (options.ready ?? true) {
      await until("the collector is ready", () => {
        if (child.exitCode !== null)
          throw new Error(`Cannot start the collector: exit ${child.exitCode}\n${collector.stderr}`);
        return collector.stderr.includes("Everything is ready. Begin running and processing data.");
      });
    }
    return collector;
  }

  /** Writes another configuration, which nobody asks the process to read. */
  write(yaml: string): void {
    writeFileSync(path.join(this.#folder, "config.yaml"), yaml);
  }

  /** Writes another configuration and asks the process to read it. */
  reload(yaml: string): void {
    this.write(yaml);
    this.child.kill("SIGHUP");
  }

  /** How often a text stands in the log. */
  count(text: string): number {
    return this.stderr.split(text).length - 1;
  }

  /** Exit code; -2 if a signal ended the process. */
  exited(): Promise<number> {
    return this.#exit;
  }

  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<number> {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill(signal);
    const code = await this.#exit;
    rmSync(this.#folder, { recursive: true, force: true });
    return code;
  }
}
