import t from "tap";
import { Batch } from "../../src/pdata/batch.ts";
import { mergeBatches } from "../../src/pdata/merge-batches.ts";
import { signals, type Signal } from "../../src/pdata/signal.ts";
import { batchPieces, splitBatch } from "../../src/pdata/split-batch.ts";
import { validate } from "../../src/pdata/validate.ts";
import { Writer } from "../../src/wire/writer.ts";
import { Random } from "../random.ts";
import { decode, flatten, type FlatItem } from "./oracle.ts";
import { randomRequest } from "./random-request.ts";
import { shuffleFields } from "./shuffle-fields.ts";

const random = new Random();
t.comment(`TEST_SEED=${random.seed} repeats this run`);

const itemsOf = (batch: Batch): FlatItem[] => flatten(decode(batch.signal, batch.bytes));

function randomBatch(): Batch {
  const signal: Signal = random.pick(signals);
  const bytes = randomRequest(signal, random, 7);
  // Every second one with its fields in another order than the proto files have.
  return validate(signal, random.chance(50) ? shuffleFields(signal, bytes, random) : bytes);
}

t.test("pieces hold all items in order, each with its resource, scope and metric", (t) => {
  const until = performance.now() + 2000;
  let cuts = 0;
  while (performance.now() < until) {
    const batch = randomBatch();
    const maxItems = 1 + random.below(random.pick([2, 5, 40]));
    const pieces = splitBatch(batch, maxItems);
    const sizes = pieces.map((piece) => piece.itemCount);
    const full = sizes.slice(0, -1).every((size) => size === maxItems);
    const rest = sizes.at(-1) ?? 0;
    // Each piece is a valid request and says rightly how many items it has.
    const sound = pieces.every((piece) => validate(piece.signal, piece.bytes).itemCount === piece.itemCount);
    const same = JSON.stringify(pieces.flatMap(itemsOf)) === JSON.stringify(itemsOf(batch));
    if (!(full && rest <= maxItems && (rest > 0 || pieces.length === 1) && sound && same)) {
      t.same(pieces.flatMap(itemsOf), itemsOf(batch), `${batch.signal} by ${maxItems}: ${sizes.join(", ")}`);
      t.fail(Buffer.from(batch.bytes).toString("hex"));
      break;
    }
    const merged = mergeBatches(batch.signal, pieces);
    if (merged.itemCount !== batch.itemCount || validate(merged.signal, merged.bytes).itemCount !== batch.itemCount) {
      t.fail(`merged again: ${merged.itemCount} items, ${batch.itemCount} expected`);
      break;
    }
    cuts += pieces.length - 1;
  }
  t.ok(cuts > 100, `${cuts} cuts`);
  t.end();
});

t.test("a batch that is small enough is returned as it is", (t) => {
  const batch = validate("traces", Uint8Array.of(0x0a, 4, 0x12, 2, 0x12, 0));
  t.same(splitBatch(batch, 1), [batch]);
  t.equal(splitBatch(batch, 1)[0], batch);
  t.end();
});

/** `tag length content` of a length-delimited field. */
const field = (number: number, ...content: readonly number[]): number[] => [
  (number << 3) | 2,
  content.length,
  ...content,
];
const unknown = (value: number): number[] => [0xe8, 0x04, value];

t.test("unknown fields of every level are repeated in every piece, wherever they stood", (t) => {
  const spans = [...field(2, 0x2a, 1, 0x61), ...unknown(3), ...field(2, 0x2a, 1, 0x62)];
  const scopeGroup = [...field(2, ...spans, ...field(1, 0x0a, 1, 0x73))];
  const request = [...unknown(1), ...field(1, ...scopeGroup, ...unknown(2), ...field(3, 0x75))];
  const pieces = splitBatch(validate("traces", Uint8Array.from(request)), 1);
  const piece = (name: number): number[] => [
    ...unknown(1),
    ...field(
      1,
      ...unknown(2),
      ...field(3, 0x75),
      ...field(2, ...unknown(3), ...field(1, 0x0a, 1, 0x73), ...field(2, 0x2a, 1, name)),
    ),
  ];
  t.same(
    pieces.map((one) => [...one.bytes]),
    [piece(0x61), piece(0x62)],
  );
  t.end();
});

const points = (...times: readonly string[]): object[] => times.map((timeUnixNano) => ({ timeUnixNano }));

t.test("a metric that is cut repeats all but its metadata, which goes with the last piece", (t) => {
  const point = (time: number): number[] => field(1, 0x19, time, 0, 0, 0, 0, 0, 0, 0);
  const sum = field(7, ...point(1), 0x10, 2, ...point(2), 0x18, 1, ...point(3));
  const metadata = field(12, ...field(1, 0x6b));
  const metric = field(2, ...field(1, 0x6e), ...metadata, ...sum, ...field(3, 0x31));
  const pieces = splitBatch(validate("metrics", Uint8Array.from(field(1, ...field(2, ...metric)))), 2);
  const metrics = pieces.map((piece) => {
    const request = decode("metrics", piece.bytes) as { resourceMetrics: { scopeMetrics: { metrics: unknown[] }[] }[] };
    return request.resourceMetrics[0]?.scopeMetrics[0]?.metrics;
  });
  const head = { name: "n", unit: "1" };
  const data = { aggregationTemporality: 2, isMonotonic: true };
  t.same(metrics, [
    [{ ...head, sum: { ...data, dataPoints: points("1", "2") } }],
    [{ ...head, metadata: [{ key: "k" }], sum: { ...data, dataPoints: points("3") } }],
  ]);
  t.end();
});

t.test("data that a later field of the metric replaced is not revived by a cut", (t) => {
  const metric = field(2, ...field(5, ...field(1), ...field(1), ...field(1)), ...field(7, ...field(1), ...field(1)));
  const batch = validate("metrics", Uint8Array.from(field(1, ...field(2, ...metric))));
  t.same(
    splitBatch(batch, 1).map((piece) => [piece.itemCount, validate("metrics", piece.bytes).itemCount]),
    [
      [1, 1],
      [1, 1],
    ],
  );
  t.end();
});

t.test("groups without items stay, and make no piece of their own", (t) => {
  const empty = field(1, ...field(3, 0x65));
  const full = field(1, ...field(2, ...field(2), ...field(2)));
  const batch = validate("logs", Uint8Array.from([...empty, ...full, ...empty]));
  const pieces = splitBatch(batch, 1);
  t.same(
    pieces.map((piece) => piece.itemCount),
    [1, 1],
  );
  t.same([...mergeBatches("logs", pieces).bytes].filter((byte) => byte === 0x65).length, 2);
  t.end();
});

function spans(count: number): Batch {
  const writer = new Writer();
  const group = writer.open(1);
  const scope = writer.open(2);
  for (let index = 0; index < count; index++) writer.writeString(2, "");
  writer.close(scope);
  writer.close(group);
  return validate("traces", writer.finish());
}

t.test("one item a piece takes time in proportion to the items", (t) => {
  // A quadratic way would take thousands of seconds for this one.
  const pieces = splitBatch(spans(100_000), 1);
  t.equal(pieces.length, 100_000);
  t.ok(pieces.every((piece) => piece.itemCount === 1 && piece.bytes.length === 6));
  t.end();
});

t.test("pieces are made when they are asked for, so that a large head is not held once a piece", (t) => {
  const writer = new Writer();
  const group = writer.open(1);
  // All pieces together would take 20 GB.
  writer.writeString(1, "r".repeat(1_000_000));
  const scope = writer.open(2);
  for (let index = 0; index < 20_000; index++) writer.writeString(2, "");
  writer.close(scope);
  writer.close(group);
  const pieces = batchPieces(new Batch("traces", writer.finish(), 20_000), 1);
  for (let index = 0; index < 20; index++) t.match(pieces.next(), { done: false, value: { itemCount: 1 } });
  t.end();
});

t.test("pieces do not keep the batch's memory alive", (t) => {
  const batch = validate("traces", Uint8Array.from(field(1, ...field(2, ...field(2), ...field(2)))));
  for (const piece of splitBatch(batch, 1)) t.equal(piece.bytes.buffer.byteLength, piece.bytes.length);
  t.end();
});

t.test("a maximum that makes no sense is refused", (t) => {
  const batch = validate("traces", new Uint8Array(0));
  for (const maxItems of [0, -1, 1.5, NaN, Infinity]) {
    t.throws(() => splitBatch(batch, maxItems), {
      message: `Cannot split a batch: ${maxItems} items a piece, at least 1 expected`,
    });
  }
  t.end();
});
