/** What the first figure of a scenario must be, as ours ÷ peer, and what it should be. */
export interface Bar {
  readonly must: number;
  readonly aim: number;
}

/** Absolute limits, where a ratio would say nothing. */
export interface Limit extends Bar {
  readonly unit: string;
}

export const bars: Readonly<Record<string, Bar>> = {
  "traces-grpc-512": { must: 0.6, aim: 0.3 },
  "traces-grpc-10": { must: 0.8, aim: 0.5 },
  "traces-grpc-1": { must: 1, aim: 0.6 },
  "traces-grpc-512-gzip-out": { must: 0.6, aim: 0.35 },
  "traces-grpc-512-gzip-in": { must: 0.7, aim: 0.4 },
  "traces-http-512": { must: 0.5, aim: 0.3 },
  "traces-http-10": { must: 0.6, aim: 0.35 },
  "traces-http-1": { must: 0.6, aim: 0.35 },
  "metrics-grpc-512-sums-gauges": { must: 1, aim: 0.5 },
  "metrics-grpc-512-histograms": { must: 1, aim: 0.5 },
  "logs-grpc-512": { must: 1, aim: 0.5 },
  "traces-grpc-512-nop": { must: 0.6, aim: 0.4 },
  "traces-grpc-10-nop": { must: 0.8, aim: 0.5 },
  "traces-grpc-1-nop": { must: 1.2, aim: 0.8 },
  "traces-grpc-512-debug-basic": { must: 0.7, aim: 0.5 },
  "traces-grpc-512-debug-detailed": { must: 0.6, aim: 0.3 },
  "traces-grpc-512-wavefront": { must: 0.15, aim: 0.08 },
  "metrics-grpc-512-wavefront": { must: 0.15, aim: 0.08 },
  "traces-json-512": { must: 1, aim: 0.7 },
  "latency-grpc": { must: 1.5, aim: 1 },
  "latency-http": { must: 1.5, aim: 1 },
};

/** Of the first figure of a scenario, or of the one named. */
export const limits: Readonly<Record<string, Readonly<Record<string, Limit>>>> = {
  "overload-slow-sink": { "peak RSS, MiB": { must: 400, aim: 200, unit: "MiB" } },
  "start": {
    "start to first accepted request, ms": { must: 250, aim: 120, unit: "ms" },
    "RSS 5 s after start, MiB": { must: 90, aim: 60, unit: "MiB" },
  },
};
