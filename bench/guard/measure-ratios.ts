import { portsOf, startCollector } from "../measure/collector.ts";
import type { Pools } from "../measure/pools.ts";
import { SinkProcess } from "../measure/sink-process.ts";
import { pause } from "../measure/wait.ts";
import type { PeerName } from "../peers/peers.ts";
import { BurstTarget } from "./bursts.ts";
import { guardRows, type GuardRow } from "./rows.ts";

/** Code is compiled, windows and buffers grow: without these the first bursts cost up to four times the last. */
const warmUps = 4;
const rounds = 8;
/** A second look must not fail for a neighbour on the machine. */
const roundsOfSecondLook = 16;
const starts = 8;
const startsWithMemory = 2;
export const startRow = "start, CPU";
export const memoryRow = "start, memory";

/**
 * Ratios to the floor by name. All peers run at once and take their bursts in turn; the best burst of each counts, since a
 * neighbour on the machine can only add to a figure. `names` are for a second look at some of them, with more bursts.
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
    const best = new Map<string, number>();
    for (let round = -warmUps; round < bursts; round++)
      for (const [key, target] of turns) {
        const cpu = await target.burst();
        if (round >= 0) keepLeast(best, key, cpu);
      }
    return rows.map((row) => {
      const { name } = row.scenario;
      return [name, (best.get(name) ?? Number.NaN) / (best.get(floorKey(row)) ?? Number.NaN)];
    });
  } finally {
    for (const target of targets) await target.stop();
    await sink.stop();
  }
}

function keepLeast<Key>(map: Map<Key, number>, key: Key, value: number): void {
  map.set(key, Math.min(value, map.get(key) ?? Infinity));
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
