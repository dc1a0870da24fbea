import t from "tap";
import { Batch } from "../../src/pdata/batch.ts";
import { countItems } from "../../src/pdata/count-items.ts";
import { InvalidRequestError } from "../../src/pdata/invalid-request-error.ts";
import { decodeJson } from "../../src/pdata/json/decode-json.ts";
import { encodeJson } from "../../src/pdata/json/encode-json.ts";
import { signals, type Signal } from "../../src/pdata/signal.ts";
import { splitBatch } from "../../src/pdata/split-batch.ts";
import { validate } from "../../src/pdata/validate.ts";
import { WireError, type WireErrorCode } from "../../src/wire/wire-error.ts";
import { captureComment, loadCaptures } from "../captures.ts";
import { Random } from "../random.ts";
import { mutate } from "./mutate.ts";
import { decode, flatten } from "./oracle.ts";
import { randomRequest } from "./random-request.ts";

const random = new Random();
t.comment(`TEST_SEED=${random.seed} repeats this run`);

const budgetMs = 2000;

/** The batch, or what is wrong with the bytes; anything but an `InvalidRequestError` is a crash and fails the test. */
function tryValidate<S extends Signal>(signal: S, bytes: Uint8Array): Batch<S> | WireErrorCode {
  try {
    return validate(signal, bytes);
  } catch (error) {
    if (error instanceof InvalidRequestError && error.cause instanceof WireError) return error.cause.code;
    throw error;
  }
}

function itemCountByOracle(signal: Signal, bytes: Uint8Array): number | undefined {
  try {
    return flatten(decode(signal, bytes)).length;
  } catch {
    return undefined;
  }
}

/** Why we refuse bytes that protobufjs reads. Every other difference is a bug. */
const stricter: Readonly<Partial<Record<WireErrorCode, string>>> = {
  invalid_utf8: "protobuf wants text to be UTF-8; protobufjs replaces what is not",
  invalid_id_length: "OTLP gives ids their length; to protobuf they are bytes",
  unexpected_wire_type: "protobufjs does not look at the wire type of a known field and misreads it; upstream refuses",
  illegal_tag: "protobufjs takes field number 0, and tags beyond 32 bits for the field of their lower bits",
  unbalanced_group: "protobufjs does not compare the number that closes a group with the one that opened it",
};

t.test("validate() accepts and refuses what protobufjs does, and counts the same items", (t) => {
  const until = performance.now() + budgetMs;
  const seen = new Map<string, number>();
  while (performance.now() < until) {
    const signal = random.pick(signals);
    let bytes = randomRequest(signal, random);
    for (let damage = random.below(4); damage > 0; damage--) bytes = mutate(bytes, random);
    const ours = tryValidate(signal, bytes);
    const theirs = itemCountByOracle(signal, bytes);
    const outcome = typeof ours === "string" ? ours : "accepted";
    seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
    if (typeof ours === "string" ? theirs === undefined || ours in stricter : theirs === ours.itemCount) continue;
    const verdict = typeof ours === "string" ? ours : `${ours.itemCount} items`;
    t.fail(`${verdict}, protobufjs: ${theirs ?? "refused"}: ${signal} ${Buffer.from(bytes).toString("hex")}`);
    break;
  }
  t.comment(Object.fromEntries(seen));
  t.ok((seen.get("accepted") ?? 0) > 50 && seen.size > 5, "many kinds of requests were met");
  t.end();
});

t.test("JSON written from a random request reads back as the same request", (t) => {
  const until = performance.now() + budgetMs;
  let compared = 0;
  while (performance.now() < until) {
    const signal = random.pick(signals);
    const batch = validate(signal, randomRequest(signal, random));
    const json = encodeJson(batch);
    const back = decodeJson(signal, json);
    const same = JSON.stringify(decode(signal, back.bytes)) === JSON.stringify(decode(signal, batch.bytes));
    if (!same || back.itemCount !== batch.itemCount) {
      t.same(decode(signal, back.bytes), decode(signal, batch.bytes), Buffer.from(json).toString());
      break;
    }
    validate(signal, back.bytes);
    compared++;
  }
  t.ok(compared > 50, `${compared} requests compared`);
  t.end();
});

/** Everything that is done with a batch; damaged input that was accepted must not break any of it. */
function use(batch: Batch): void {
  if (countItems(batch.signal, batch.bytes) !== batch.itemCount) throw new Error("counts differ");
  const pieces = splitBatch(batch, 1);
  if (batch.itemCount > 1 && pieces.length !== batch.itemCount) throw new Error("pieces are missing");
  decodeJson(batch.signal, encodeJson(batch));
}

t.test("no prefix and no flipped bit of a recorded request does more than being refused", (t) => {
  t.comment(captureComment);
  const captures = loadCaptures().flatMap(({ meta, body, name }) =>
    meta.signal === "other" || meta.bodyIs === "json" ? [] : [{ signal: meta.signal, body, name }],
  );
  let tried = 0;
  const attempt = (name: string, signal: Signal, bytes: Uint8Array): void => {
    tried++;
    try {
      const batch = tryValidate(signal, bytes);
      if (typeof batch !== "string") use(batch);
    } catch (error) {
      t.fail(`${name}: ${String(error)}: ${Buffer.from(bytes).toString("hex")}`);
    }
  };
  for (const { signal, body, name } of captures) {
    if (body.length > 800) continue;
    for (let end = 0; end <= body.length; end++) attempt(`${name} cut at ${end}`, signal, body.subarray(0, end));
  }
  const until = performance.now() + budgetMs;
  while (performance.now() < until) {
    const { signal, body, name } = random.pick(captures);
    const damaged = Buffer.from(body);
    const bit = random.below(body.length * 8);
    damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    attempt(`${name} bit ${bit}`, signal, damaged);
  }
  t.ok(tried > 1000, `${tried} damaged requests tried`);
  t.end();
});

t.test("no prefix and no flipped bit of recorded JSON does more than being refused", (t) => {
  const captures = loadCaptures().filter(({ meta, body }) => meta.bodyIs === "json" && body.length < 10_000);
  const until = performance.now() + budgetMs;
  let tried = 0;
  let accepted = 0;
  while (performance.now() < until && captures.length > 0) {
    const { meta, body, name } = random.pick(captures);
    if (meta.signal === "other") continue;
    const damaged = Buffer.from(body);
    const bit = random.below(body.length * 8);
    damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    const text = random.chance(20) ? damaged.subarray(0, bit >> 3) : damaged;
    tried++;
    try {
      const batch = decodeJson(meta.signal, text);
      accepted++;
      if (validate(batch.signal, batch.bytes).itemCount !== batch.itemCount)
        t.fail(`${name} bit ${bit}: counts differ`);
    } catch (error) {
      if (!(error instanceof InvalidRequestError)) t.fail(`${name} bit ${bit}: ${String(error)}`);
    }
  }
  t.ok(tried > accepted && accepted > 0, `${tried} damaged documents tried, ${accepted} accepted`);
  t.end();
});
