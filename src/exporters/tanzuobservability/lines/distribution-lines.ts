import { ByteBuffer } from "./byte-buffer.ts";
import type { Centroids } from "./centroids.ts";
import { metricName } from "./metric-name.ts";
import { plainDigits } from "./number-text.ts";
import type { PointWriter } from "./point-writer.ts";

/** Upstream sends every distribution for all three intervals. */
export const allIntervals: readonly string[] = ["!M", "!H", "!D"];

/** A proxy, and the back end behind it, make hours and days of minutes themselves. */
export const minuteOnly: readonly string[] = ["!M"];

/** A count is read as a signed 32-bit number. */
const maxCount = 2_147_483_647;

/** Lines that one distribution may take for its counts. */
const maxSplits = 16;

/** Above this many centroids a proxy compresses a line; those without a count would then take places from the others. */
const maxCentroids = 64;

/**
 * Writes a distribution: `!M <time> #<count> <value> … "name" source="…" tags`. Counts beyond what a line can hold are
 * spread over lines of the same time, which a proxy adds up; equal centroids in one line would overflow when it joins them.
 */
export function writeDistribution(
  writer: PointWriter,
  centroids: Centroids,
  timeLo: number,
  timeHi: number,
  intervals: readonly string[],
): void {
  if (centroids.length > maxCentroids) centroids.removeEmpty();
  const splits = Math.min(maxSplits, Math.ceil(centroids.maxCount / maxCount));
  if (splits > 1) writer.tally.hit("centroid_count_split", metricName(writer.metric));
  if (centroids.maxCount > maxSplits * maxCount) writer.tally.hit("centroid_count_cut", metricName(writer.metric));
  for (let split = 0; split < splits; split++) {
    middle.length = 0;
    writer.time.write(middle, timeLo, timeHi, writer.metric);
    for (const [value, count] of centroids.slice(split, maxCount)) middle.writeText(` #${count} ${plainDigits(value)}`);
    middle.writeByte(0x20);
    writer.names.write(middle, writer.metric, false, "");
    for (const interval of intervals) {
      const out = writer.distributions.buffer;
      out.writeText(interval);
      out.copyFrom(middle, 0, middle.length);
      writer.writeTail(out);
      out.writeByte(0x0a);
      writer.distributions.endLine();
    }
  }
  writer.distributions.endItem(1);
}

const middle = new ByteBuffer(4096);
