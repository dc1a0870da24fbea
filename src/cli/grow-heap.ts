import { setFlagsFromString } from "node:v8";

/**
 * How far memory may grow between two whole collections, in percent of what the last one left. Telemetry is in array
 * buffers, which count here, and what the last one left is little beside them: with V8's own number it marks the same
 * 15 MiB of objects again for every 32 MiB of telemetry, which was a tenth of all CPU time: 14 to 16 collections for 200,000
 * spans to Wavefront lines, 7 with 300 % and 6 with 500 %. More than this only takes memory.
 */
const growthPercent = 300;

/** Called once, at start. V8 reads this flag at every collection, so it may be set while a program runs. */
export function growHeap(): void {
  setFlagsFromString(`--heap-growing-percent=${growthPercent}`);
}
