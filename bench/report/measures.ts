import type { Sample } from "../measure/sample.ts";

/** One figure of a sample; less is better in all of them. */
export interface Measure {
  readonly title: string;
  readonly of: (sample: Sample) => number | undefined;
}

const cpu: Measure = {
  title: "CPU seconds per million items",
  of: (sample) => sample.cpuSecondsPerMillion,
};
const peak: Measure = { title: "peak RSS, MiB", of: (sample) => sample.peakRssMib };
const idleMemory: Measure = { title: "RSS, MiB", of: (sample) => sample.idleRssMib };

/** What is told of each kind of scenario, the most important first. */
export const measures = {
  "throughput": [cpu, peak],
  "latency": [
    { title: "p99 from the intended send time, ms", of: (sample) => sample.load?.fromDueMs?.p99 },
    { title: "p50 from the intended send time, ms", of: (sample) => sample.load?.fromDueMs?.p50 },
    { title: "p99 from the send, ms", of: (sample) => sample.load?.fromSendMs?.p99 },
    cpu,
  ],
  "overload": [peak, cpu],
  "dead-sink": [peak, cpu],
  "start": [
    { title: "start to first accepted request, ms", of: (sample) => sample.startMs },
    { title: "CPU seconds to there", of: (sample) => sample.cpuSeconds },
    { ...idleMemory, title: "RSS 5 s after start, MiB" },
  ],
  "idle": [idleMemory, { title: "CPU seconds in that time", of: (sample) => sample.idleCpuSeconds }],
} as const satisfies Readonly<Record<string, readonly Measure[]>>;

export type ScenarioKind = keyof typeof measures;
