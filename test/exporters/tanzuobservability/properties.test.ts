import t from "tap";
import { validate } from "../../../src/pdata/validate.ts";
import { Random } from "../../random.ts";
import { canonical } from "../../wavefront-proxy/canonical.ts";
import { isBlankText } from "../../../src/exporters/tanzuobservability/lines/clean-text.ts";
import { readLines, type LineFormat } from "../../wavefront-proxy/read-lines.ts";
import type { DecodedSpan, DecodedSpanLogs, Verdict } from "../../wavefront-proxy/verdict.ts";
import { RandomRequests } from "../random-requests.ts";
import { lineEncoder, linesOf, type EncodeOptions, type LinesOf } from "./encode-lines.ts";
import { hostileMetric, hostileSpan, hostileSpanRequest } from "./hostile-requests.ts";
import { identity, metricRequest, spanRequest, type Attributes } from "./requests.ts";

const rounds = 300;
const formats: readonly LineFormat[] = ["trace", "spanLogs", "wavefront", "histogram"];
const noLimit = { pointAgeMs: Infinity, aheadMs: Infinity };

/** Lines that a proxy would refuse or cut, whatever its clock says. */
function complaints(lines: LinesOf): Verdict[] {
  const all = formats.flatMap((format) => readLines(format, lines.body(format), { limits: { ...limits, ...noLimit } }));
  return all.filter(({ verdict, truncated }) => verdict !== "accepted" || truncated !== undefined);
}

const limits = {
  metricName: 1023,
  histogramName: 1023,
  spanName: 128,
  source: 1023,
  pointTags: 100,
  pointTag: 255,
  pointTagKey: 253,
  spanTags: 20,
  spanTagKey: 128,
  spanTagValue: 128,
};

t.test("random requests give lines that a proxy takes, and every item is sent or dropped", async (t) => {
  for (const signal of ["traces", "metrics"] as const) {
    const requests = new RandomRequests(7);
    const encoders = Array.from({ length: 9 }, (_, round) => lineEncoder(signal, optionsOf(round)));
    for (let round = 0; round < rounds; round++) {
      const request = requests.next(signal);
      const lines = encoders[round % encoders.length]?.(request) ?? linesOf(signal, request);
      const complained = complaints(lines);
      if (complained.length > 0) t.fail(`${signal} ${round} ${JSON.stringify(complained[0])}`);
      const { itemCount } = validate(signal, request);
      if (lines.itemCount + lines.droppedCount !== itemCount) t.fail(`${signal} ${round}: items lost`, lines.hits);
    }
  }
  t.pass("all rounds");
});

t.test("hostile names, keys and values give lines that a proxy takes", async (t) => {
  const random = new Random(11);
  for (let round = 0; round < rounds; round++) {
    const spans = linesOf("traces", hostileSpanRequest(random), optionsOf(round));
    const points = linesOf("metrics", hostileMetric(random), optionsOf(round));
    for (const lines of [spans, points]) {
      const complained = complaints(lines);
      if (complained.length > 0) t.fail(`round ${round} ${JSON.stringify(complained[0])}`);
      if (lines.itemCount + lines.droppedCount !== 1) t.fail(`round ${round}: item lost`, lines.hits);
    }
  }
  t.pass("all rounds");
});

function optionsOf(round: number): EncodeOptions {
  const isOdd = round % 2 === 1;
  return {
    resourceTags: (["identity", "all", "none"] as const)[round % 3] ?? "identity",
    histograms: (["upstream", "buckets", "distributions"] as const)[Math.floor(round / 3) % 3] ?? "upstream",
    areSpanKeysDistinct: isOdd,
    isAirflow: isOdd,
    instanceTag: isOdd ? "service.instance.id" : "",
  };
}

t.test("no attribute of a hostile span is lost: what the line cannot hold is in a span log", async (t) => {
  const random = new Random(13);
  for (let round = 0; round < rounds; round++) {
    const span = { ...hostileSpan(random), name: "n" };
    const lines = linesOf("traces", spanRequest({ ...span, fields: {} }));
    const found = new Set<string>();
    for (const { decoded } of readLines("trace", lines.body("trace"))) {
      for (const { value } of (decoded as DecodedSpan).annotations) found.add(value);
    }
    for (const { decoded } of readLines("spanLogs", lines.body("spanLogs"))) {
      for (const { fields } of (decoded as DecodedSpanLogs).logs)
        for (const value of Object.values(fields)) found.add(value);
    }
    for (const [key, value] of Object.entries(span.attributes ?? {})) {
      if (key === "" || typeof value !== "string" || isBlankText(value)) continue;
      const onLine = value.replaceAll("\u0004", " ").replaceAll("\n", "\\n").replace(/\\+$/, "");
      if (isBlankText(onLine) || found.has(onLine) || found.has(value)) continue;
      t.fail(`round ${round}: ${key}`, { value, found: [...found] });
    }
  }
  t.pass("all rounds");
});

function decoded(lines: LinesOf): unknown {
  return canonical(
    formats.flatMap((format) => readLines(format, lines.body(format)).map((verdict) => verdict.decoded)),
  );
}

t.test("the plain and the careful way write the same line", async (t) => {
  const random = new Random(17);
  for (let round = 0; round < rounds; round++) {
    const resource = random.chance(50) ? identity : plainAttributes(random, random.pick([4, 12]));
    const attributes = plainAttributes(random, random.pick([10, 30]));
    const fields = {
      kind: random.below(7),
      status: { code: random.below(3), message: random.chance(50) ? "" : plainText(random) },
      parentSpanId: random.chance(50) ? "" : "50e763f80bed85e0",
      events: random.chance(50) ? [] : [plainEvent(random), plainEvent(random)],
    };
    const name = `n${plainText(random)}n`;
    const scope = { name: "lib", version: "1" };
    // An attribute without key is left out, and sends the span the careful way.
    const careful = { ...attributes, "": "x" };
    const spans = [attributes, careful].map((all) =>
      linesOf("traces", spanRequest({ name, attributes: all, fields }, resource, scope), { isPreferred }),
    );
    t.same(decoded(spans[0] as LinesOf), decoded(spans[1] as LinesOf));
    t.same({ ...spans[0]?.hits, key_empty: 1 }, spans[1]?.hits);
    t.same(complaints(spans[0] as LinesOf), []);
    const points = [attributes, careful].map((all) =>
      linesOf("metrics", metricRequest("m", { gauge: {} }, [{ attributes: all, fields: { asDouble: 1.5 } }], resource)),
    );
    t.same(decoded(points[0] as LinesOf), decoded(points[1] as LinesOf));
    t.notOk(spans[0]?.hits["key_empty"]);
  }
});

function isPreferred(key: string): boolean {
  return key.startsWith("first.");
}

function plainAttributes(random: Random, most: number): Attributes {
  const keys = ["a.b", "http.method", "x y", "größe", "k1", "k2", "thread.id", "error", "application", "name"];
  const result: Record<string, unknown> = {};
  for (let count = random.below(most); count > 0; count--) {
    const key = random.chance(40) ? random.pick(keys) : `${random.pick(["first", "t"])}.${random.below(20)}`;
    result[key] = random.pick<unknown>([
      plainText(random),
      plainText(random),
      0n,
      200n,
      70_000n,
      -3n,
      1n << 60n,
      0.5,
      1e20,
      -0,
      true,
      false,
    ]);
  }
  return result;
}

function plainEvent(random: Random): object {
  const attributes = Object.entries(plainAttributes(random, 4)).map(([key, value]) => ({
    key,
    value:
      typeof value === "string"
        ? { stringValue: value }
        : typeof value === "bigint"
          ? { intValue: String(value) }
          : { boolValue: value === true },
  }));
  return { timeUnixNano: "1795176000124456789", name: plainText(random), attributes };
}

function plainText(random: Random): string {
  return random.pick([
    "GET /",
    "it's",
    'say "x"',
    "a\\b",
    "two\nlines",
    "tab\there",
    " padded ",
    "größer",
    "日本",
    "x".repeat(128),
    "1",
    "a=b #c",
  ]);
}

/** Without what an encoder counts over all batches. */
function pointsOf(lines: LinesOf): string {
  return lines.body("wavefront").replaceAll(/"~sdk\..*\n/g, "");
}

t.test("what an encoder remembers of points changes no line", async (t) => {
  const random = new Random(37);
  // Few keys, of resources as well, so that they meet; values that need care; the same again, so that it is remembered.
  const keys = ["a", "b", "a b", "a-b", "service", "dag_id", "host", ""];
  const someAttributes = (count: number): Attributes => {
    const values = ["x", "y", "", 7, true, 'q"', "long".repeat(80)];
    return Object.fromEntries(Array.from({ length: count }, () => [random.pick(keys), random.pick(values)]));
  };
  const pool = Array.from({ length: 60 }, (_, index) => {
    if (index % 3 === 0) return hostileMetric(random);
    const points = Array.from({ length: 3 }, () => ({
      attributes: someAttributes(random.below(5)),
      fields: { asDouble: random.below(1000) / 7, flags: random.below(2) * 2 },
    }));
    const kind = random.pick([{ gauge: {} }, { sum: { aggregationTemporality: 1 + random.below(2) } }]);
    return metricRequest("m", kind, points, { ...identity, ...someAttributes(random.below(4)) });
  });
  for (let round = 0; round < 6; round++) {
    const { histograms: _, ...options } = optionsOf(round);
    const encode = lineEncoder("metrics", options);
    for (let request = 0; request < rounds; request++) {
      const bytes = random.pick(pool);
      const lines = encode(bytes);
      const expected = linesOf("metrics", bytes, options);
      const { series_shared: _shared, ...hits } = lines.hits;
      if (pointsOf(lines) !== pointsOf(expected)) t.fail(`${pointsOf(lines)}, not ${pointsOf(expected)}`);
      if (JSON.stringify(hits) !== JSON.stringify(expected.hits)) t.fail(JSON.stringify([hits, expected.hits]));
    }
  }
  t.pass("all rounds");
});
