import path from "node:path";
import type { SinkStats } from "../sink/sink-stats.ts";
import { cores, PinnedProcess } from "./pinned-process.ts";
import { until } from "./wait.ts";

export interface SinkOptions {
  /** Of what comes over gRPC. */
  readonly signal: string;
  readonly grpcPort: number;
  readonly httpPort: number;
  readonly statsPort: number;
  readonly delayMs: number;
}

/** The backend, in a process of its own. */
export class SinkProcess {
  readonly #process: PinnedProcess;
  readonly #url: string;

  private constructor(process: PinnedProcess, statsPort: number) {
    this.#process = process;
    this.#url = `http://127.0.0.1:${statsPort}/`;
  }

  static async start(options: SinkOptions): Promise<SinkProcess> {
    const { signal, grpcPort, httpPort, statsPort, delayMs } = options;
    const main = path.join(import.meta.dirname, "../sink/main.ts");
    const command = [process.execPath, main, signal, ...[grpcPort, httpPort, statsPort, delayMs].map(String)];
    const sink = new SinkProcess(new PinnedProcess(command, { core: cores.other }), statsPort);
    await until("the sink answers", 20_000, async () => {
      sink.#process.assertAlive();
      return sink.stats().then(
        () => true,
        () => false,
      );
    });
    return sink;
  }

  async stats(): Promise<SinkStats> {
    return (await (await fetch(this.#url)).json()) as SinkStats;
  }

  async stop(): Promise<void> {
    await this.#process.stop();
  }
}
