import t from "tap";
import { decodeJson } from "../../../src/pdata/json/decode-json.ts";
import { encodeJson } from "../../../src/pdata/json/encode-json.ts";
import { InvalidRequestError } from "../../../src/pdata/invalid-request-error.ts";
import type { Signal } from "../../../src/pdata/signal.ts";
import { validate } from "../../../src/pdata/validate.ts";
import { decode } from "../oracle.ts";

/** Decodes the JSON of one span, metric or log record and answers what protobufjs reads in the bytes. */
function record(signal: Signal, json: string): unknown {
  const [group, scopeGroup, list] = names[signal];
  return dig(decode(signal, bytesOf(signal, `{"${group}":[{"${scopeGroup}":[{"${list}":[${json}]}]}]}`)), [
    group,
    scopeGroup,
    list,
  ]);
}

const names = {
  traces: ["resourceSpans", "scopeSpans", "spans"],
  metrics: ["resourceMetrics", "scopeMetrics", "metrics"],
  logs: ["resourceLogs", "scopeLogs", "logRecords"],
} as const;

function bytesOf(signal: Signal, text: string): Uint8Array {
  const batch = decodeJson(signal, Buffer.from(text));
  // Throws if what was written is not valid.
  if (validate(signal, batch.bytes).itemCount !== batch.itemCount) throw new Error("the count is wrong");
  return batch.bytes;
}

function dig(value: unknown, path: readonly string[]): unknown {
  return path.reduce((inner, name) => (inner as Record<string, unknown[]>)[name]?.[0], value);
}

function refusal(signal: Signal, text: string | Uint8Array): string {
  try {
    decodeJson(signal, Buffer.from(text));
  } catch (error) {
    if (error instanceof InvalidRequestError) return error.message;
    throw error;
  }
  return "accepted";
}

const span = (json: string): string => `{"resourceSpans":[{"scopeSpans":[{"spans":[{},${json}]}]}]}`;
const at = "resourceSpans[0].scopeSpans[0].spans[1]";

t.test("names are read in lowerCamelCase and snake_case, and unknown ones ignored", (t) => {
  const expected = { name: "a", startTimeUnixNano: "1791836001234567890", kind: 2, droppedEventsCount: 3 };
  const camel = `{"name":"a","startTimeUnixNano":"1791836001234567890","kind":2,"droppedEventsCount":3}`;
  t.same(record("traces", camel), expected);
  const snake = `{"name":"a","start_time_unix_nano":1791836001234567890,"kind":"SPAN_KIND_SERVER","dropped_events_count":"3"}`;
  t.same(record("traces", snake), expected);
  t.same(record("traces", `{"name":"a","toString":1,"__proto__":{"kind":1},"x":{"y":[[[]]]},"TraceId":3}`), {
    name: "a",
  });
  t.end();
});

t.test("ids are hex of any case, empty, or padded base64", (t) => {
  const ids = { traceId: "W47/95gDgQPSabYzgT/GDA==", spanId: "7uGbfsPBsXM=" };
  t.same(record("traces", `{"traceId":"5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1b173"}`), ids);
  t.same(record("traces", `{"traceId":"5B8EFFF798038103D269B633813FC60C","spanId":"EEE19B7EC3C1B173"}`), ids);
  t.same(record("traces", `{"traceId":"W47/95gDgQPSabYzgT/GDA==","spanId":"7uGbfsPBsXM="}`), ids);
  t.same(record("traces", `{"name":"a","traceId":"","parentSpanId":""}`), { name: "a" });
  t.end();
});

t.test("integers keep all 64 bits, as numbers and as strings", (t) => {
  const table: readonly (readonly [string, string])[] = [
    [`"9223372036854775807"`, "9223372036854775807"],
    [`"-9223372036854775808"`, "-9223372036854775808"],
    ["9223372036854775807", "9223372036854775807"],
    ["-9223372036854775808", "-9223372036854775808"],
    ["9007199254740993", "9007199254740993"],
    ["1152921504606847000", "1152921504606847000"],
    ["-5", "-5"],
    ["0", "0"],
    ["-0", "0"],
    ["1.0", "1"],
    ["1e3", "1000"],
    ["1e18", "1000000000000000000"],
  ];
  for (const [json, expected] of table)
    t.same(record("logs", `{"body":{"intValue":${json}}}`), { body: { intValue: expected } }, json);
  t.end();
});

function point(json: string): unknown {
  const metric = record("metrics", `{"gauge":{"dataPoints":[{"asDouble":${json}}]}}`);
  return (metric as { gauge: { dataPoints: unknown[] } }).gauge.dataPoints[0];
}

t.test("doubles are numbers or strings, those that are not finite too", (t) => {
  const table: readonly (readonly [string, unknown])[] = [
    ["1.5", 1.5],
    [`"1.5"`, 1.5],
    [`"-2e-3"`, -0.002],
    ["3", 3],
    ["100000000000000000000", 1e20],
    ["0", 0],
    [`"NaN"`, "NaN"],
    [`"Infinity"`, "Infinity"],
    [`"-Infinity"`, "-Infinity"],
    ["-0.0", "-0"],
  ];
  for (const [json, expected] of table) t.same(point(json), { asDouble: expected }, json);
  t.end();
});

t.test("every other kind of field is read", (t) => {
  const metric = `{"name":"h","exponentialHistogram":{"aggregationTemporality":"AGGREGATION_TEMPORALITY_DELTA","dataPoints":[
    {"count":"3","sum":0,"scale":-2,"zeroCount":1,"positive":{"offset":-1,"bucketCounts":[1,"18446744073709551615",300]},
     "negative":{},"min":-1.5,"flags":1,"exemplars":[{"asInt":"-7","traceId":"5b8efff798038103d269b633813fc60c"}]}]}}`;
  t.same(record("metrics", metric), {
    name: "h",
    exponentialHistogram: {
      aggregationTemporality: 1,
      dataPoints: [
        {
          count: "3",
          sum: 0,
          scale: -2,
          zeroCount: "1",
          positive: { offset: -1, bucketCounts: ["1", "18446744073709551615", "300"] },
          min: -1.5,
          flags: 1,
          exemplars: [{ asInt: "-7", traceId: "W47/95gDgQPSabYzgT/GDA==" }],
        },
      ],
    },
  });
  const histogram = `{"histogram":{"dataPoints":[{"bucketCounts":["1",2],"explicitBounds":[0.5,"1e3"]}]},"metadata":[]}`;
  t.same(record("metrics", histogram), {
    histogram: { dataPoints: [{ bucketCounts: ["1", "2"], explicitBounds: [0.5, 1000] }] },
  });
  const sum = `{"sum":{"isMonotonic":true,"dataPoints":[]}}`;
  t.same(record("metrics", sum), { sum: { isMonotonic: true } });
  const body = `{"flags":4294967295,"severityNumber":"SEVERITY_NUMBER_INFO","body":{"kvlistValue":{"values":[
    {"key":"é😀","value":{"bytesValue":"AP8="}},{"key":"u","value":{"bytesValue":"_-8"}},{"key":"e","value":{}},
    {"key":"a","value":{"arrayValue":{"values":[{"boolValue":false},{"stringValue":"\\ud800"}]}}}]}}}`;
  t.same(record("logs", body), {
    flags: 4294967295,
    severityNumber: 9,
    body: {
      kvlistValue: {
        values: [
          { key: "é😀", value: { bytesValue: "AP8=" } },
          { key: "u", value: { bytesValue: "/+8=" } },
          { key: "e" },
          { key: "a", value: { arrayValue: { values: [{ boolValue: false }, { stringValue: "\ufffd" }] } } },
        ],
      },
    },
  });
  t.end();
});

t.test("null counts as absent everywhere, as JavaScript writes it for NaN", (t) => {
  const json = `{"name":null,"startTimeUnixNano":null,"kind":null,"status":null,"links":null,"attributes":[
    {"key":"ratio","value":{"doubleValue":null}},{"key":"n","value":{"intValue":null}},{"key":"v","value":null}]}`;
  t.same(record("traces", json), { attributes: [{ key: "ratio" }, { key: "n" }, { key: "v" }] });
  t.end();
});

t.test("of several values the last one counts", (t) => {
  t.same(record("traces", `{"name":"a","name":"b"}`), { name: "b" });
  const both = `{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"a","intValue":"1"}}]}]}]}`;
  t.match(Buffer.from(encodeJson(decodeJson("logs", Buffer.from(both)))).toString(), '"body":{"intValue":"1"}}');
  const two = `{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"gauge":{"dataPoints":[{},{}]},"sum":{"dataPoints":[{}]}}]}]}]}`;
  t.equal(decodeJson("metrics", Buffer.from(two)).itemCount, 1);
  t.end();
});

t.test("the names that scopes had until 2022 are understood", (t) => {
  for (const [signal, [group, scopeGroup, list]] of Object.entries(names) as [
    Signal,
    readonly [string, string, string],
  ][]) {
    const old = scopeGroup.replace("scope", "instrumentationLibrary");
    const scope = `{"name":"lib","version":"1"}`;
    const now = `{"${group}":[{"${scopeGroup}":[{"scope":${scope},"${list}":[{},{}]}]}]}`;
    const expected = decode(signal, bytesOf(signal, now));
    t.same(
      decode(signal, bytesOf(signal, now.replace(scopeGroup, old).replace('"scope"', '"instrumentationLibrary"'))),
      expected,
    );
    const snake = old.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    t.same(
      decode(signal, bytesOf(signal, now.replace(scopeGroup, snake).replace('"scope"', '"instrumentation_library"'))),
      expected,
    );
    // Senders of 2022 gave both, so that old and new receivers found one.
    const groups = `[{"scope":${scope},"${list}":[{},{}]}]`;
    t.same(decode(signal, bytesOf(signal, `{"${group}":[{"${old}":${groups},"${scopeGroup}":${groups}}]}`)), expected);
    t.same(decode(signal, bytesOf(signal, `{"${group}":[{"${old}":${groups},"${scopeGroup}":[]}]}`)), expected);
  }
  t.end();
});

t.test("a byte order mark, white space and an empty request are fine", (t) => {
  t.equal(decodeJson("traces", Buffer.from(`\ufeff \r\n{"resourceSpans" : [ ] }\n`)).itemCount, 0);
  t.equal(decodeJson("traces", Buffer.from("{}")).bytes.length, 0);
  t.end();
});

const integer = (bits: string): string => `${bits}-bit integer expected`;

t.test("a refusal names the field in the sender's own words, and the reason", (t) => {
  const table: readonly (readonly [string, string])[] = [
    [`{"traceId":"5b8efff798038103d269b633813fc6"}`, `${at}.traceId: 30 characters, 32 hex digits expected`],
    [`{"trace_id":"xyz"}`, `${at}.trace_id: 3 characters, 32 hex digits expected`],
    [`{"spanId":"eee19b7ec3c1b17g"}`, `${at}.spanId: not hex, 16 hex digits expected`],
    [`{"spanId":"eee19b7ec3c1b1\\u0100\\u0100"}`, `${at}.spanId: not hex, 16 hex digits expected`],
    [`{"spanId":"7uGbfsPBsXM"}`, `${at}.spanId: 11 characters, 16 hex digits expected`],
    [`{"spanId":7}`, `${at}.spanId: number, string expected`],
    [`{"name":7}`, `${at}.name: number, string expected`],
    [`{"name":{}}`, `${at}.name: object, string expected`],
    [`{"kind":"SERVER"}`, `${at}.kind: "SERVER", a number or a name such as SPAN_KIND_UNSPECIFIED expected`],
    [`{"kind":"constructor"}`, `${at}.kind: "constructor", a number or a name such as SPAN_KIND_UNSPECIFIED expected`],
    [`{"kind":1.5}`, `${at}.kind: 1.5, ${integer("32")}`],
    [`{"kind":true}`, `${at}.kind: boolean, integer expected`],
    [`{"startTimeUnixNano":-1}`, `${at}.startTimeUnixNano: -1, unsigned ${integer("64")}`],
    [`{"startTimeUnixNano":"-1"}`, `${at}.startTimeUnixNano: "-1", unsigned ${integer("64")}`],
    [`{"startTimeUnixNano":"1.5"}`, `${at}.startTimeUnixNano: "1.5", unsigned ${integer("64")}`],
    [
      `{"startTimeUnixNano":18446744073709551616}`,
      `${at}.startTimeUnixNano: 18446744073709551616, unsigned ${integer("64")}`,
    ],
    [`{"startTimeUnixNano":1e400}`, `${at}.startTimeUnixNano: Infinity, unsigned ${integer("64")}`],
    [`{"droppedEventsCount":4294967296}`, `${at}.droppedEventsCount: 4294967296, unsigned ${integer("32")}`],
    [`{"flags":-1}`, `${at}.flags: -1, unsigned ${integer("32")}`],
    [`{"links":{}}`, `${at}.links: object, array expected`],
    [`{"links":[{},[]]}`, `${at}.links[1]: array, object expected`],
    [`{"links":[null]}`, `${at}.links[0]: null, object expected`],
    [`{"status":"ok"}`, `${at}.status: string, object expected`],
    [
      `{"attributes":[{"key":"a","value":{"boolValue":"true"}}]}`,
      `${at}.attributes[0].value.boolValue: string, boolean expected`,
    ],
    [
      `{"attributes":[{"value":{"doubleValue":"fast"}}]}`,
      `${at}.attributes[0].value.doubleValue: "fast", number expected`,
    ],
    [
      `{"attributes":[{"value":{"doubleValue":"1e999"}}]}`,
      `${at}.attributes[0].value.doubleValue: number beyond the range of a double`,
    ],
    [`{"attributes":[{"value":{"doubleValue":[]}}]}`, `${at}.attributes[0].value.doubleValue: array, number expected`],
    [`{"attributes":[{"value":{"bytesValue":"a"}}]}`, `${at}.attributes[0].value.bytesValue: not base64`],
    [`{"attributes":[{"value":{"bytesValue":"YQ="}}]}`, `${at}.attributes[0].value.bytesValue: not base64`],
    [`{"attributes":[{"value":{"bytesValue":"YQ==YQ=="}}]}`, `${at}.attributes[0].value.bytesValue: not base64`],
  ];
  for (const [json, expected] of table) t.equal(refusal("traces", span(json)), expected);
  const bounds = `{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"histogram":{"dataPoints":[{"explicitBounds":[1,null]}]}}]}]}]}`;
  t.equal(
    refusal("metrics", bounds),
    "resourceMetrics[0].scopeMetrics[0].metrics[0].histogram.dataPoints[0].explicitBounds[1]: null, number expected",
  );
  t.end();
});

t.test("what is no JSON object is refused", (t) => {
  t.match(refusal("traces", ""), /^not JSON: /);
  t.match(refusal("traces", "POST /v1/metrics HTTP/1.1"), /^not JSON: /);
  t.match(refusal("traces", `{"resourceSpans":[`), /^not JSON: /);
  t.match(refusal("traces", `{"resourceSpans":[]}{}`), /^not JSON: /);
  t.equal(refusal("traces", "[]"), "array, object expected");
  t.equal(refusal("traces", "null"), "null, object expected");
  t.equal(refusal("traces", Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x7d)), "text is not valid UTF-8");
  t.end();
});

/** A log body that nests so many arrays that the request is `depth` messages deep. */
function nested(depth: number): string {
  const levels = (depth - 4) / 2;
  const body = `${'{"arrayValue":{"values":['.repeat(levels)}{}${"]}}".repeat(levels)}`;
  return `{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":${body}}]}]}]}`;
}

t.test("messages may nest 100 deep and no deeper, as on the wire", (t) => {
  validate("logs", bytesOf("logs", nested(100)));
  t.match(refusal("logs", nested(102)), /^resourceLogs\[0\]\..*….*: messages nest deeper than 100$/);
  t.match(refusal("logs", nested(400_000)), /: messages nest deeper than 100$/);
  t.end();
});

t.test("unknown fields may nest deeper, though not beside integers beyond 2^53", (t) => {
  const deep = `"x":${"[".repeat(200_000)}${"]".repeat(200_000)}`;
  t.equal(refusal("traces", `{${deep}}`), "accepted");
  t.match(
    refusal("traces", `{${deep},${span(`{"endTimeUnixNano":9007199254740993}`).slice(1)}`),
    /^(accepted|JSON nests too deep)$/,
  );
  t.end();
});

const attribute = (value: string): string => span(`{"attributes":[{"value":${value}}]}`);

t.test("long values of the wrong kind are refused in linear time, with a short message", (t) => {
  const digits = "1".repeat(1_000_000);
  for (const value of [
    `{"doubleValue":"${digits}x"}`,
    `{"intValue":"${digits}"}`,
    `{"intValue":${digits}}`,
    `{"bytesValue":"${digits}!"}`,
  ]) {
    const message = refusal("traces", attribute(value));
    t.match(message, /^resourceSpans/);
    t.ok(message.length < 200, `${message.length} characters`);
  }
  t.equal(refusal("traces", attribute(`{"bytesValue":"${"AAAA".repeat(1_000_000)}"}`)), "accepted");
  t.end();
});
