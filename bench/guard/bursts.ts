import { Load, type LoadOptions } from "../load/run-load.ts";
import { startCollector, type RunPorts } from "../measure/collector.ts";
import type { PinnedProcess } from "../measure/pinned-process.ts";
import { loadOptions } from "../measure/load-options.ts";
import type { Pools } from "../measure/pools.ts";
import { portsOf } from "../measure/collector.ts";
import type { SinkProcess } from "../measure/sink-process.ts";
import { pause, until } from "../measure/wait.ts";
import type { PeerName } from "../peers/peers.ts";
import { floorItems, type GuardRow } from "./rows.ts";

/** The end of a burst may still be on its way through the peer. */
const settleMs = 60;

/** A running peer that takes one burst of requests after the other. */
export class BurstTarget {
  readonly #process: PinnedProcess;
  readonly #load: LoadOptions;
  readonly #sink: SinkProcess | undefined;
  readonly #row: GuardRow;

  private constructor(
    parts: { process: PinnedProcess; load: LoadOptions; sink: SinkProcess | undefined },
    row: GuardRow,
  ) {
    this.#process = parts.process;
    this.#load = parts.load;
    this.#sink = parts.sink;
    this.#row = row;
  }

  /** The peer sends to the ports of `sinkPorts`. The floor sends nothing, so its bursts end with the last answer. */
  static async start(
    row: GuardRow,
    peer: PeerName,
    options: { pools: Pools; folder: string; sink: SinkProcess; sinkPorts: RunPorts },
  ): Promise<BurstTarget> {
    const { scenario } = row;
    const burstItems = peer === "floor" ? floorItems(row) : row.burstItems;
    const { sinkGrpc, sinkHttp } = options.sinkPorts;
    const ports = { ...(await portsOf()), sinkGrpc, sinkHttp };
    const { process } = await startCollector(scenario, peer, ports, options.folder);
    const load = loadOptions({ ...scenario, totalItems: burstItems }, ports, options.pools);
    const sends = peer !== "floor" && !scenario.exporter.startsWith("debug");
    return new BurstTarget({ process, load, sink: sends ? options.sink : undefined }, row);
  }

  /** CPU seconds per million items of one burst. */
  async burst(): Promise<number> {
    const itemsBefore = (await this.#sink?.stats())?.items ?? 0;
    // Between bursts a peer may close connections that nobody uses.
    const load = await Load.open(this.#load);
    const cpuBefore = this.#process.cpuSeconds();
    const { accepted } = await load.run();
    load.close();
    const { name } = this.#row.scenario;
    if (this.#sink !== undefined) {
      const sink = this.#sink;
      await until(
        `${name} has delivered a burst`,
        60_000,
        async () => {
          this.#process.assertAlive();
          return (await sink.stats()).items >= itemsBefore + accepted;
        },
        25,
      );
    }
    await pause(settleMs);
    return ((this.#process.cpuSeconds() - cpuBefore) / accepted) * 1e6;
  }

  async stop(): Promise<void> {
    await this.#process.stop();
  }
}
