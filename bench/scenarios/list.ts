import type { Shape } from "./bodies.ts";
import type { Exporter, Idle, Intake, Paced, Scenario, Start, Throughput } from "./scenario.ts";

const common = { peer: "go", exporter: "otlp-grpc", compression: "none", queue: "memory", limitMib: 1500 } as const;
const intake: Intake = {
  protocol: "grpc",
  shape: "spans",
  itemsPerRequest: 512,
  gzipLevel: undefined,
  connections: 4,
  idleConnections: 0,
  concurrency: 4,
};

/**
 * Enough for two seconds of CPU or more of ours, so that the kernel's steps of 10 ms do not count, and the compilation of hot
 * code, a second of CPU in the longest pipelines, counts little.
 */
const totals: Readonly<Record<number, number>> = { 1: 50_000, 10: 200_000, 100: 500_000, 512: 800_000, 8192: 819_200 };

function throughput(name: string, changes: Partial<Throughput> = {}): Throughput {
  const totalItems = totals[changes.itemsPerRequest ?? intake.itemsPerRequest] ?? 500_000;
  return { ...common, ...intake, kind: "throughput", name, totalItems, ...changes };
}

const sizes = [1, 10, 100, 512, 8192] as const;
const outOf = (protocol: Intake["protocol"]): Exporter => (protocol === "grpc" ? "otlp-grpc" : "otlp-http");

/** Traces in and out by one protocol, by size of request and of span. */
const byProtocol = (["grpc", "http"] as const).flatMap((protocol) => [
  ...sizes.map((itemsPerRequest) =>
    throughput(`traces-${protocol}-${itemsPerRequest}`, { protocol, itemsPerRequest, exporter: outOf(protocol) }),
  ),
  throughput(`traces-${protocol}-512-small`, { protocol, shape: "small-spans", exporter: outOf(protocol) }),
]);

const compressed = [
  ...(["grpc", "http"] as const).map((protocol) =>
    throughput(`traces-${protocol}-512-gzip-out`, {
      protocol,
      exporter: outOf(protocol),
      compression: "gzip",
      totalItems: 400_000,
    }),
  ),
  throughput("traces-http-512-gzip1-out", {
    protocol: "http",
    exporter: "otlp-http",
    compression: "gzip level 1",
    totalItems: 400_000,
  }),
  throughput("traces-grpc-512-gzip-in", { gzipLevel: 6 }),
  throughput("traces-http-512-gzip-in", { protocol: "http", exporter: "otlp-http", gzipLevel: 6 }),
];

const otherSignals = (
  [
    ["metrics-grpc-512-sums-gauges", "sums-gauges"],
    ["metrics-grpc-512-histograms", "histograms"],
    ["metrics-grpc-512-exponential", "exponential"],
    ["logs-grpc-512", "logs"],
  ] as const satisfies readonly (readonly [string, Shape])[]
).map(([name, shape]) => throughput(name, { shape, totalItems: 1_500_000 }));

const otherExporters = [
  throughput("traces-json-512", { protocol: "json", exporter: "otlp-http", totalItems: 200_000 }),
  throughput("traces-grpc-512-nop", { exporter: "nop" }),
  throughput("traces-grpc-10-nop", { exporter: "nop", itemsPerRequest: 10 }),
  throughput("traces-grpc-1-nop", { exporter: "nop", itemsPerRequest: 1 }),
  throughput("traces-http-512-nop", { protocol: "http", exporter: "nop" }),
  throughput("traces-grpc-512-debug-basic", { exporter: "debug-basic" }),
  throughput("traces-grpc-512-debug-detailed", { exporter: "debug-detailed", totalItems: 200_000 }),
  ...(["none", "gzip"] as const).map((compression) =>
    throughput(`traces-grpc-512-wavefront${compression === "none" ? "" : "-gzip"}`, {
      exporter: "wavefront",
      peer: "go-wavefront",
      totalItems: 400_000,
      compression,
    }),
  ),
  throughput("metrics-grpc-512-wavefront", {
    exporter: "wavefront",
    peer: "go-wavefront",
    shape: "sums-gauges",
    totalItems: 2_500_000,
  }),
  throughput("traces-grpc-512-disk-queue", { queue: "disk", totalItems: 400_000 }),
  throughput("traces-grpc-10-idle-connections", {
    itemsPerRequest: 10,
    connections: 10,
    concurrency: 1,
    idleConnections: 100,
  }),
  throughput("captures-grpc", { shape: "captures", exporter: "nop", totalItems: 200_000 }),
];

const paced = { ...common, ...intake, sinkDelayMs: 0 } as const;
const latencies: readonly Paced[] = (["grpc", "http"] as const).map((protocol) => ({
  ...paced,
  kind: "latency",
  name: `latency-${protocol}`,
  protocol,
  exporter: outOf(protocol),
  itemsPerRequest: 100,
  connections: 2,
  concurrency: 16,
  itemsPerSecond: 20_000,
  seconds: 20,
}));

const overloads: readonly Paced[] = [
  // Ten requests under way, 8192 spans each, two seconds: the backend takes about 41,000 spans a second.
  {
    ...paced,
    kind: "overload",
    name: "overload-slow-sink",
    limitMib: 400,
    itemsPerSecond: 100_000,
    seconds: 20,
    sinkDelayMs: 2000,
    concurrency: 64,
  },
  // Ten times what a busy scheduler sends, with nobody to take it; the backend comes back after the minute.
  {
    ...paced,
    kind: "dead-sink",
    name: "overload-dead-sink",
    limitMib: 400,
    itemsPerSecond: 50_000,
    seconds: 60,
    concurrency: 64,
  },
];

const start: Start = { ...common, kind: "start", name: "start", starts: 20 };
const idle: Idle = { ...common, kind: "idle", name: "idle-60s", seconds: 60 };

export const scenarios: readonly Scenario[] = [
  ...byProtocol,
  ...compressed,
  ...otherSignals,
  ...otherExporters,
  ...latencies,
  ...overloads,
  start,
  idle,
];
