import t from "tap";
import { InvalidRequestError } from "../../src/pdata/invalid-request-error.ts";
import type { Signal } from "../../src/pdata/signal.ts";
import { validate } from "../../src/pdata/validate.ts";
import { WireType } from "../../src/wire/wire-type.ts";
import { Writer } from "../../src/wire/writer.ts";
import { decode } from "./oracle.ts";

/** A field by number: a list of fields, text, raw bytes, or a varint. */
type Part = readonly [number, readonly Part[] | string | Uint8Array | number];

function write(writer: Writer, parts: readonly Part[]): Writer {
  for (const [number, value] of parts) {
    if (typeof value === "string") writer.writeString(number, value);
    else if (value instanceof Uint8Array) writer.writeBytes(number, value);
    else if (typeof value === "number") {
      writer.writeTag(number, WireType.varint);
      writer.writeVarint32(value);
    } else {
      const start = writer.open(number);
      write(writer, value);
      writer.close(start);
    }
  }
  return writer;
}

const bytesOf = (parts: readonly Part[]): Uint8Array => write(new Writer(), parts).finish();
const scopeGroup = (...parts: readonly Part[]): Uint8Array => bytesOf([[1, [[2, parts]]]]);
const raw = (...bytes: readonly number[]): Uint8Array => Uint8Array.from(bytes);

/** `[2, span]` with the given bytes as its content. */
const span = (...content: readonly number[]): Part => [2, raw(...content)];

function refusal(signal: Signal, bytes: Uint8Array): string {
  try {
    validate(signal, bytes);
  } catch (error) {
    if (error instanceof InvalidRequestError) return error.message;
    throw error;
  }
  return "accepted";
}

t.test("a refusal names the field path and the reason", (t) => {
  const good = span(0x2a, 1, 0x61);
  const path = "resource_spans[0].scope_spans[0].spans[1]";
  const table: readonly (readonly [string, Uint8Array])[] = [
    [`${path}.trace_id: 15 bytes, 16 expected`, scopeGroup(good, [2, [[1, new Uint8Array(15)]]])],
    [`${path}.span_id: 9 bytes, 8 expected`, scopeGroup(good, [2, [[2, new Uint8Array(9)]]])],
    [`${path}.parent_span_id: 1 byte, 8 expected`, scopeGroup(good, [2, [[4, new Uint8Array(1)]]])],
    [
      `${path}.links[1].trace_id: 8 bytes, 16 expected`,
      scopeGroup(good, [
        2,
        [
          [13, []],
          [13, [[1, new Uint8Array(8)]]],
        ],
      ]),
    ],
    [`${path}.name: text is not valid UTF-8`, scopeGroup(good, span(0x2a, 4, 0x61, 0x62, 0x63, 0xff))],
    [`${path}.name: text is not valid UTF-8`, scopeGroup(good, span(0x2a, 2, 0xc0, 0x80))],
    [`${path}.name: text is not valid UTF-8`, scopeGroup(good, span(0x2a, 3, 0xed, 0xa0, 0x80))],
    [`${path}.name: wire type 0, 2 expected`, scopeGroup(good, [2, [[5, 1]]])],
    [`${path}.kind: wire type 2, 0 expected`, scopeGroup(good, [2, [[6, "x"]]])],
    [`${path}.start_time_unix_nano: wire type 0, 1 expected`, scopeGroup(good, [2, [[7, 1]]])],
    [`${path}.flags: wire type 0, 5 expected`, scopeGroup(good, [2, [[16, 1]]])],
    [`${path}.start_time_unix_nano: value runs past the end`, scopeGroup(good, span(0x39, 1, 2, 3))],
    [`${path}.flags: value runs past the end`, scopeGroup(good, span(0x85, 0x01))],
    [`${path}.flags: value runs past the end`, scopeGroup(good, span(0x85, 0x01, 1, 2, 3))],
    [`${path}.kind: value runs past the end`, scopeGroup(good, span(0x30, 0x80))],
    [`${path}.kind: value runs past the end`, scopeGroup(good, span(0x30))],
    [`${path}.kind: varint is longer than 10 bytes`, scopeGroup(good, span(0x30, ...Array<number>(11).fill(0x80)))],
    [`${path}.name: length 9 runs past the end: 1 byte is left`, scopeGroup(good, span(0x2a, 9, 0x61))],
    [`${path}.name: length 300 runs past the end: 0 bytes are left`, scopeGroup(good, span(0x2a, 0xac, 0x02))],
    [
      `${path}.name: length 4294967297 runs past the end: 1 byte is left`,
      scopeGroup(good, span(0x2a, 0x81, 0x80, 0x80, 0x80, 0x10, 0x61)),
    ],
    [`${path}: illegal field number 0`, scopeGroup(good, span(0x00, 0x00))],
    [`${path}: illegal field number 0`, scopeGroup(good, span(0x00))],
    [`${path}: illegal field number beyond 536870911`, scopeGroup(good, span(0x8a, 0x80, 0x80, 0x80, 0x10, 0x00))],
    [`${path}: varint runs past the end`, scopeGroup(good, span(0x80))],
    [`${path}.field 77: length 5 runs past the end: 0 bytes are left`, scopeGroup(good, span(0xea, 0x04, 5))],
    [`${path}.field 77: illegal wire type 6`, scopeGroup(good, span(0xee, 0x04, 5))],
    [`${path}.field 77: group is not closed`, scopeGroup(good, span(0xeb, 0x04))],
    [`${path}.field 77: end of a group that was not opened`, scopeGroup(good, span(0xec, 0x04))],
    [`${path}.trace_state: wire type 4, 2 expected`, scopeGroup(good, span(0x1c, 0))],
    ["resource_spans[1]: wire type 5, 2 expected", raw(0x0a, 0, 0x0d, 0, 0, 0, 0)],
    ["illegal field number 0", raw(0, 0)],
    ["field 14: illegal wire type 6", Buffer.from("v1/metrics HTTP/1.1\r\n")],
  ];
  for (const [expected, bytes] of table) t.equal(refusal("traces", bytes), expected);
  t.end();
});

t.test("a refusal in metrics and logs names the field path too", (t) => {
  const gauge = (...point: readonly number[]): Uint8Array =>
    scopeGroup([
      2,
      [
        [
          5,
          [
            [1, raw()],
            [1, raw(...point)],
          ],
        ],
      ],
    ]);
  const path = "resource_metrics[0].scope_metrics[0].metrics[0]";
  t.equal(refusal("metrics", gauge(0x1d, 0)), `${path}.gauge.data_points[1].time_unix_nano: wire type 5, 1 expected`);
  const histogram = (field: number, length: number): Uint8Array =>
    scopeGroup([2, [[9, [[1, [[field, new Uint8Array(length).fill(0x80)]]]]]]]);
  t.equal(
    refusal("metrics", histogram(6, 12)),
    `${path}.histogram.data_points[0].bucket_counts: list of 12 bytes, a multiple of 8 expected`,
  );
  const buckets = scopeGroup([2, [[10, [[1, [[8, [[2, raw(1, 2, 0x80)]]]]]]]]]);
  t.equal(
    refusal("metrics", buckets),
    `${path}.exponential_histogram.data_points[0].positive.bucket_counts: value runs past the end`,
  );
  const body = scopeGroup([2, [[5, [[5, [[1, [[1, raw(0xff)]]]]]]]]]);
  t.equal(
    refusal("logs", body),
    "resource_logs[0].scope_logs[0].log_records[0].body.array_value.values[0].string_value: text is not valid UTF-8",
  );
  t.end();
});

/** A log record whose body nests so many arrays that the request is `depth` messages deep. */
function nested(depth: number): Uint8Array {
  // Request, resource group, scope group, record, body: the body is the fourth below the request.
  let value: Uint8Array = raw();
  for (let level = 4; level < depth; level += 2) value = bytesOf([[5, [[1, value]]]]);
  return scopeGroup([2, [[5, value]]]);
}

t.test("messages may nest 100 deep and no deeper, and the path of one that does stays short", (t) => {
  t.equal(refusal("logs", nested(100)), "accepted");
  const message = refusal("logs", nested(102));
  t.match(message, /^resource_logs\[0\]\.scope_logs\[0\]\.log_records\[0\]\.body\.array_value\.values\[0\]/);
  t.match(message, /\.….*: messages nest deeper than 100$/);
  t.ok(message.length < 300, `${message.length} characters`);
  t.doesNotThrow(() => decode("logs", nested(100)), "protobufjs goes as deep");
  t.throws(() => decode("logs", nested(102)), "and no deeper");
  // Deep enough for recursion without a bound to overflow.
  t.match(refusal("logs", nested(8000)), /messages nest deeper than 100$/);
  t.end();
});

t.test("what protobuf allows is accepted: padded numbers, lists packed or not, unknown fields and groups", (t) => {
  const accepted: readonly (readonly [string, Signal, Uint8Array, number])[] = [
    ["nothing", "traces", raw(), 0],
    ["an empty span", "traces", scopeGroup(span()), 1],
    ["ids of no bytes", "traces", scopeGroup(span(0x0a, 0, 0x12, 0, 0x22, 0)), 1],
    ["a padded tag", "traces", scopeGroup(span(0xaa, 0x80, 0x00, 1, 0x61)), 1],
    ["a padded length", "traces", scopeGroup(span(0x2a, 0x81, 0x80, 0x00, 0x61)), 1],
    ["a negative enum", "traces", scopeGroup(span(0x30, ...Array<number>(9).fill(0xff), 0x01)), 1],
    ["flags, whose tag takes two bytes", "traces", scopeGroup(span(0x85, 0x01, 0, 1, 0, 0)), 1],
    [
      "unknown fields of every wire type",
      "traces",
      scopeGroup(span(0xe8, 4, 1, 0xea, 4, 1, 0xff, 0xed, 4, 1, 2, 3, 4)),
      1,
    ],
    ["an unknown group", "traces", scopeGroup(span(0xeb, 0x04, 0x08, 0x01, 0xec, 0x04)), 1],
    ["bytes that are no text", "logs", scopeGroup([2, [[5, [[7, raw(0xff, 0xfe)]]]]]), 1],
    [
      "text at every length",
      "logs",
      scopeGroup([
        2,
        [
          [3, "é"],
          [12, "日本語のテキスト"],
        ],
      ]),
      1,
    ],
    ["counts one by one", "metrics", scopeGroup([2, [[9, [[1, raw(0x31, ...Array<number>(8).fill(0))]]]]]), 1],
    ["counts packed", "metrics", scopeGroup([2, [[9, [[1, [[6, new Uint8Array(16)]]]]]]]), 1],
    ["varints packed", "metrics", scopeGroup([2, [[10, [[1, [[8, [[2, raw(1, 0x80, 1)]]]]]]]]]), 1],
  ];
  for (const [name, signal, bytes, itemCount] of accepted) {
    t.equal(refusal(signal, bytes), "accepted", name);
    t.equal(validate(signal, bytes).itemCount, itemCount, name);
  }
  t.end();
});

t.test("a padded tag cannot smuggle a field past its check", (t) => {
  t.equal(
    refusal("traces", scopeGroup(span(0x8a, 0x80, 0x80, 0x00, 2, 1, 2))),
    "resource_spans[0].scope_spans[0].spans[0].trace_id: 2 bytes, 16 expected",
  );
  t.end();
});

const points = (count: number): readonly Part[] => Array.from({ length: count }, (): Part => [1, []]);

t.test("of several data fields of a metric the last one is counted", (t) => {
  t.equal(
    validate(
      "metrics",
      scopeGroup(
        [
          2,
          [
            [5, points(3)],
            [7, points(2)],
          ],
        ],
        [2, [[5, points(4)]]],
      ),
    ).itemCount,
    6,
  );
  t.equal(
    validate(
      "metrics",
      scopeGroup([
        2,
        [
          [5, points(3)],
          [5, points(1)],
          [11, []],
        ],
      ]),
    ).itemCount,
    0,
  );
  t.end();
});

t.test("the batch is the caller's bytes and not a copy", (t) => {
  const bytes = scopeGroup(span());
  t.equal(validate("traces", bytes).bytes, bytes);
  t.end();
});
