import t from "tap";
import { emptyContext, type RequestContext } from "../../src/component/consumer.ts";
import type { Batch } from "../../src/pdata/batch.ts";
import { firstResource } from "../../src/pdata/first-resource.ts";
import { decodeJson } from "../../src/pdata/json/decode-json.ts";
import { maxRows, SenderTable } from "../../src/service/sender-table.ts";
import { Senders } from "../../src/service/senders.ts";
import { ManualClock } from "../contracts/manual-clock.ts";
import { batchOf, Made, makeService } from "./service-fixture.ts";

function traces(attributes: Readonly<Record<string, string>>, spanCount = 1): Batch {
  const spans = Array.from({ length: spanCount }, (_, index) => ({
    traceId: "1".repeat(32),
    spanId: String(index + 1).padStart(16, "0"),
    name: "s",
  }));
  const list = Object.entries(attributes).map(([key, value]) => ({ key, value: { stringValue: value } }));
  const request = { resourceSpans: [{ resource: { attributes: list }, scopeSpans: [{ spans }] }] };
  return decodeJson("traces", Buffer.from(JSON.stringify(request)));
}

const python = {
  "telemetry.sdk.language": "python",
  "telemetry.sdk.name": "opentelemetry",
  "telemetry.sdk.version": "1.30.0",
  "service.name": "airflow",
  "service.instance.id": "worker-1",
};

function from(port: number, transport: "grpc" | "http"): RequestContext {
  return { ...emptyContext, peer: `10.0.0.1:${port}`, transport };
}

t.test("a row for each host and resource: who, with which SDK, how much, when", async (t) => {
  const clock = new ManualClock();
  const table = new SenderTable(clock);
  table.batch(traces(python, 3), from(1000, "grpc"), undefined);
  await clock.advance(5000);
  table.batch(traces({ "service.name": "other" }), from(1001, "http"), undefined);
  table.batch(traces(python, 2), from(1002, "http"), undefined);
  table.batch(traces(python, 4), from(1002, "http"), "queue is full");
  const { senders } = table.report();
  const startMs = Date.UTC(2026, 0, 1);
  t.strictSame(senders[0], {
    peer: "10.0.0.1:1002",
    serviceName: "airflow",
    instance: "worker-1",
    sdk: "python opentelemetry 1.30.0",
    protocols: ["grpc", "http"],
    items: { traces: 5 },
    requests: 3,
    refusedItems: 4,
    lastRefusal: "queue is full",
    firstSeenUnixMs: startMs,
    lastSeenUnixMs: startMs + 5000,
  });
  t.match(senders[1], { serviceName: "other", instance: "", sdk: "" });
  t.equal(senders.length, 2);
});

t.test("mistakes by host and reason, with what to change", (t) => {
  const table = new SenderTable(new ManualClock());
  const rejected = {
    protocol: "HTTP/1.1",
    path: "/x",
    reason: "unknown_path",
    error: "404",
    remedy: "send to /v1/traces",
  };
  table.rejected({ ...rejected, peer: "10.0.0.1:1" });
  table.rejected({ ...rejected, peer: "10.0.0.1:2", error: "e".repeat(500) });
  table.corrected({ peer: "[::1]:3", path: "/v1/metrics", kind: "content_type", remedy: "label it" });
  const { mistakes } = table.report();
  t.match(mistakes, [
    { peer: "[::1]:3", outcome: "corrected", reason: "content_type", count: 1 },
    { peer: "10.0.0.1:2", outcome: "rejected", reason: "unknown_path", count: 2, remedy: "send to /v1/traces" },
  ]);
  t.equal(mistakes[1]?.error.length, 203, "what senders write is clipped");
  t.end();
});

t.test("the table is bounded: who was silent longest makes way", (t) => {
  const table = new SenderTable(new ManualClock());
  for (let index = 0; index <= maxRows; index++) {
    if (index === maxRows) table.batch(traces({ "service.name": "s0" }), emptyContext, undefined);
    table.batch(traces({ "service.name": `s${index}` }), emptyContext, undefined);
    table.rejected({ peer: `${index}:1`, protocol: "", path: "", reason: "r", error: "", remedy: "" });
  }
  const { senders, mistakes, forgotten } = table.report();
  t.equal(senders.length, maxRows);
  t.equal(mistakes.length, maxRows);
  t.equal(forgotten, 2);
  t.ok(
    senders.some(({ serviceName }) => serviceName === "s0"),
    "it has just sent",
  );
  t.notOk(senders.some(({ serviceName }) => serviceName === "s1"));
  t.end();
});

t.test("firstResource() of a request without one is empty", (t) => {
  t.same(firstResource(new Uint8Array(0)), { start: 0, end: 0 });
  const { bytes } = traces({});
  const { start, end } = firstResource(bytes);
  t.equal(start, end);
  t.end();
});

t.test("nothing is noted until somebody watches, then by the receivers of the service", async (t) => {
  const senders = new Senders(new ManualClock());
  senders.batch(batchOf(1), emptyContext, undefined);
  const report = await senders.watch();
  t.same(report().senders, []);

  const made = new Made();
  const { service } = makeService(t, {
    receivers: { r: made.receiver() },
    exporters: { e: made.exporter() },
    pipelines: { traces: "r > > e" },
  });
  await service.start();
  const seen = await made.receivers.get("r")?.host?.watchSenders();
  await made.output("r", "traces").consume(traces(python, 2), { ...emptyContext, peer: "10.0.0.1:5" });
  made.sink("e/traces").failWith(new Error("no"), 1);
  await t.rejects(made.output("r", "traces").consume(traces(python, 3), { ...emptyContext, peer: "10.0.0.1:5" }));
  t.match(seen?.().senders, [{ serviceName: "airflow", items: { traces: 2 }, refusedItems: 3, lastRefusal: "no" }]);
  made.settings
    .get("receiver r")
    ?.senders?.rejected({ peer: "a:1", protocol: "", path: "", reason: "r", error: "", remedy: "" });
  t.match(seen?.().mistakes, [{ peer: "a:1" }]);
});
