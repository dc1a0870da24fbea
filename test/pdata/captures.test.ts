import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import t from "tap";
import type { Batch } from "../../src/pdata/batch.ts";
import { decodeJson } from "../../src/pdata/json/decode-json.ts";
import { encodeJson } from "../../src/pdata/json/encode-json.ts";
import type { Signal } from "../../src/pdata/signal.ts";
import { validate } from "../../src/pdata/validate.ts";
import { captureComment, itemCountOf, loadCaptures, type Capture } from "../captures.ts";

t.comment(captureComment);

const captures = loadCaptures().filter(({ meta }) => meta.signal !== "other");

function batchOf({ meta, body }: Capture): Batch {
  // Those to odd paths are left out above.
  const signal = meta.signal as Signal;
  return meta.bodyIs === "json" ? decodeJson(signal, body) : validate(signal, body);
}

t.test("every well-formed request of a real client is accepted with all its items", (t) => {
  for (const capture of captures) {
    if (capture.meta.decodeError !== undefined) t.throws(() => batchOf(capture), { name: "InvalidRequestError" });
    else t.equal(batchOf(capture).itemCount, itemCountOf(capture), capture.name);
  }
  t.end();
});

/** Objects that our JSON always has, as upstream's, and the other decoder's only where they were sent. */
const alwaysThere = new Set(["resource", "scope", "status", "body", "value", "positive", "negative"]);

function withoutEmpties(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmpties);
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value)
    .map(([key, child]) => [key, withoutEmpties(child)] as const)
    .filter(([key, child]) => !alwaysThere.has(key) || JSON.stringify(child) !== "{}");
  return Object.fromEntries(kept);
}

t.test("written as JSON, every request is what another decoder made of it", (t) => {
  for (const capture of captures) {
    if (capture.json === undefined) continue;
    const json: unknown = JSON.parse(Buffer.from(encodeJson(batchOf(capture))).toString());
    t.same(withoutEmpties(json), withoutEmpties(capture.json), capture.name);
  }
  t.end();
});

t.test("what came as JSON decodes to valid wire bytes", (t) => {
  for (const capture of captures) {
    if (capture.meta.bodyIs !== "json") continue;
    const batch = batchOf(capture);
    t.equal(validate(batch.signal, batch.bytes).itemCount, itemCountOf(capture), capture.name);
  }
  t.end();
});

const golden = path.join(import.meta.dirname, "../../../shared/golden/wavefront/cases");
t.test("the recorded cases read the same as protobuf and as JSON", { skip: !existsSync(golden) && "absent" }, (t) => {
  for (const name of readdirSync(golden)) {
    const file = (part: string): Buffer => readFileSync(path.join(golden, name, part));
    // The recorder writes this shape.
    const { signal } = JSON.parse(file("case.json").toString()) as { signal: Signal };
    const expected = encodeJson(validate(signal, file("input.binpb")));
    t.same(
      JSON.parse(Buffer.from(expected).toString()),
      JSON.parse(Buffer.from(encodeJson(decodeJson(signal, file("input.json")))).toString()),
      name,
    );
  }
  t.end();
});
