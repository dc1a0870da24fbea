import path from "node:path";
import type { LoadOptions, LoadReport } from "../load/run-load.ts";
import type { PeerName } from "../peers/peers.ts";
import { signalOf } from "../scenarios/bodies.ts";
import type { Paced, Throughput } from "../scenarios/scenario.ts";
import { portsOf, startCollector } from "./collector.ts";
import { loadOptions } from "./load-options.ts";
import { cores, outputOf, type PinnedProcess } from "./pinned-process.ts";
import type { Pools } from "./pools.ts";
import type { Measured } from "./sample.ts";
import { SinkProcess } from "./sink-process.ts";
import { pause, until } from "./wait.ts";

/** A load that takes more of its core than this measures itself. */
const maxLoadShare = 0.7;
const maxShedShare = 0.01;
/** A delivery that stands still for so long has ended; after an outage, half a minute and more lies between attempts. */
const quietMs = 5000;
const quietAfterOutageMs = 60_000;
const drainLimitMs = 180_000;

/**
 * One run of a peer under load: CPU from just before the load until everything accepted is delivered and the peer rests;
 * what was delivered counts until the peer has stopped.
 */
export async function measureLoaded(
  scenario: Throughput | Paced,
  peer: PeerName,
  pools: Pools,
  folder: string,
): Promise<Measured> {
  const ports = await portsOf();
  const options = loadOptions(scenario, ports, pools);
  const signal = signalOf(scenario.shape) ?? "traces";
  const sinkOptions = {
    signal,
    grpcPort: ports.sinkGrpc,
    httpPort: ports.sinkHttp,
    statsPort: ports.sinkStats,
    delayMs: "sinkDelayMs" in scenario ? scenario.sinkDelayMs : 0,
  };
  const hasSink = scenario.exporter.startsWith("otlp") || scenario.exporter === "wavefront";
  let sink = hasSink && scenario.kind !== "dead-sink" ? await SinkProcess.start(sinkOptions) : undefined;
  const { process: collector, startMs } = await startCollector(scenario, peer, ports, folder, signal).catch(
    async (error: unknown) => {
      await sink?.stop();
      throw error;
    },
  );
  try {
    const before = await statsWithProbe(sink);
    await pause(500);
    const idleRssMib = collector.memoryMib("VmRSS");
    const cpuBefore = collector.cpuSeconds();
    const load = await runLoad(options);
    if (hasSink && sink === undefined) sink = await SinkProcess.start(sinkOptions);
    // Without a backend at the start, the probe of the start arrives only now.
    const wanted = load.accepted + (scenario.kind === "dead-sink" ? 1 : before.items);
    const quiet = scenario.kind === "dead-sink" ? quietAfterOutageMs : quietMs;
    if (sink !== undefined) await delivery(sink, wanted, quiet, collector);
    await rest(collector);
    const cpuSeconds = collector.cpuSeconds() - cpuBefore;
    const peakRssMib = collector.memoryMib("VmHWM");
    collector.assertAlive();
    const stopSeconds = await collector.stop();
    const after = await sink?.stats();
    const delivered = after === undefined ? undefined : after.items - (wanted - load.accepted);
    const loadShare = load.cpuSeconds / load.seconds;
    const reason = voidReason(scenario, load, loadShare, delivered);
    return {
      ...(reason === undefined ? {} : { void: reason }),
      cpuSeconds,
      cpuSecondsPerMillion: (cpuSeconds / load.accepted) * 1e6,
      idleRssMib,
      peakRssMib,
      startMs,
      stopSeconds,
      load,
      loadShare,
      ...(after === undefined ? {} : { sinkCpuSeconds: after.cpuSeconds - before.cpuSeconds }),
      ...(delivered === undefined ? {} : { delivered }),
      ...(after === undefined ? {} : { deliveredBytes: after.bodyBytes - before.bodyBytes }),
    };
  } finally {
    await collector.stop();
    await sink?.stop();
  }
}

function voidReason(
  { kind }: Throughput | Paced,
  load: LoadReport,
  loadShare: number,
  delivered: number | undefined,
): string | undefined {
  // A backend that is slow or away makes senders give up and send again, as it would in production; the page shows how much.
  const repeats = kind === "overload" || kind === "dead-sink";
  if (delivered !== undefined && (repeats ? delivered < load.accepted : delivered !== load.accepted))
    return `${load.accepted} items accepted, ${delivered} delivered`;
  // What was never sent has no latency, so the others would look too good.
  if (kind === "latency" && load.shed > load.offered * maxShedShare)
    return `${load.shed} of ${load.offered} items were not sent, because all workers waited`;
  if (loadShare > maxLoadShare) return `the load took ${Math.round(loadShare * 100)} % of its core`;
  return undefined;
}

/** The request of the start arrives too, and must not count. */
async function statsWithProbe(
  sink: SinkProcess | undefined,
): Promise<{ items: number; bodyBytes: number; cpuSeconds: number }> {
  if (sink === undefined) return { items: 0, bodyBytes: 0, cpuSeconds: 0 };
  await until("the probe is delivered", 20_000, async () => (await sink.stats()).items >= 1);
  return sink.stats();
}

function runLoad(options: LoadOptions): Promise<LoadReport> {
  const main = path.join(import.meta.dirname, "../load/main.ts");
  return outputOf([process.execPath, main, JSON.stringify(options)], cores.other).then(
    (text) => JSON.parse(text) as LoadReport,
  );
}

async function delivery(sink: SinkProcess, wanted: number, quiet: number, collector: PinnedProcess): Promise<void> {
  const end = performance.now() + drainLimitMs;
  let [last, movedAt] = [-1, performance.now()];
  while (performance.now() < end) {
    collector.assertAlive();
    const { items } = await sink.stats();
    if (items !== last) [last, movedAt] = [items, performance.now()];
    if (items >= wanted) return;
    if (performance.now() - movedAt > quiet) return;
    await pause(50);
  }
}

/** Returns when the peer has had nothing to do for half a second. */
async function rest(collector: PinnedProcess): Promise<void> {
  const end = performance.now() + 20_000;
  let before = collector.cpuSeconds();
  while (performance.now() < end) {
    await pause(500);
    const now = collector.cpuSeconds();
    if (now - before <= 0.02) return;
    before = now;
  }
}
