import { portsOf, startCollector } from "../measure/collector.ts";
import type { Pools } from "../measure/pools.ts";
import { SinkProcess } from "../measure/sink-process.ts";
import { pause } from "../measure/wait.ts";
import type { PeerName } from "../peers/peers.ts";
import { BurstTarget } from "./bursts.ts";
import { guardRows, type GuardRow } from "./rows.ts";

const rounds = 3;
/** A second look must not fail for a neighbour on the machine. */
const roundsOfSecondLook = 6;
const starts = 3;
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
    for (const row of floors.values()) targets.push(await BurstTarget.start(row, "floor", options));
    for (const row of rows) targets.push(await BurstTarget.start(row, "ours", options));
    const best = new Map<string, number>();
    // The first burst warms up: code is compiled, windows and buffers grow.
    for (let round = -1; round < bursts; round++)
      for (const target of targets) {
        const cpu = await target.burst();
        const key = target.peer === "floor" ? floorKey(target.row) : target.row.scenario.name;
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

const oursToFloor = (map: ReadonlyMap<PeerName, number>): number =>
  (map.get("ours") ?? Number.NaN) / (map.get("floor") ?? Number.NaN);

/** CPU to the first accepted request, and memory a second later. */
async function startRatios(folder: string): Promise<readonly (readonly [string, number])[]> {
  const [first] = guardRows;
  if (first === undefined) return [];
  const best = { cpu: new Map<PeerName, number>(), memory: new Map<PeerName, number>() };
  for (let round = 0; round < starts; round++)
    for (const peer of ["floor", "ours"] as const) {
      const { process } = await startCollector(first.scenario, peer, await portsOf(), folder);
      keepLeast(best.cpu, peer, process.cpuSeconds());
      await pause(1000);
      keepLeast(best.memory, peer, process.memoryMib("VmRSS"));
      await process.stop();
    }
  return [
    [startRow, oursToFloor(best.cpu)],
    [memoryRow, oursToFloor(best.memory)],
  ];
}
