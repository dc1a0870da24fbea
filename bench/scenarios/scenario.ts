import type { Shape } from "./bodies.ts";

/** Where the pipeline ends. */
export type Exporter = "otlp-grpc" | "otlp-http" | "wavefront" | "debug-basic" | "debug-detailed" | "nop";

/** What every kind of scenario has. */
interface Common {
  readonly name: string;
  /** The peer that ours is compared with. */
  readonly peer: "go" | "go-wavefront";
  readonly exporter: Exporter;
  /** Of what leaves: at the default level of each peer (6), or at level 1. */
  readonly compression: "gzip" | "gzip level 1" | "none";
  /** Where the sending queue is; the disk takes a storage extension. */
  readonly queue: "memory" | "disk";
  readonly limitMib: number;
}

/** How requests come in. */
export interface Intake {
  readonly protocol: "grpc" | "http" | "json";
  readonly shape: Shape;
  readonly itemsPerRequest: number;
  /** zlib level of the requests; `undefined` is no compression. */
  readonly gzipLevel: number | undefined;
  readonly connections: number;
  readonly idleConnections: number;
  readonly concurrency: number;
}

/** Closed loop: CPU per item. */
export interface Throughput extends Common, Intake {
  readonly kind: "throughput";
  readonly totalItems: number;
}

/** Open loop at a fixed rate: latency from the intended send time, behaviour under too much load. */
export interface Paced extends Common, Intake {
  readonly kind: "latency" | "overload" | "dead-sink";
  readonly itemsPerSecond: number;
  readonly seconds: number;
  /** The backend answers so late. */
  readonly sinkDelayMs: number;
}

/** Start to the first accepted request. */
export interface Start extends Common {
  readonly kind: "start";
  readonly starts: number;
}

/** Memory and CPU without load. */
export interface Idle extends Common {
  readonly kind: "idle";
  readonly seconds: number;
}

export type Scenario = Throughput | Paced | Start | Idle;
