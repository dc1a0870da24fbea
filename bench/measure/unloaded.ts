import type { PeerName } from "../peers/peers.ts";
import type { Idle, Start } from "../scenarios/scenario.ts";
import { portsOf, startCollector } from "./collector.ts";
import type { Measured } from "./sample.ts";
import { pause } from "./wait.ts";

const idleAfterStartMs = 5000;

/** One start and, if `withMemory`, resident memory five seconds later. */
export async function measureStart(
  scenario: Start,
  peer: PeerName,
  folder: string,
  withMemory: boolean,
): Promise<Measured> {
  const { process, startMs } = await startCollector(scenario, peer, await portsOf(), folder);
  try {
    const cpuSeconds = process.cpuSeconds();
    if (!withMemory) return { startMs, cpuSeconds, stopSeconds: await process.stop() };
    await pause(idleAfterStartMs);
    const idleRssMib = process.memoryMib("VmRSS");
    return { startMs, cpuSeconds, idleRssMib, stopSeconds: await process.stop() };
  } finally {
    await process.stop();
  }
}

/** Memory and CPU of a collector that has taken one request and then nothing. */
export async function measureIdle(scenario: Idle, peer: PeerName, folder: string): Promise<Measured> {
  const { process, startMs } = await startCollector(scenario, peer, await portsOf(), folder);
  try {
    await pause(idleAfterStartMs);
    const before = process.cpuSeconds();
    await pause(scenario.seconds * 1000);
    const idleCpuSeconds = process.cpuSeconds() - before;
    return { startMs, idleCpuSeconds, idleRssMib: process.memoryMib("VmRSS"), peakRssMib: process.memoryMib("VmHWM") };
  } finally {
    await process.stop();
  }
}
