import t from "tap";
import { readLines } from "../../wavefront-proxy/read-lines.ts";
import type { DecodedSpan, DecodedSpanLogs } from "../../wavefront-proxy/verdict.ts";
import { linesOf, type EncodeOptions } from "./encode-lines.ts";
import { attributesJson, spanId, spanRequest, traceId } from "./requests.ts";

const otherTrace = "0102030405060708090a0b0c0d0e0f10";
const uuidOf = (id: string): string => `00000000-0000-0000-${id.slice(0, 4)}-${id.slice(4)}`;

function encode(links: readonly object[], options: EncodeOptions = {}, attributes = {}) {
  const lines = linesOf("traces", spanRequest({ attributes, fields: { links } }), options);
  const span = readLines("trace", lines.body("trace"))[0]?.decoded as DecodedSpan;
  const logs = readLines("spanLogs", lines.body("spanLogs")).map(({ decoded }) => decoded as DecodedSpanLogs);
  return {
    followsFrom: span.annotations.filter(({ key }) => key === "followsFrom").map(({ value }) => value),
    hasLogs: span.annotations.some(({ key }) => key === "_spanLogs"),
    tagCount: span.annotations.length,
    logs: logs.flatMap((one) => one.logs),
    hits: lines.hits,
  };
}

t.test("a link within the trace becomes followsFrom and needs no log", async (t) => {
  const ids = ["a000000000000007", "a000000000000008"];
  const { followsFrom, hasLogs, logs, hits } = encode(ids.map((id) => ({ traceId, spanId: id })));
  t.same([followsFrom, hasLogs, logs, hits], [ids.map(uuidOf), false, [], {}]);
});

t.test("a link to another trace becomes a log with its ids, attributes and trace state", async (t) => {
  const attributes = attributesJson({
    "meta.annotation_type": "link",
    "from": "parenttrace",
    "name": "mine",
    "span_id": "x",
  });
  // Airflow 2 links a task to the scheduler's trace under the task's own span id.
  const { followsFrom, hasLogs, logs } = encode([{ traceId: otherTrace, spanId, traceState: "a=b", attributes }]);
  t.same([followsFrom, hasLogs], [[], true]);
  t.same(logs, [
    {
      timestamp_micros: 1795176000123000,
      fields: {
        "_name": "mine",
        "_span_id": "x",
        "from": "parenttrace",
        "meta.annotation_type": "link",
        "name": "link",
        "span_id": uuidOf(spanId),
        "trace_id": "01020304-0506-0708-090a-0b0c0d0e0f10",
        "trace_state": "a=b",
      },
    },
  ]);
});

t.test("what a link within the trace carries goes into a log beside followsFrom", async (t) => {
  const attributes = attributesJson({ type: "dependency" });
  const { followsFrom, logs } = encode([{ traceId, spanId: "a000000000000007", attributes }]);
  t.same(followsFrom, [uuidOf("a000000000000007")]);
  t.match(logs, [{ fields: { name: "link", type: "dependency", span_id: uuidOf("a000000000000007") } }]);
});

t.test("links beyond the bound go into logs, and a full line keeps room for those within", async (t) => {
  const links = Array.from({ length: 7 }, (_, index) => ({ traceId, spanId: `a00000000000000${index}` }));
  const attributes = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`k${index}`, "v"]));
  const { followsFrom, logs, tagCount, hits } = encode(links, {}, attributes);
  t.equal(followsFrom.length, 5);
  t.equal(tagCount, 20);
  t.same(
    logs.map(({ fields }) => fields["name"]),
    ["link", "link", "overflow"],
  );
  t.equal(hits["too_many_tags"], 30 + 3 - (20 - 5 - 1));
  t.same(encode(links, { limits: { spanLinks: 0 } }).followsFrom, []);
});

t.test(
  "the same link twice is one followsFrom; links without ids and to the span itself are left out and counted",
  async (t) => {
    const { followsFrom, logs, hits } = encode([
      { traceId, spanId: "a000000000000007" },
      { traceId, spanId: "a000000000000007" },
      { traceId, spanId },
      { traceId, spanId: "0000000000000000" },
      { traceId: "00000000000000000000000000000000", spanId: "a000000000000007" },
      {},
    ]);
    t.same(followsFrom, [uuidOf("a000000000000007")]);
    t.same(logs, []);
    t.same(hits, { link_to_self: 1, link_invalid: 3 });
  },
);
