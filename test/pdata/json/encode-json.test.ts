import t from "tap";
import { decodeJson } from "../../../src/pdata/json/decode-json.ts";
import { encodeJson } from "../../../src/pdata/json/encode-json.ts";
import { validate } from "../../../src/pdata/validate.ts";

const again = (signal: "traces" | "metrics" | "logs", json: string): string =>
  Buffer.from(encodeJson(decodeJson(signal, Buffer.from(json)))).toString();

t.test("JSON has lowerCamelCase, no defaults, the objects that are always there, and no white space", (t) => {
  const spans = `{"name":"","kind":0,"traceId":"5B8EFFF798038103D269B633813FC60C","start_time_unix_nano":"1791836001234567890",
    "attributes":[{"key":"a","value":{"intValue":0}},{"key":"b"}],"links":[]}`;
  t.equal(
    again("traces", `{"resourceSpans":[{"scopeSpans":[{"spans":[${spans}]}]}]}`),
    `{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"5b8efff798038103d269b633813fc60c","startTimeUnixNano":"1791836001234567890",` +
      `"attributes":[{"key":"a","value":{"intValue":"0"}},{"key":"b","value":{}}],"status":{}}],"scope":{}}],"resource":{}}]}`,
  );
  t.end();
});

t.test("fields marked optional keep a zero, others do not; doubles that are not finite are strings", (t) => {
  const point = `{"sum":0,"count":0,"min":"-Infinity","max":"NaN","bucketCounts":[0,1],"explicitBounds":[-0.0]}`;
  t.equal(
    again("metrics", `{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"histogram":{"dataPoints":[${point}]}}]}]}]}`),
    `{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"histogram":{"dataPoints":[{"sum":0,"min":"-Infinity","max":"NaN",` +
      `"bucketCounts":["0","1"],"explicitBounds":["-0"]}]}}],"scope":{}}],"resource":{}}]}`,
  );
  t.end();
});

t.test("of a oneof only the last member given is written, and a later default removes a value", (t) => {
  const body = [0x2a, 5, 0x0a, 1, 0x61, 0x10, 1];
  const severity = [0x10, 9, 0x10, 0];
  const record = [...body, ...severity];
  const scope = [0x12, record.length, ...record];
  const bytes = Uint8Array.from([0x0a, scope.length + 2, 0x12, scope.length, ...scope]);
  t.equal(
    Buffer.from(encodeJson(validate("logs", bytes))).toString(),
    `{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"boolValue":true}}],"scope":{}}],"resource":{}}]}`,
  );
  t.end();
});

t.test("an empty request is an empty object", (t) => {
  t.equal(again("logs", "{}"), "{}");
  t.end();
});
