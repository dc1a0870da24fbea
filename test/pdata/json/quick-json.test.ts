import t from "tap";
import { decodeAnyJson } from "../../../src/pdata/json/decode-json.ts";
import { encodeJson } from "../../../src/pdata/json/encode-json.ts";
import { quickJson } from "../../../src/pdata/json/quick-json.ts";
import { InvalidRequestError } from "../../../src/pdata/invalid-request-error.ts";
import { requestSchemas } from "../../../src/pdata/schema.ts";
import { signals, type Signal } from "../../../src/pdata/signal.ts";
import { validate } from "../../../src/pdata/validate.ts";
import { captureComment, loadCaptures } from "../../captures.ts";
import { Random } from "../../random.ts";
import { randomRequest } from "../random-request.ts";

const random = new Random();
t.comment(`TEST_SEED=${random.seed} repeats this run`);

/** What the long way makes of a text: bytes in hex, or undefined if it refuses. */
function byLongWay(signal: Signal, text: Uint8Array): string | undefined {
  try {
    return Buffer.from(decodeAnyJson(signal, text).bytes).toString("hex");
  } catch (error) {
    if (error instanceof InvalidRequestError) return undefined;
    throw error;
  }
}

/** Where the quick way has an answer, it must be that of the long way. */
function difference(signal: Signal, text: Uint8Array): string | undefined {
  const quick = quickJson(requestSchemas[signal], text);
  if (quick === undefined) return undefined;
  return Buffer.from(quick).toString("hex") === byLongWay(signal, text) ? undefined : Buffer.from(text).toString();
}

const span = (fields: string): string => `{"resourceSpans":[{"scopeSpans":[{"spans":[{${fields}}]}]}]}`;

t.test("quickJson() makes the bytes of the long way out of what clients write", (t) => {
  const written = [
    "{}",
    ' {\n\t"resourceSpans" : [ ] }\r\n',
    span('"traceId":"","spanId":"00FF00ff00ff00aa","name":"größer \u{1F4A5}","kind":2'),
    span('"trace_id":"000102030405060708090a0b0c0d0e0f","kind":"SPAN_KIND_SERVER","flags":257'),
    span(String.raw`"name":"a\"b\\c\/d\b\f\n\r\té中\u0000"`),
    span(`"name":"${"long ".repeat(100)}"`),
    span('"startTimeUnixNano":"1795849829684000123","endTimeUnixNano":1795849829684000123'),
    span('"startTimeUnixNano":"18446744073709551615","endTimeUnixNano":"0012"').replace(
      "18446744073709551615",
      "9999999999999999999",
    ),
    span('"attributes":[{"key":"a","value":{"intValue":"-9223372036854775808"}},{"key":"b","value":{"intValue":-1}}]'),
    span(
      '"attributes":[{"key":"a","value":{"doubleValue":-1.5e-7}},{"key":"b","value":{"boolValue":false}},{"key":"c","value":{}}]',
    ),
    span(
      '"attributes":[{"key":"a","value":{"arrayValue":{"values":[{"stringValue":"x"},{"kvlistValue":{"values":[]}}]}}}]',
    ),
    span(
      `"attributes":[{"key":"${"k".repeat(60)}","value":{"stringValue":"${"v".repeat(59)}"}},{"key":"${"k".repeat(60)}","value":{"stringValue":"${"v".repeat(58)}"}}]`,
    ),
    span(
      String.raw`"attributes":[{"key":"a\"b","value":{"stringValue":"x"}},{"key":"a","value":{"stringValue":"\n"}},{"key":"","value":{"stringValue":""}}]`,
    ),
    span('"attributes":[{"key":"a","value":{"stringValue":"b"}} , {"value":{"stringValue":"b"},"key":"a"}],"kind":1'),
    span(
      '"attributes":[{"key":"a","value":{"stringValue":"b","intValue":"1"}},{"key":"a","value":{"boolValue":true}}]',
    ),
    span(
      `"attributes":[${["0", "-0", "69.70196207797972", "9007199254740993", "0.1", "-1e-7", "5e-324", "123456789012345678901234567890.5"].map((number) => `{"key":"a","value":{"doubleValue":${number}}}`).join()}]`,
    ),
    '{"resourceSpans":[{"resource":{"attributes":[]},"schemaUrl":"x"}]}',
    span(
      '"name":null,"events":null,"attributes":[{"key":"a","value":{"bytesValue":"AAEC"}},{"value":{"bytesValue":"-_8="}}]',
    ),
  ];
  for (const text of written) {
    const quick = quickJson(requestSchemas.traces, Buffer.from(text));
    t.equal(quick && Buffer.from(quick).toString("hex"), byLongWay("traces", Buffer.from(text)) ?? "refused", text);
  }
  t.end();
});

t.test("quickJson() leaves to the long way what is written in another form, and what is wrong", (t) => {
  const odd = [
    "",
    "[]",
    "\u{FEFF}{}",
    "{} x",
    "{",
    '{"resourceSpans":[],"resourceSpans":[]}',
    '{"resourceSpans":[],"resource_spans":[]}',
    '{"unknown":1}',
    '{"instrumentationLibrarySpans":[]}',
    String.raw`{"\u0072esourceSpans":[]}`,
    '{"resourceSpans":[],}',
    '{"resourceSpans":[{}{}]}',
    '{"resourceSpans":[{},]}',
    '{"resourceSpans":{}}',
    span('"traceId":"0001"'),
    span('"traceId":"AAECAwQFBgcICQoLDA0ODw=="'),
    span('"name":1'),
    span('"name":"a\nb"'),
    span(String.raw`"name":"\ud83d\udca5"`),
    span(String.raw`"name":"\x41"`),
    span('"kind":01'),
    span('"kind":-1'),
    span('"kind":1.0'),
    span('"kind":"NO_KIND"'),
    span('"startTimeUnixNano":"-1"'),
    span('"startTimeUnixNano":"18446744073709551616"'),
    span('"startTimeUnixNano":1e9'),
    span('"startTimeUnixNano":"1 "'),
    span('"attributes":[{"value":{"intValue":"9223372036854775808"}}]'),
    span('"attributes":[{"value":{"intValue":007}}]'),
    span('"attributes":[{"value":{"doubleValue":1.}}]'),
    span('"attributes":[{"value":{"doubleValue":"NaN"}}]'),
    span('"attributes":[{"value":{"doubleValue":1e999}}]'),
    span('"attributes":[{"value":{"boolValue":truth}}]'),
    span('"attributes":[{"value":{"bytesValue":"AA*C"}}]'),
    span('"attributes":[null]'),
    span('"attributes":[{"key":"a","value":{"stringValue":"b"}},]'),
    span('"attributes":[{"key":"a","value":{"stringValue":"b"}}{"key":"a","value":{"stringValue":"b"}}]'),
    span('"attributes":[{"key":"a","value":{"stringValue":"b"}}'),
    span('"attributes":[{"key":"a\n","value":{"stringValue":"b"}},{"key":"a","value":{"stringValue":"b"}}]'),
    span('"attributes":[{"key":"a","value":{"intValue":"1"},"key":"b"}]'),
    span('"attributes":[{"key":"a","value":{"doubleValue":01}}]'),
    span('"attributes":[{"key":"a","value":{"doubleValue":-}}]'),
    `${'{"resourceSpans":[{"resource":{"attributes":[{"value":'.replace("}", "")}${'{"kvlistValue":{"values":[{"value":'.repeat(60)}`,
  ];
  for (const text of odd) t.equal(quickJson(requestSchemas.traces, Buffer.from(text)), undefined, text);
  t.equal(quickJson(requestSchemas.traces, Buffer.from([0x7b, 0xff, 0x7d])), undefined);
  t.end();
});

t.test("both ways agree on random requests and on what damage makes of their text", async (t) => {
  const until = performance.now() + 2500;
  const pieces = [
    "null",
    '"',
    "\\",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "-",
    "0",
    "1e5",
    ".5",
    "9".repeat(19),
    "true",
    "\\u00e9",
    " ",
  ];
  let quickCount = 0;
  let requests = 0;
  while (performance.now() < until) {
    const signal = random.pick(signals);
    const text = Buffer.from(encodeJson(validate(signal, randomRequest(signal, random))));
    requests++;
    if (quickJson(requestSchemas[signal], text) !== undefined) quickCount++;
    const wrong = difference(signal, text);
    if (wrong !== undefined) return void t.fail(wrong);
    for (let damage = 0; damage < 20; damage++) {
      const at = random.below(text.length + 1);
      const cut = at + random.below(6);
      const piece = Buffer.from(random.below(3) === 0 ? "" : random.pick(pieces));
      const damaged = Buffer.concat([text.subarray(0, at), piece, text.subarray(cut)]);
      const broken = difference(signal, damaged);
      if (broken !== undefined) return void t.fail(broken);
    }
  }
  t.ok(quickCount > requests / 10, `${quickCount} of ${requests} requests went the quick way`);
});

t.test("recorded requests in JSON are read alike", (t) => {
  t.comment(captureComment);
  let quickCount = 0;
  let count = 0;
  for (const { name, meta, body } of loadCaptures()) {
    if (meta.bodyIs !== "json" || meta.signal === "other") continue;
    count++;
    if (quickJson(requestSchemas[meta.signal], body) !== undefined) quickCount++;
    t.equal(difference(meta.signal, body), undefined, name);
  }
  t.comment(`${quickCount} of ${count} went the quick way`);
  t.end();
});
