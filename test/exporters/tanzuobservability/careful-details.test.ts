import t from "tap";
import { readLines, type LineFormat } from "../../wavefront-proxy/read-lines.ts";
import type { DecodedHistogram, DecodedPoint, DecodedSpan, DecodedSpanLogs } from "../../wavefront-proxy/verdict.ts";
import { linesOf, type EncodeOptions } from "./encode-lines.ts";
import { attributesJson, identity, metricRequest, spanRequest, type Attributes, type SpanParts } from "./requests.ts";

function span(parts: SpanParts, resource: Attributes = identity, scope: object = {}) {
  const lines = linesOf("traces", spanRequest(parts, resource, scope));
  const decoded = readLines("trace", lines.body("trace"))[0]?.decoded as DecodedSpan | undefined;
  const logs = readLines("spanLogs", lines.body("spanLogs")).flatMap((one) => (one.decoded as DecodedSpanLogs).logs);
  const tags = decoded?.annotations.map(({ key, value }) => `${key}=${value}`) ?? [];
  return { decoded, tags, logs, hits: lines.hits, dropped: lines.droppedCount };
}

function points(
  kind: Readonly<Record<string, object>>,
  fields: Readonly<Record<string, unknown>>,
  attributes: Attributes = {},
  options: EncodeOptions = {},
  name = "m",
) {
  const lines = linesOf("metrics", metricRequest(name, kind, [{ attributes, fields }]), options);
  const of = <T>(format: LineFormat): T[] => readLines(format, lines.body(format)).map(({ decoded }) => decoded as T);
  const all = of<DecodedPoint>("wavefront").filter((point) => !point.name.startsWith("~sdk"));
  return { all, distributions: of<DecodedHistogram>("histogram"), hits: lines.hits, dropped: lines.droppedCount };
}

const delta = { aggregationTemporality: 1 };
const cumulative = { aggregationTemporality: 2 };

function array(...values: object[]): object {
  return { arrayValue: { values } };
}

t.test("values of attributes are text as upstream has it", async (t) => {
  const table: readonly (readonly [unknown, string])[] = [
    [true, "true"],
    [-5n, "-5"],
    [1e21, "1e+21"],
    [1e-7, "1e-7"],
    [0.1, "0.1"],
    [NaN, "json: unsupported value: NaN"],
    [{ bytesValue: "AP8=" }, "AP8="],
    [array({ stringValue: "<a>&" }, { intValue: "1" }, {}), '["\\u003ca\\u003e\\u0026",1,null]'],
    [array({ doubleValue: "NaN" }, { doubleValue: "-Infinity" }), '["NaN","-Inf"]'],
    [array({ stringValue: "\b\f\u2028\\b" }), '["\\u0008\\u000c\\u2028\\\\b"]'],
    [{ kvlistValue: { values: attributesJson({ b: 1n, a: "x", é: true }) } }, '{"a":"x","b":1,"é":true}'],
    [array(), "[]"],
  ];
  for (const [value, text] of table) t.ok(span({ attributes: { k: value } }).tags.includes(`k=${text}`), text);
});

t.test("the source is the first of upstream's keys that is present; others stay tags", async (t) => {
  const all = { "host.id": "i", "hostname": "n", "host.name": "m", "source": "s" };
  for (const [resource, source, tag] of [
    [all, "s", "host.name=m"],
    [{ "host.id": "i", "hostname": "n" }, "n", "host.id=i"],
    [{ "host.id": "i" }, "i", undefined],
    [{ "host.name": "  ", "host.id": "i" }, "collector-host", "host.id=i"],
    [{ "host.name": " padded " }, "padded", undefined],
    [{}, "collector-host", undefined],
  ] as const) {
    const { decoded, tags } = span({}, resource);
    t.equal(decoded?.source, source);
    if (tag !== undefined) t.ok(tags.includes(tag), tag);
  }
});

t.test("keys that the exporter or the format uses are renamed, not lost; equal values are not repeated", async (t) => {
  const fields = { status: { code: 2, message: "why" } };
  const attributes = {
    "error": "yes",
    "otel.status_description": "why",
    "span.kind": "mine",
    "parent": "p",
    "source": "x",
  };
  const { tags, hits } = span({ attributes, fields }, identity, { name: "lib" });
  t.same(
    tags.filter((tag) => !/^(application|service)/.test(tag)),
    [
      "_error=yes",
      "_parent=p",
      "_source=x",
      "_span.kind=mine",
      "error=true",
      "otel.scope.name=lib",
      "otel.status_description=why",
      "span.kind=internal",
    ],
  );
  t.same(hits, { key_reserved: 3 });
});

function serviceTags(attributes: Attributes, resource: Attributes): string[] {
  return span({ attributes }, resource).tags.filter((tag) => tag.startsWith("service"));
}

t.test("a span's own service.name is its service, unless service is set anywhere", async (t) => {
  t.same(serviceTags({ "service.name": "b" }, { "service.name": "a" }), ["service=b"]);
  t.same(serviceTags({ "service.name": "b" }, { service: "a" }), ["service=a", "service.name=b"]);
  t.same(serviceTags({ service: "b" }, { "service.name": "a" }), ["service=b", "service.name=a"]);
  t.same(serviceTags({ service: "" }, { "service.name": "a" }), ["service=a"]);
});

t.test("times that no line can say are dropped or repaired by rule", async (t) => {
  t.match(span({ start: "0" }), {
    decoded: { start_millis: 1795176000210, duration_millis: 0 },
    hits: { start_unset: 1 },
  });
  t.match(span({ start: "0", end: "0" }).decoded, { start_millis: 0, duration_millis: 0 });
  t.match(span({ start: "5123000000", end: "255123000000" }).decoded, { start_millis: 5000, duration_millis: 250_000 });
  t.match(span({ end: "1795175999000000000" }), { decoded: { duration_millis: 0 }, hits: { duration_negative: 1 } });
  t.match(span({ start: "9223372036854775808" }), { dropped: 1, hits: { time_not_expressible: 1 } });
  t.match(span({ start: "1000000000000000000", end: "9000000000000000000" }), { hits: { duration_too_long: 1 } });
  t.match(span({ start: "1795348800123456789", end: "0" }).hits, { time_out_of_range: 1 });
});

t.test("events keep every field, also those that upstream overwrites", async (t) => {
  const attributes = attributesJson({ name: "mine", source: "s", empty: "", dup: "1" });
  const event = {
    timeUnixNano: "1795176000124456789",
    name: "e",
    attributes: [...attributes, ...attributesJson({ dup: "2" })],
    droppedAttributesCount: 3,
  };
  t.same(span({ fields: { events: [event] } }).logs, [
    {
      timestamp_micros: 1795176000124456,
      fields: {
        "_name": "mine",
        "dup": "2",
        "empty": "",
        "name": "e",
        "otel.dropped_attributes_count": "3",
        "source": "s",
      },
    },
  ]);
});

t.test("gauges and sums: values without a line are dropped by rule", async (t) => {
  for (const [kind, fields, rule] of [
    [{ gauge: {} }, { asDouble: "Infinity" }, "value_infinite"],
    [{ gauge: {} }, {}, "value_missing"],
    [{ gauge: {} }, { asInt: "1", flags: 1 }, "no_recorded_value"],
    [{ sum: delta }, { asInt: "0" }, "delta_zero"],
    [{ sum: delta }, { asInt: "-1" }, "delta_negative"],
    [{ sum: delta }, { asDouble: "NaN" }, "delta_nan"],
    [{ sum: delta }, { asDouble: "-Infinity" }, "value_infinite"],
  ] as const) {
    const { all, hits, dropped } = points(kind, fields);
    t.same([all.length, dropped, hits], [0, 1, { [rule]: 1 }], rule);
  }
  t.equal(points({ gauge: {} }, { asInt: "9223372036854775807" }).all[0]?.value, 2 ** 63);
  t.equal(points({ sum: cumulative }, { asDouble: -0.5 }).all[0]?.value, -0.5);
});

t.test("a metric whose name begins with a delta sign is taken at its word", async (t) => {
  const name = "∆jobs";
  t.match(points({ gauge: {} }, { asInt: "2" }, {}, {}, name).all, [{ name, value: 2, delta: true }]);
  t.same(points({ gauge: {} }, { asInt: "0" }, {}, {}, name).hits, { delta_zero: 1 });
  t.match(points({ sum: delta }, { asInt: "2" }, {}, {}, "Δjobs").all, [{ name: "Δjobs" }]);
  const buckets = { count: "1", bucketCounts: ["0", "1"], explicitBounds: [1] };
  t.match(points({ histogram: cumulative }, buckets, {}, {}, name), { all: [{ value: 1 }], hits: { delta_zero: 1 } });
  const none = { count: "0", bucketCounts: ["0", "0"], explicitBounds: [1] };
  t.match(points({ histogram: cumulative }, none, {}, {}, name), { all: [], dropped: 1 });
  t.equal(points({ gauge: {} }, { asInt: "2" }, {}, {}, "Δ").all[0]?.name, "-");
});

t.test("attributes of a point win over those of its resource, but for its identity", async (t) => {
  const resource = { ...identity, zone: "r" };
  const request = metricRequest(
    "m",
    { gauge: {} },
    [
      {
        attributes: { "zone": "p", "host.name": "ph", "application": "pa", "service.name": "ps" },
        fields: { asInt: "1" },
      },
    ],
    resource,
  );
  const tags = (options: EncodeOptions): unknown => {
    const decoded = readLines("wavefront", linesOf("metrics", request, options).body("wavefront"))[0]?.decoded;
    return (decoded as DecodedPoint | undefined)?.tags;
  };
  t.same(tags({ resourceTags: "identity" }), { "application": "pa", "host.name": "ph", "service": "s", "zone": "p" });
  t.same(tags({ resourceTags: "all" }), { "application": "pa", "host.name": "ph", "service": "ps", "zone": "p" });
  t.same(tags({ resourceTags: "none" }), { "application": "pa", "host.name": "ph", "service": "ps", "zone": "p" });
});

t.test("keys of a point that collide get numbers, whatever their order", async (t) => {
  const forwards = points({ gauge: {} }, { asInt: "1" }, { "a b": "1", "a:b": "2", "a-b": "3" });
  const backwards = points({ gauge: {} }, { asInt: "1" }, { "a-b": "3", "a:b": "2", "a b": "1" });
  t.match(forwards.all[0]?.tags, { "a-b": "3", "a-b_2": "1", "a-b_3": "2" });
  t.same(backwards.all[0]?.tags, forwards.all[0]?.tags);
  t.same(forwards.hits, { key_collision: 2 });
  const le = points({ histogram: cumulative }, { count: "1", bucketCounts: ["1"] }, { le: "x", _le: "y", host: "h" });
  t.match(le.all[0]?.tags, { le: "+Inf", _le: "x", _le_2: "y", _host: "h" });
});

t.test("histograms without buckets, with odd bounds, or empty", async (t) => {
  t.match(points({ histogram: cumulative }, { count: "7", sum: 1 }).all, [{ value: 7, tags: { le: "+Inf" } }]);
  t.match(points({ histogram: delta }, { count: "4", sum: 10 }).distributions[0]?.centroids, [
    { count: 4, value: 2.5 },
  ]);
  t.match(points({ histogram: delta }, { count: "4", min: 2, max: 4 }).distributions[0]?.centroids, [{ value: 3 }]);
  t.same(points({ histogram: delta }, { count: "0", sum: 0 }).hits, { histogram_empty: 1 });
  t.same(points({ histogram: delta }, { count: "0", bucketCounts: ["0", "0"], explicitBounds: [1] }).hits, {
    histogram_empty: 1,
  });
  t.same(points({ histogram: delta }, { count: "1", bucketCounts: ["1", "0"], explicitBounds: [] }).hits, {
    histogram_malformed: 1,
  });
  t.same(points({ histogram: {} }, { count: "1", bucketCounts: ["1"] }).hits, { temporality_missing: 1 });
  const infinite = { count: "6", bucketCounts: ["1", "2", "3"], explicitBounds: ["-Infinity", "Infinity"] };
  t.match(points({ histogram: delta }, infinite).distributions[0]?.centroids, [{ count: 6, value: 0 }]);
  const huge = { count: "1", bucketCounts: ["0", "1", "0"], explicitBounds: [1.7e308, 1.75e308] };
  t.match(
    points({ histogram: delta }, huge).distributions[0]?.centroids.find(({ count }) => count === 1),
    { value: 1.725e308 },
  );
});

t.test("exponential histograms: zeros are at 0, beyond a double all is finite", async (t) => {
  const one = { count: "11", zeroCount: "10", positive: { offset: 5, bucketCounts: ["1"] } };
  t.match(points({ exponentialHistogram: delta }, one).distributions[0], {
    centroids: [
      { count: 10, value: 0 },
      { count: 1, value: 48 },
    ],
  });
  // Python writes one empty bucket where nothing was negative.
  const python = points({ exponentialHistogram: delta }, { ...one, negative: { bucketCounts: ["0"] } });
  t.match(
    python.distributions[0]?.centroids.filter(({ count }) => count > 0),
    [
      { count: 10, value: 0 },
      { count: 1, value: 48 },
    ],
  );
  const negative = { count: "3", zeroCount: "1", negative: { offset: 3, bucketCounts: ["2"] } };
  t.match(points({ exponentialHistogram: delta }, negative).distributions[0]?.centroids, [
    { value: -12 },
    { value: 0 },
  ]);
  const wild = { count: "3", scale: -11, zeroCount: "1", positive: { offset: 1, bucketCounts: ["1", "1"] } };
  const { distributions, all } = points({ exponentialHistogram: delta }, wild);
  t.ok(distributions[0]?.centroids.every(({ value }) => typeof value === "number"));
  t.same(all, []);
  t.equal(points({ exponentialHistogram: cumulative }, wild).all.at(-1)?.value, 3);
});

t.test("a line of more than 64 centroids has none without a count", async (t) => {
  const counts = Array.from({ length: 160 }, (_, index) => (index % 8 === 0 ? "2" : "0"));
  const { distributions } = points(
    { exponentialHistogram: delta },
    { count: "40", positive: { bucketCounts: counts } },
  );
  t.equal(distributions[0]?.centroids.length, 20);
  t.ok(distributions[0]?.centroids.every(({ count }) => count === 2));
});

t.test("summaries: infinite values lose their line only", async (t) => {
  const fields = {
    count: "2",
    sum: "Infinity",
    quantileValues: [
      { quantile: 0.5, value: 1 },
      { quantile: 1e-9, value: "Infinity" },
    ],
  };
  const { all, hits, dropped } = points({ summary: {} }, fields, { quantile: "q" });
  t.match(all, [
    { name: "m_count", tags: { _quantile: "q" } },
    { name: "m", tags: { _quantile: "q", quantile: "0.5" } },
  ]);
  t.same([hits, dropped], [{ value_infinite: 2 }, 0]);
});

t.test("span logs hold the line of their span, whatever quotes it has", async (t) => {
  const events = [{ timeUnixNano: "1795176000123456000", name: "it's" }];
  for (const [name, attributes, resource, scope] of [
    ["plain", { k: "v" }, {}, {}],
    [`it's "so"`, { k: `'a' "b" \\c` }, {}, {}],
    ["plain", { k: "v" }, { "host.name": `h'1"`, "a.b": "it's" }, {}],
    ["plain", { k: "v" }, { tab: "a\tb" }, { name: "it's", version: "1" }],
  ] as const) {
    const lines = linesOf("traces", spanRequest({ name, attributes, fields: { events } }, resource, scope));
    const line = readLines("trace", lines.body("trace"))[0];
    const logs = readLines("spanLogs", lines.body("spanLogs"))[0];
    t.same([line?.verdict, logs?.verdict], ["accepted", "accepted"]);
    t.same((logs?.decoded as DecodedSpanLogs | undefined)?.span, line?.decoded);
  }
});

t.test("a value that is cut to blanks and backslashes keeps something that a proxy takes", async (t) => {
  const value = `${" ".repeat(20)}\\#`;
  for (const [keyLength, expected] of [
    [253, "-"],
    [252, "\\#"],
    [233, "\\ "],
    [230, `${" ".repeat(20)}\\#`],
  ] as const) {
    const [point] = points({ gauge: {} }, { asDouble: 1 }, { ["k".repeat(keyLength)]: value }).all;
    t.equal(point?.tags["k".repeat(keyLength)], expected, String(keyLength));
  }
});

t.test("keys of a span that are equal once cleaned stand several times, or get numbers", async (t) => {
  const attributes = { "a b": "1", "a-b": "2", "a:b": "3" };
  t.match(span({ attributes }), { tags: ["a-b=1", "a-b=2", "a-b=3"], hits: { key_repeated: 2 } });
  const lines = linesOf("traces", spanRequest({ attributes }), { areSpanKeysDistinct: true });
  const decoded = readLines("trace", lines.body("trace"))[0]?.decoded as DecodedSpan;
  t.match(
    decoded.annotations.map(({ key, value }) => `${key}=${value}`),
    ["a-b=2", "a-b_2=1", "a-b_3=3"],
  );
  t.same(lines.hits, { key_collision: 2 });
});
