import type { PeerName } from "../peers/peers.ts";
import type { LoadReport } from "../load/run-load.ts";

/** One run of one peer: a line of the raw results. What a kind of scenario does not measure is absent. */
export interface Sample {
  readonly kind: "sample";
  readonly scenario: string;
  readonly peer: PeerName;
  readonly round: number;
  readonly when: string;
  /** Why the round does not count; absent if it does. */
  readonly void?: string;
  /** User and system time of the peer, its children included. */
  readonly cpuSeconds?: number;
  readonly cpuSecondsPerMillion?: number;
  readonly peakRssMib?: number;
  readonly idleRssMib?: number;
  /** CPU seconds while nothing came in. */
  readonly idleCpuSeconds?: number;
  readonly startMs?: number;
  readonly stopSeconds?: number;
  readonly load?: LoadReport;
  /** CPU seconds of the load per second, so its share of its core. */
  readonly loadShare?: number;
  /** CPU seconds of the sink. */
  readonly sinkCpuSeconds?: number;
  /** Answered by the sink until the peer had stopped; absent where nothing is sent. */
  readonly delivered?: number;
  /** Bytes of those requests as they were sent. */
  readonly deliveredBytes?: number;
  /** The machine's load average before the run. */
  readonly loadAverage: number;
}

export type Measured = Omit<Sample, "kind" | "scenario" | "peer" | "round" | "when" | "loadAverage">;
