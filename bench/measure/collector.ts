import { mkdtempSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Signal } from "../../src/pdata/signal.ts";
import { peers, type PeerName } from "../peers/peers.ts";
import { renderConfig, type Ports } from "../scenarios/render-config.ts";
import type { Scenario } from "../scenarios/scenario.ts";
import { firstAccepted } from "./first-request.ts";
import { freePorts } from "./free-ports.ts";
import { cores, PinnedProcess } from "./pinned-process.ts";

export interface RunPorts extends Ports {
  readonly sinkStats: number;
}

export async function portsOf(): Promise<RunPorts> {
  const [grpc = 0, http = 0, metrics = 0, sinkGrpc = 0, sinkHttp = 0, sinkStats = 0] = await freePorts(6);
  return { grpc, http, metrics, sinkGrpc, sinkHttp, sinkStats };
}

/** A folder for V8 profiles of ours, if the environment names one. */
export const profilesVariable = "OTELCOL_BENCH_PROFILES";

function profileEnv(peer: PeerName): Readonly<Record<string, string>> {
  const folder = process.env[profilesVariable];
  return folder === undefined || peer !== "ours" ? {} : { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${folder}` };
}

export interface Started {
  readonly process: PinnedProcess;
  /** From the start of the process to its first accepted request. */
  readonly startMs: number;
}

/** Starts a peer with the scenario's configuration; everything that it writes lies in a new folder below `folder`. */
export async function startCollector(
  scenario: Scenario,
  peer: PeerName,
  ports: Ports,
  folder: string,
  signal: Signal = "traces",
): Promise<Started> {
  const own = mkdtempSync(path.join(folder, `${scenario.name}-${peer}-`));
  const config = path.join(own, "config.yaml");
  writeFileSync(config, renderConfig(scenario, ports, path.join(own, "storage")));
  const { command, env } = peers[peer];
  // The console is what the debug exporter writes to; nobody reads it.
  const output = scenario.exporter.startsWith("debug") ? {} : { output: path.join(own, "console.txt") };
  const began = performance.now();
  const args = peer === "floor" ? [String(ports.grpc), String(ports.http)] : [config];
  const options = { core: cores.measured, env: { ...env, ...profileEnv(peer) }, ...output };
  const started = new PinnedProcess([...command, ...args], options);
  try {
    await firstAccepted(ports.http, signal, started);
  } catch (error) {
    await started.stop();
    throw error;
  }
  return { process: started, startMs: performance.now() - began };
}
