import { existsSync } from "node:fs";
import path from "node:path";

export const root = path.join(import.meta.dirname, "../..");
/** Built peers, and the caches of their builds. */
export const peersFolder = process.env["OTELCOL_BENCH_PEERS"] ?? path.join(root, ".cache/peers");

export type PeerName = "ours" | "go" | "go-wavefront" | "floor";

export interface Peer {
  readonly about: string;
  /** What stands before the configuration file's path; the floor takes its ports instead. */
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** One core: more threads than that would only wait for each other. */
const oneThread = { GOMAXPROCS: "1" };
const goCollector = (name: string): readonly string[] => [path.join(peersFolder, name), "--config"];

export const peers: Readonly<Record<PeerName, Peer>> = {
  "ours": {
    about: "this checkout",
    command: [process.execPath, path.join(root, "bin/otelcol"), "--config"],
    env: {},
  },
  "go": { about: "Go collector v0.165.0, GOMAXPROCS=1", command: goCollector("otelcol-go"), env: oneThread },
  "go-wavefront": {
    about: "Go collector v0.91.0 with its Wavefront exporter, GOMAXPROCS=1",
    command: goCollector("otelcol-go-wavefront"),
    env: oneThread,
  },
  "floor": {
    about: "a Node server that reads requests and drops them",
    command: [process.execPath, path.join(root, "bench/floor.ts")],
    env: {},
  },
};

/** Whether the peer can be started; those in Go are built by `npm run bench:peers`. */
export function isBuilt(name: PeerName): boolean {
  const [program = ""] = peers[name].command;
  return existsSync(program);
}
