import { setFlagsFromString } from "node:v8";

/**
 * How far memory may grow between two whole collections, in percent of what the last one left. Telemetry is in array
 * buffers, which count here, and what the last one left is little beside them: with V8's own number it marks the same
 * 15 MiB of objects again for every 32 MiB of telemetry, which was a tenth of all CPU time (bench/README.md). With this one
 * V8's limit for array buffers comes first, which is 64 MiB.
 */
const growthPercent = 400;

/** Called once, at start. V8 reads this flag at every collection, so it may be set while a program runs. */
export function growHeap(): void {
  setFlagsFromString(`--heap-growing-percent=${growthPercent}`);
}
