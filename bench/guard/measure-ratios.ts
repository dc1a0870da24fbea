import { portsOf, startCollector } from "../measure/collector.ts";
import type { Pools } from "../measure/pools.ts";
import { SinkProcess } from "../measure/sink-process.ts";
import { pause } from "../measure/wait.ts";
import type { PeerName } from "../peers/peers.ts";
import { spreadOf } from "../report/statistics.ts";
import { BurstTarget } from "./bursts.ts";
import { guardRows, type GuardRow } from "./rows.ts";

/** Code is compiled, windows and buffers grow: without these the first bursts cost up to four times the last. */
const warmUps = 4;
const rounds = 12;
/** A second look must not fail for a neighbour on the machine. */
const roundsOfSecondLook = 20;
const starts = 8;
const startsWithMemory = 2;
export const startRow = "start, CPU";
export const memoryRow = "start, memory";

/**
 * Ratios to the floor by name. All peers run at once and take their bursts in turn, so that a neighbour on the machine
 * disturbs all of them; medians count, since bursts of one process differ by a fifth on a virtual machine, and the best of
 * the floor and of ours are not of the same moment. `names` are for a second look at some of them, with more bursts.
 */
export async function measureRatios(
  pools: Pools,
  folder: string,
  names?: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const isWanted = (name: string): boolean => names?.includes(name) ?? true;
  const rows = guardRows.filter(({ scenario }) => isWanted(scenario.name));
  const ratios = new Map<string, number>(
    rows.length === 0 ? [] : await burstRatios(rows, names === undefined ? rounds : roundsOfSecondLook, pools, folder),
  );
  if (isWanted(startRow) || isWanted(memoryRow))
    for (const [name, ratio] of await startRatios(folder)) if (isWanted(name)) ratios.set(name, ratio);
  return ratios;
}

/** Rows with requests of one size share a floor, which is only a measure of the machine: the first row's protocol serves. */
const floorKey = ({ scenario }: GuardRow): string => `floor, ${scenario.itemsPerRequest} a request`;

async function burstRatios(
  rows: readonly GuardRow[],
  bursts: number,
  pools: Pools,
  folder: string,
): Promise<readonly (readonly [string, number])[]> {
  const sinkPorts = await portsOf();
  const sink = await SinkProcess.start({
    signal: "traces",
    grpcPort: sinkPorts.sinkGrpc,
    httpPort: sinkPorts.sinkHttp,
    statsPort: sinkPorts.sinkStats,
    delayMs: 0,
  });
  const targets: BurstTarget[] = [];
  try {
    const options = { pools, folder, sink, sinkPorts };
    // From all rows, so that a second look at some of them divides by the same.
    const floors = new Map(guardRows.toReversed().map((row) => [floorKey(row), row]));
    const start = async (row: GuardRow, peer: PeerName): Promise<BurstTarget> => {
      const target = await BurstTarget.start(row, peer, options);
      targets.push(target);
      return target;
    };
    const turns: (readonly [string, BurstTarget])[] = [];
    for (const [key, row] of floors) turns.push([key, await start(row, "floor")]);
    for (const row of rows) turns.push([row.scenario.name, await start(row, "ours")]);
    const costs = new Map<string, number[]>(turns.map(([key]) => [key, []]));
    for (let round = -warmUps; round < bursts; round++)
      for (const [key, target] of turns) {
        const cpu = await target.burst();
        if (round >= 0) costs.get(key)?.push(cpu);
      }
    const costOf = (key: string): number => spreadOf(costs.get(key) ?? [])?.median ?? Number.NaN;
    return rows.map((row) => [row.scenario.name, costOf(row.scenario.name) / costOf(floorKey(row))]);
  } finally {
    for (const target of targets) await target.stop();
    await sink.stop();
  }
}

/** CPU to the first accepted request, over all starts because one is a few steps of the kernel's clock; memory a second later. */
async function startRatios(folder: string): Promise<readonly (readonly [string, number])[]> {
  const [first] = guardRows;
  if (first === undefined) return [];
  const cpu = { floor: 0, ours: 0 };
  const memory = { floor: Infinity, ours: Infinity };
  for (let round = 0; round < starts; round++)
    for (const peer of ["floor", "ours"] as const) {
      const { process } = await startCollector(first.scenario, peer, await portsOf(), folder);
      cpu[peer] += process.cpuSeconds();
      if (round < startsWithMemory) {
        await pause(1000);
        memory[peer] = Math.min(memory[peer], process.memoryMib("VmRSS"));
      }
      await process.stop();
    }
  return [
    [startRow, cpu.ours / cpu.floor],
    [memoryRow, memory.ours / memory.floor],
  ];
}
