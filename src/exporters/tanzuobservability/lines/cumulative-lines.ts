import type { Buckets } from "./buckets.ts";
import { metricName } from "./metric-name.ts";
import type { PointWriter } from "./point-writer.ts";

/** Buckets of one point that get a line; a request of a few bytes a bucket must not become gigabytes of lines. */
const maxLines = 1000;

/**
 * One line per bucket from `first` on: how many values are at or below its bound. Of more than 1000 buckets, only every
 * second, third … bound has a line, which leaves the numbers that are sent right. The tail is prepared; the caller ends the point.
 */
export function writeCumulative(writer: PointWriter, { counts, bounds }: Buckets, first: number): void {
  const step = Math.ceil((counts.length - first) / maxLines);
  if (step > 1) writer.tally.hit("histogram_thinned", metricName(writer.metric));
  let low = 0;
  let high = 0;
  for (let index = first; index < counts.length; index++) {
    low += counts.lo(index);
    high += counts.hi(index);
    if (low > 0xffffffff) {
      low -= 4294967296;
      high++;
    }
    const isLast = index === counts.length - 1;
    if (!isLast && (index - first + 1) % step !== 0) continue;
    writer.writeLine((high >>> 0) * 4294967296 + low, "le", isLast ? Infinity : bounds.at(index), "");
  }
}
