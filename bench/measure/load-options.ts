import type { LoadOptions } from "../load/run-load.ts";
import type { Ports } from "../scenarios/render-config.ts";
import type { Paced, Throughput } from "../scenarios/scenario.ts";
import type { Pools } from "./pools.ts";

/** What the load of a scenario is told. */
export function loadOptions(scenario: Throughput | Paced, ports: Ports, pools: Pools): LoadOptions {
  const { protocol, connections, concurrency, idleConnections, gzipLevel } = scenario;
  return {
    port: protocol === "grpc" ? ports.grpc : ports.http,
    protocol: protocol === "grpc" ? "grpc" : "http",
    contentType: protocol === "json" ? "application/json" : "application/x-protobuf",
    isGzip: gzipLevel !== undefined,
    pool: pools.fileFor(scenario),
    connections,
    concurrency,
    idleConnections,
    ...(scenario.kind === "throughput"
      ? { totalItems: scenario.totalItems }
      : { itemsPerSecond: scenario.itemsPerSecond, seconds: scenario.seconds }),
  };
}
