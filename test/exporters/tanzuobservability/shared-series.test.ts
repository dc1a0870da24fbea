import t from "tap";
import { SharedSeries } from "../../../src/exporters/tanzuobservability/lines/shared-series.ts";
import { readLines } from "../../wavefront-proxy/read-lines.ts";
import type { DecodedPoint } from "../../wavefront-proxy/verdict.ts";
import { lineEncoder, type EncodeOptions, type LinesOf } from "./encode-lines.ts";
import { metricRequest } from "./requests.ts";

const sum = { sum: { aggregationTemporality: 2, isMonotonic: true } };
const delta = { sum: { aggregationTemporality: 1, isMonotonic: true } };

/** One point of each instance, in their order; the rules that each request hit. */
function hitsOf(instances: readonly string[], kind: Record<string, object> = sum, options: EncodeOptions = {}) {
  const encode = lineEncoder("metrics", options);
  return instances.map((instance) => encode(requestOf(instance, kind)).hits);
}

function requestOf(instance: string, kind: Record<string, object> = sum): Uint8Array {
  const resource = { "service.name": "s", "host.name": "h", "service.instance.id": instance };
  const fields = kind["histogram"] === undefined ? { asInt: "7" } : { count: "1", bucketCounts: ["1"] };
  return metricRequest("m", kind, [{ attributes: { a: "b" }, fields }], resource);
}

function tagsOf(lines: LinesOf): DecodedPoint["tags"] | undefined {
  const points = readLines("wavefront", lines.body("wavefront")).map(({ decoded }) => decoded as DecodedPoint);
  return points.find(({ name }) => name === "m")?.tags;
}

function apart(hits: readonly object[]): boolean {
  return hits.every((one) => !("series_shared" in one));
}

t.test("two senders that take turns in a cumulative series are told once", async (t) => {
  const found = { series_shared: 1 };
  t.same(hitsOf(["a", "b", "a", "b", "a", "b"]), [{}, {}, {}, found, {}, {}]);
  t.same(hitsOf(["a", "b", "c", "a", "b", "c", "a"]), [{}, {}, {}, {}, found, {}, {}]);
  t.same(hitsOf(["a", "b", "a", "b"], { histogram: { aggregationTemporality: 2 } })[3], found);
});

t.test("one sender after another is a restart; deltas, gauges and distributions may be shared", async (t) => {
  t.ok(apart(hitsOf(["a", "a", "b", "b", "c", "c"])));
  t.ok(apart(hitsOf(["a", "b", "a", "b"], delta)));
  t.ok(apart(hitsOf(["a", "b", "a", "b"], { gauge: {} })));
  const histogram = { histogram: { aggregationTemporality: 2 } };
  t.ok(apart(hitsOf(["a", "b", "a", "b"], histogram, { histograms: "distributions" })));
});

t.test("an instance tag keeps them apart, whichever tags of resources there are", async (t) => {
  const instanceTag = "service.instance.id";
  t.same(hitsOf(["a", "b", "a", "b", "a"], sum, { instanceTag }), [{}, {}, {}, {}, {}]);
  for (const resourceTags of ["identity", "none", "all"] as const) {
    const lines = lineEncoder("metrics", { instanceTag, resourceTags })(requestOf("a"));
    t.equal(tagsOf(lines)?.[instanceTag], "a", resourceTags);
  }
  t.equal(tagsOf(lineEncoder("metrics")(requestOf("a")))?.[instanceTag], undefined);
});

t.test("what is watched is bounded", async (t) => {
  const shared = new SharedSeries();
  const isFound = (source: string, sender: string, series: number, check = 0): boolean => {
    shared.isShared(source, sender);
    return shared.isFound(series, check);
  };
  for (let source = 0; source < 200; source++) {
    shared.isShared(`s${source}`, "a");
    if (!shared.isShared(`s${source}`, "b")) t.fail(`s${source}`);
    for (let series = 0; series < 20; series++) shared.isFound(series * 2, 0);
  }
  // Forgotten, so that it begins anew.
  t.equal(shared.isShared("s0", "a"), false);
  t.equal(isFound("s1", "a", 0), false);
  for (let sender = 0; sender < 20; sender++) isFound("s199", `x${sender}`, 0);
  t.equal(isFound("s199", "x0", 0), false);
  t.equal(isFound("s199", "x19", 0, 1), false, "another series with the same first hash");
  t.equal(isFound("s199", "x19", 0), true);
});
