import t, { type Test } from "tap";
import { Random } from "../../random.ts";
import { goldenNowMs } from "../../wavefront-proxy/golden.ts";
import { readLines } from "../../wavefront-proxy/read-lines.ts";
import type { DecodedHistogram, DecodedPoint } from "../../wavefront-proxy/verdict.ts";
import { lineEncoder, linesOf, type LinesOf } from "./encode-lines.ts";
import { metricRequest, type Attributes } from "./requests.ts";

const nanos = (seconds: number): string => `${Math.round((goldenNowMs / 1000 + seconds) * 1e6)}000`;
const cumulative = { histogram: { aggregationTemporality: 2 } };
const exponential = { exponentialHistogram: { aggregationTemporality: 2 } };
const bounds = [1, 2, 5, 10];

interface Read {
  readonly centroids: readonly { readonly count: number; readonly value: number }[];
  readonly time: number | null;
}

/** Distributions of one request, each of one minute, none of which a proxy would refuse or compress. */
function read(t: Test, lines: LinesOf): Read[] {
  return readLines("histogram", lines.body("histogram"), { nowMs: goldenNowMs }).map((line) => {
    const { centroids, granularity_millis, timestamp_millis } = line.decoded as DecodedHistogram;
    if (line.verdict !== "accepted" || centroids.length > 64 || granularity_millis !== 60_000) t.fail("line", line);
    return {
      centroids: centroids.map(({ count, value }) => ({ count, value: Number(value) })),
      time: timestamp_millis,
    };
  });
}

function encoder(histograms: "distributions" | "buckets" = "distributions") {
  const encode = lineEncoder("metrics", { histograms });
  return (kind: Readonly<Record<string, object>>, fields: object, attributes: Attributes = {}): LinesOf =>
    encode(metricRequest("m", kind, [{ attributes, fields: fields as Record<string, unknown> }]));
}

const explicit = (at: number, counts: readonly number[], more: object = {}): object => ({
  startTimeUnixNano: nanos(-3600),
  timeUnixNano: nanos(at),
  count: String(counts.reduce((a, b) => a + b, 0)),
  bucketCounts: counts.map(String),
  explicitBounds: bounds,
  ...more,
});

t.test("a cumulative histogram becomes one distribution of what came since the point before", async (t) => {
  const encode = encoder();
  const first = encode(cumulative, explicit(0, [1, 2, 3, 0, 0], { sum: 12 }));
  t.same(read(t, first), []);
  t.same([first.hits, first.itemCount, first.droppedCount], [{ histogram_first: 1 }, 1, 0]);
  const next = encode(cumulative, explicit(60, [1, 4, 3, 1, 0], { sum: 24 }));
  t.match(read(t, next), [{ centroids: [{ count: 2 }, { count: 1 }], time: goldenNowMs + 60_000 }]);
  // Two between 1 and 2, one between 5 and 10, 12 in all: the mean decides where.
  const [two, one] = read(t, next)[0]?.centroids ?? [];
  t.ok(Math.abs((two?.value ?? 0) * 2 + (one?.value ?? 0) - 12) < 1e-9);
  t.equal(next.body("histogram").split("\n").length, 2);
  const idle = encode(cumulative, explicit(120, [1, 4, 3, 1, 0], { sum: 24 }));
  t.same([read(t, idle), idle.hits, idle.droppedCount], [[], { histogram_empty: 1 }, 0]);
});

t.test("a series that began after the exporter counts from its start, as does one that began anew", async (t) => {
  const encode = encoder();
  const start = { startTimeUnixNano: nanos(10) };
  t.match(read(t, encode(cumulative, explicit(60, [2, 0, 0, 0, 0], start))), [{ centroids: [{ count: 2 }] }]);
  t.match(read(t, encode(cumulative, explicit(120, [3, 0, 0, 0, 0], start))), [{ centroids: [{ count: 1 }] }]);
  const anew = { startTimeUnixNano: nanos(130) };
  t.match(read(t, encode(cumulative, explicit(180, [7, 0, 0, 0, 0], anew))), [{ centroids: [{ count: 7 }] }]);
  // The process before says its last, late.
  t.match(read(t, encode(cumulative, explicit(181, [4, 0, 0, 0, 0], start))), [{ centroids: [{ count: 1 }] }]);
});

t.test("less than before: a restart without start time, otherwise another writer until it persists", async (t) => {
  const encode = encoder();
  const unset = { startTimeUnixNano: "0" };
  encode(cumulative, explicit(0, [9, 0, 0, 0, 0], unset));
  const restarted = encode(cumulative, explicit(60, [4, 0, 0, 0, 0], unset));
  t.match(read(t, restarted), [{ centroids: [{ count: 4 }] }]);
  t.same(restarted.hits, { histogram_restarted: 1 });

  encode(cumulative, explicit(0, [9, 0, 0, 0, 0]), { a: "b" });
  const kinds: unknown[] = [];
  for (const [at, count] of [
    [60, 4],
    [61, 10],
    [120, 4],
    [180, 5],
    [240, 6],
    [300, 8],
  ] as const) {
    const lines = encode(cumulative, explicit(at, [count, 0, 0, 0, 0]), { a: "b" });
    kinds.push(read(t, lines)[0]?.centroids[0]?.count ?? Object.keys(lines.hits)[0]);
    t.equal(lines.itemCount + lines.droppedCount, 1);
  }
  t.same(kinds, ["histogram_backwards", 1, "histogram_backwards", "histogram_backwards", 6, 2]);
});

t.test("points that are no newer say nothing", async (t) => {
  const encode = encoder();
  encode(cumulative, explicit(60, [1, 0, 0, 0, 0]));
  for (const at of [60, 30]) {
    const lines = encode(cumulative, explicit(at, [1, 0, 0, 0, 0]));
    t.same([read(t, lines), lines.hits, lines.droppedCount], [[], { histogram_repeated: 1 }, 0]);
  }
});

const exponentialPoint = (at: number, scale: number, offset: number, counts: readonly number[], zeroCount = 0) => ({
  startTimeUnixNano: nanos(-3600),
  timeUnixNano: nanos(at),
  scale,
  zeroCount: String(zeroCount),
  positive: { offset, bucketCounts: counts.map(String) },
  negative: { offset: 0, bucketCounts: ["1"] },
});

t.test("exponential buckets are compared at the coarser scale", async (t) => {
  const encode = encoder();
  // At scale 1 buckets are √2 wide: 4 to 5.66, 5.66 to 8. At scale 0, 4 to 8 is one bucket.
  encode(exponential, exponentialPoint(0, 1, 4, [2, 3]));
  const [distribution] = read(t, encode(exponential, exponentialPoint(60, 0, 2, [6, 4], 2)));
  t.match(distribution?.centroids, [
    { count: 2, value: 0 },
    { count: 1, value: 6 },
    { count: 4, value: 12 },
  ]);
  const finer = read(t, encode(exponential, exponentialPoint(120, 1, 4, [6, 1, 4, 1], 2)));
  t.match(finer[0]?.centroids, [
    { count: 1, value: 6 },
    { count: 1, value: 12 },
  ]);
});

t.test("a timer of 160 buckets costs one line, which a proxy does not compress", async (t) => {
  const counts = Array.from({ length: 160 }, (_, index) => String(1 + (index % 7)));
  const point = { timeUnixNano: nanos(0), scale: 4, positive: { offset: -40, bucketCounts: counts } };
  const request = metricRequest("airflow.task.duration", { exponentialHistogram: { aggregationTemporality: 1 } }, [
    { fields: point },
  ]);
  const lines = linesOf("metrics", request, { histograms: "distributions" });
  const [distribution, ...others] = read(t, lines);
  t.same(others, []);
  t.equal(distribution?.centroids.length, 40);
  t.equal(
    distribution?.centroids.reduce((sum, { count }) => sum + count, 0),
    counts.reduce((sum, count) => sum + Number(count), 0),
  );
  t.same(lines.hits, { buckets_joined: 1 });
});

/** What an SDK would have counted of `values`. */
function bucketsOf(values: readonly number[], limits: readonly number[]): number[] {
  const counts = Array.from({ length: limits.length + 1 }, () => 0);
  for (const value of values) {
    const index = limits.findIndex((limit) => value <= limit);
    const at = index < 0 ? limits.length : index;
    counts[at] = (counts[at] ?? 0) + 1;
  }
  return counts;
}

t.test("counts and mean are exact, and a quantile is within the bucket of the true one", async (t) => {
  const random = new Random(31);
  const limits = [5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000];
  for (let round = 0; round < 20; round++) {
    const encode = encoder();
    const all: number[] = [];
    for (let interval = 0; interval < 6; interval++) {
      const came = Array.from({ length: random.below(400) }, () => Math.exp((random.below(10_000) / 10_000) * 9));
      all.push(...came);
      const [min, max] = [Math.min(...all), Math.max(...all)];
      const sum = all.reduce((a, b) => a + b, 0);
      const fields = {
        startTimeUnixNano: nanos(0),
        timeUnixNano: nanos(60 * (interval + 1)),
        count: String(all.length),
        ...(all.length > 0 && { sum, min, max }),
        bucketCounts: bucketsOf(all, limits).map(String),
        explicitBounds: limits,
      };
      const centroids = read(t, encode(cumulative, fields))[0]?.centroids ?? [];
      t.equal(
        centroids.reduce((total, { count }) => total + count, 0),
        came.length,
      );
      if (came.length === 0) continue;
      const total = came.reduce((a, b) => a + b, 0);
      const found = centroids.reduce((a, { count, value }) => a + count * value, 0);
      t.ok(Math.abs(found - total) <= total * 1e-9 + 1e-6, `sum ${found} of ${total}`);
      const sorted = came.toSorted((a, b) => a - b);
      for (const quantile of [0.01, 0.5, 0.9, 0.99]) {
        const rank = Math.floor(quantile * (came.length - 1));
        const truth = sorted[rank] as number;
        let passed = 0;
        const guess = centroids.find(({ count }) => (passed += count) > rank)?.value ?? NaN;
        const at = limits.findIndex((limit) => truth <= limit);
        const low = at === 0 ? 0 : (limits.at(at - 1) as number);
        const high = at < 0 ? max : (limits[at] as number);
        if (!(guess >= low - 1e-9 && guess <= high + 1e-9)) t.fail(`p${quantile}: ${guess} for ${truth}`);
      }
    }
  }
});

t.test("odd bounds, bare histograms and delta points", async (t) => {
  const encode = encoder();
  const delta = { histogram: { aggregationTemporality: 1 } };
  const infinite = {
    timeUnixNano: nanos(0),
    count: "3",
    bucketCounts: ["1", "1", "1"],
    explicitBounds: [1, "Infinity"],
  };
  t.match(read(t, encode(delta, infinite))[0]?.centroids, [{ value: 0.5 }, { value: 1, count: 2 }]);
  t.match(read(t, encode(delta, { timeUnixNano: nanos(0), count: "4", sum: 10 }))[0]?.centroids, [
    { value: 2.5, count: 4 },
  ]);
  const outer = { timeUnixNano: nanos(0), count: "2", min: -4, max: 30, bucketCounts: ["1", "0", "0", "0", "1"] };
  t.match(read(t, encode(delta, { ...outer, explicitBounds: bounds }))[0]?.centroids, [{ value: -1.5 }, { value: 20 }]);
  const empty = encode(delta, { timeUnixNano: nanos(0), count: "0", bucketCounts: ["0", "0"], explicitBounds: [1] });
  t.same([empty.hits, empty.droppedCount], [{ histogram_empty: 1 }, 1]);
  encode(cumulative, { startTimeUnixNano: "5", timeUnixNano: nanos(0), count: "4", sum: 10 }, { bare: true });
  const bare = encode(
    cumulative,
    { startTimeUnixNano: "5", timeUnixNano: nanos(9), count: "6", sum: 17 },
    { bare: true },
  );
  t.match(read(t, bare)[0]?.centroids, [{ value: 3.5, count: 2 }]);
});

t.test("series are bounded: the least recently heard of is forgotten, and begins anew", async (t) => {
  const encode = lineEncoder("metrics", { histograms: "distributions" });
  const send = (at: number, from: number, to: number): LinesOf => {
    const points = Array.from({ length: to - from }, (_, index) => ({
      attributes: { n: String(from + index) },
      fields: { ...explicit(at, [at, 0, 0, 0, 0], { startTimeUnixNano: nanos(1) }) },
    }));
    return encode(metricRequest("m", cumulative, points as never), goldenNowMs + at * 1000);
  };
  send(0, 0, 1);
  t.equal(read(t, send(10, 1, 10_001)).length, 10_000);
  t.equal(read(t, send(20, 1, 2)).length, 1);
  const returned = send(30, 0, 1);
  // Forgotten once, so nobody can tell what of it was sent.
  t.same([read(t, returned), returned.hits], [[], { histogram_first: 1, histogram_forgotten: 1 }]);
});

t.test("buckets: a line per bucket, and count, sum, least and greatest value beside", async (t) => {
  const lines = encoder("buckets")(cumulative, explicit(0, [1, 0, 2, 0, 0], { sum: 9.5, min: 0.5, max: 5 }));
  const points = readLines("wavefront", lines.body("wavefront"), { nowMs: goldenNowMs })
    .map(({ decoded }) => decoded as DecodedPoint)
    .filter(({ name }) => name.startsWith("m"));
  t.same(
    points.map(({ name, value, tags }) => [name, value, tags["le"]]),
    [
      ["m", 1, "1"],
      ["m", 1, "2"],
      ["m", 3, "5"],
      ["m", 3, "10"],
      ["m", 3, "+Inf"],
      ["m_count", 3, undefined],
      ["m_sum", 9.5, undefined],
      ["m_min", 0.5, undefined],
      ["m_max", 5, undefined],
    ],
  );
});
