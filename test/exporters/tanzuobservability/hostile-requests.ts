import type { Random } from "../../random.ts";
import { hostileText } from "./hostile-text.ts";
import { identity, metricRequest, spanRequest, type Attributes, type SpanParts } from "./requests.ts";

export function hostileAttributes(random: Random, most: number): Attributes {
  const result: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  for (let count = random.below(most); count > 0; count--) {
    result[hostileText(random)] = random.pick<unknown>([
      hostileText(random),
      hostileText(random),
      5n,
      -1.5,
      true,
      NaN,
      1e300,
      {},
    ]);
  }
  return result;
}

export function hostileSpan(random: Random): SpanParts {
  const events = Array.from({ length: random.below(3) }, () => ({
    timeUnixNano: "1795176000124456789",
    name: hostileText(random),
    attributes: Object.entries(hostileAttributes(random, 4)).map(([key, value]) => ({
      key,
      value: typeof value === "string" ? { stringValue: value } : { boolValue: true },
    })),
  }));
  const status = { code: random.below(3), message: hostileText(random) };
  return { name: hostileText(random), attributes: hostileAttributes(random, 30), fields: { events, status } };
}

function hostileResource(random: Random): Attributes {
  return random.chance(50) ? identity : hostileAttributes(random, 8);
}

/** One span. */
export function hostileSpanRequest(random: Random): Uint8Array {
  const scope = random.chance(50) ? {} : { name: hostileText(random), version: hostileText(random) };
  return spanRequest(hostileSpan(random), hostileResource(random), scope);
}

/** One point of any kind. */
export function hostileMetric(random: Random): Uint8Array {
  const attributes = hostileAttributes(random, 12);
  const buckets = { count: "3", sum: 5, bucketCounts: ["1", "2"], explicitBounds: [random.pick([10, 1e300, 5e-324])] };
  const exponential = {
    count: "9",
    scale: random.pick([-11, -1, 0, 3, 20]),
    zeroCount: String(random.below(2)),
    positive: { offset: random.pick([-2000, 0, 5]), bucketCounts: ["1", "0", "3"] },
    negative: { offset: random.pick([-3, 0]), bucketCounts: random.pick<string[]>([[], ["0"], ["2"]]) },
  };
  const [kind, fields] = random.pick<readonly [Record<string, object>, Record<string, unknown>]>([
    [{ gauge: {} }, { asDouble: random.pick([1, -0.25, 1e300, 123456789.123]) }],
    [{ sum: { aggregationTemporality: 1 } }, { asInt: "5" }],
    [{ histogram: { aggregationTemporality: 1 } }, buckets],
    [{ histogram: { aggregationTemporality: 2 } }, buckets],
    [{ exponentialHistogram: { aggregationTemporality: 1 } }, exponential],
    [{ exponentialHistogram: { aggregationTemporality: 2 } }, exponential],
    [{ summary: {} }, { count: "1", sum: 1, quantileValues: [{ quantile: 1e-9, value: 2 }] }],
  ]);
  return metricRequest(hostileText(random) || "m", kind, [{ attributes, fields }], hostileResource(random));
}
