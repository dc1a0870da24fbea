import path from "node:path";
import protobuf from "protobufjs";
import t from "tap";
import { AnyValueView } from "../../src/pdata/views/index.ts";
import { createJsonEscapes } from "../../src/text/append-json-string.ts";
import { JsonValueWriter, type JsonDialect } from "../../src/text/json-value-writer.ts";
import { written } from "./written.ts";

const root = new protobuf.Root();
root.resolvePath = (_origin, name) => path.join(import.meta.dirname, "../../proto", name);
root.loadSync("opentelemetry/proto/common/v1/common.proto");
const type = root.lookupType("opentelemetry.proto.common.v1.AnyValue");

const current: JsonDialect = {
  escapes: createJsonEscapes({ html: false, short: true }),
  nestedInList: undefined,
  emptyBytesAreNull: true,
};
const old: JsonDialect = {
  escapes: createJsonEscapes({ html: true, short: false }),
  nestedInList: '"nested"',
  emptyBytesAreNull: false,
};

function json(value: object, dialect = current): string {
  const bytes = type.encode(type.fromObject(value)).finish();
  const writer = new JsonValueWriter(dialect);
  return written((out) => writer.write(out, new AnyValueView().at(bytes, 0, bytes.length)));
}

const list = (...values: object[]): object => ({ arrayValue: { values } });
const map = (...pairs: [string, object][]): object => ({
  kvlistValue: { values: pairs.map(([key, value]) => ({ key, value })) },
});
const text = (stringValue: string): object => ({ stringValue });
const bytes = (...values: number[]): object => ({ bytesValue: Uint8Array.from(values) });
const int = (intValue: number): object => ({ intValue });

void t.test("keys are in byte order, and of equal ones the last is written", (t) => {
  t.equal(json(map(["b", int(1)], ["a", int(2)], ["b", int(3)], ["", int(4)])), '{"":4,"a":2,"b":3}');
  t.equal(json(map(["𝒳", int(1)], ["ﬀ", int(2)])), '{"ﬀ":2,"𝒳":1}', "UTF-16 has it the other way round");
  t.equal(json(map(["ab", int(1)], ["a", int(2)])), '{"a":2,"ab":1}');
  t.end();
});

void t.test("lists and maps nest", (t) => {
  t.equal(json(list(list(), map(), map(["k", list(int(1), map(["l", int(2)]))]))), '[[],{},{"k":[1,{"l":2}]}]');
  let deep: object = int(1);
  for (let depth = 0; depth < 40; depth++) deep = list(deep, text("x"));
  t.equal(json(deep), `${"[".repeat(40)}1${',"x"]'.repeat(40)}`);
  t.end();
});

void t.test("values of all types have their JSON", (t) => {
  const values = list({}, { boolValue: true }, { doubleValue: 1e21 }, { doubleValue: -0 }, bytes(), bytes(255, 254, 0));
  t.equal(json(values), '[null,true,1e+21,-0,null,"//4A"]');
  t.equal(json(list(bytes(1), bytes(1, 2), bytes(1, 2, 3, 4))), '["AQ==","AQI=","AQIDBA=="]');
  t.end();
});

void t.test("strings are escaped as Go's encoder does", (t) => {
  const odd = '"\\\n\r\t\b\f\u0000\u001f\u007f<>&\u2028\u2029ß\u2030🎉';
  t.equal(json(list(text(odd))), '["\\"\\\\\\n\\r\\t\\b\\f\\u0000\\u001f\u007f<>&\\u2028\\u2029ß\u2030🎉"]');
  t.equal(
    json(list(text(odd)), old),
    '["\\"\\\\\\n\\r\\t\\u0008\\u000c\\u0000\\u001f\u007f\\u003c\\u003e\\u0026\\u2028\\u2029ß\u2030🎉"]',
  );
  t.end();
});

void t.test("a value that holds NaN or an infinity has no JSON", (t) => {
  for (const doubleValue of [Number.NaN, Infinity, -Infinity]) {
    t.equal(json(list(int(1), { doubleValue })), "");
    t.equal(json(map(["a", map(["b", { doubleValue }])])), "");
    t.equal(json(map(["a", { doubleValue }], ["a", int(1)])), '{"a":1}', "unless it is not written");
  }
  t.end();
});

void t.test("old versions write neither lists nor maps inside a list", (t) => {
  t.equal(json(list(list(int(1)), map(), int(2)), old), '["nested","nested",2]');
  t.equal(json(map(["k", list(map())]), old), '{"k":["nested"]}');
  t.end();
});
