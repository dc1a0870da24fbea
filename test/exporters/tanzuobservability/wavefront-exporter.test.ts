import { createServer } from "node:net";
import { once } from "node:events";
import { gzipSync } from "node:zlib";
import t from "tap";
import { ConsumeError } from "../../../src/component/consume-error.ts";
import { emptyContext } from "../../../src/component/consumer.ts";
import { validate } from "../../../src/pdata/validate.ts";
import { componentContract } from "../../contracts/component-contract.ts";
import { until } from "../../contracts/until.ts";
import { goldenCases } from "../../wavefront-proxy/golden.ts";
import type { ProxyAnswer } from "../../wavefront-proxy/wavefront-proxy.ts";
import { createExporter, direct, endpointsAt, startExporter, startProxy } from "./exporter-under-test.ts";
import { metricRequest, spanRequest, tracesRequest } from "./requests.ts";

const event = { events: [{ timeUnixNano: "1795176000124456789", name: "e" }] };

t.test("the exporter keeps the contract of components", async (t) => {
  await componentContract(t, {
    create: () => createExporter("traces", { traces: { endpoint: "http://127.0.0.1:1" } }).exporter,
  });
});

t.test("spans and their logs go to the traces endpoint with upstream's path and headers", async (t) => {
  const proxy = await startProxy(t);
  const { exporter } = await startExporter(t, "traces", { ...direct, ...endpointsAt(proxy) });
  await exporter.consume(validate("traces", spanRequest({ fields: event })), emptyContext);
  t.same(
    proxy.requests.map(({ path }) => path),
    ["/report?f=trace", "/report?f=spanLogs"],
  );
  const recorded = goldenCases().find(({ requests }) => requests.length > 0)?.requests[0]?.headers ?? {};
  for (const { headers } of proxy.requests) {
    for (const name of ["Content-Encoding", "Content-Type", "Accept-Encoding"]) {
      t.equal(headers[name.toLowerCase()], recorded[name], name);
    }
    t.equal(headers["user-agent"]?.startsWith("test/0.0.0-test"), true);
    t.match(headers["content-length"], /^\d+$/);
  }
  t.same(proxy.complaints(), []);
});

t.test("points go to the metrics endpoint, distributions in a request of their own", async (t) => {
  const proxy = await startProxy(t);
  const { exporter } = await startExporter(t, "metrics", { ...direct, ...endpointsAt(proxy) });
  const fields = { count: "3", sum: 5, bucketCounts: ["1", "2"], explicitBounds: [10] };
  const request = metricRequest("h", { histogram: { aggregationTemporality: 1 } }, [{ fields }]);
  await exporter.consume(validate("metrics", request), emptyContext);
  t.same(
    proxy.requests.map(({ path }) => path),
    ["/report?f=wavefront", "/report?f=histogram"],
  );
  t.equal(proxy.verdicts("histogram").length, 3);
  t.same(proxy.complaints(), []);
});

t.test("an item that can have no line is dropped alone, counted and logged; its request succeeds", async (t) => {
  const proxy = await startProxy(t);
  const { exporter, settings } = await startExporter(t, "traces", { ...direct, ...endpointsAt(proxy) });
  const spans = [{ name: "before" }, { name: "no ids", traceId: "" }, { name: "after" }];
  await exporter.consume(validate("traces", tracesRequest([{ resource: {}, spans }])), emptyContext);
  t.same(
    proxy.verdicts("trace").map(({ decoded }) => (decoded as { name: string }).name),
    ["before", "after"],
  );
  t.same(settings.ledger.droppedBy, { invalid_item: 1 });
  t.equal(settings.meter.value("otelcol_exporter_wavefront_dropped_lines", { rule: "trace_id_missing" }), 1);
  t.same(
    settings.logger.entries.filter(({ level }) => level === "error").map(({ message, fields }) => [message, fields]),
    [["Item has no Wavefront line: Span without trace id", { rule: "trace_id_missing", count: 1, example: "no ids" }]],
  );
});

t.test("a batch without any line succeeds without a request", async (t) => {
  const proxy = await startProxy(t);
  const { exporter, settings } = await startExporter(t, "traces", { ...direct, ...endpointsAt(proxy) });
  await exporter.consume(validate("traces", spanRequest({ spanId: "0000000000000000" })), emptyContext);
  t.equal(proxy.attempts.length, 0);
  t.same(settings.ledger.droppedBy, { invalid_item: 1 });
});

t.test("repairs are counted each time and logged in samples with the proxy's code", async (t) => {
  const proxy = await startProxy(t);
  const { exporter, settings } = await startExporter(t, "traces", { ...direct, ...endpointsAt(proxy) });
  const batch = validate("traces", spanRequest({ attributes: { empty: "" } }));
  for (let round = 0; round < 5; round++) await exporter.consume(batch, emptyContext);
  t.equal(settings.meter.value("otelcol_exporter_wavefront_repaired", { rule: "value_empty" }), 5);
  const lines = settings.logger.entries.filter(({ fields }) => fields["rule"] === "value_empty");
  t.same(
    lines.map(({ level, message, fields }) => [level, message, fields["code"], fields["count"]]),
    [["warn", "Wavefront line repaired: Empty or blank value left out", "WF-434", 1]],
  );
  await settings.clock.advance(20_000);
  await exporter.consume(batch, emptyContext);
  t.equal(settings.logger.entries.filter(({ fields }) => fields["count"] === 5).length, 1, "later ones are summed up");
});

t.test("only what failed is sent again: spans that went through stay sent once", async (t) => {
  let refusals = 1;
  const proxy = await startProxy(t, {
    answer: ({ format }): ProxyAnswer | undefined => {
      if (format !== "spanLogs" || refusals-- <= 0) return undefined;
      return { status: 503, headers: { "retry-after": "2" }, body: "busy" };
    },
  });
  const { exporter, settings } = await startExporter(t, "traces", endpointsAt(proxy));
  await exporter.consume(validate("traces", spanRequest({ fields: event })), emptyContext);
  const isWaiting = (): boolean => settings.logger.entries.some(({ message }) => message.includes("Will retry"));
  await until(isWaiting, "the first attempt");
  await settings.clock.advance(9000);
  await until(() => proxy.verdicts("spanLogs").length === 1, "the span logs");
  t.same([proxy.verdicts("trace").length, proxy.verdicts("spanLogs").length], [1, 1]);
  await until(() => settings.ledger.held === 0, "the end");
  t.equal(settings.ledger.sentCount, 1);
});

t.test("answers are sorted by what to do next", async (t) => {
  const answers: readonly (readonly [number, "permanent" | "retryable"])[] = [
    [400, "permanent"],
    [401, "permanent"],
    [403, "permanent"],
    [404, "permanent"],
    [301, "permanent"],
    [406, "retryable"],
    [408, "retryable"],
    [429, "retryable"],
    [500, "retryable"],
    [502, "retryable"],
    [503, "retryable"],
  ];
  for (const [status, kind] of answers) {
    const proxy = await startProxy(t, { answer: () => ({ status, body: "what it is" }) });
    const { exporter } = await startExporter(t, "traces", { ...direct, ...endpointsAt(proxy) });
    const error: unknown = await exporter
      .consume(validate("traces", spanRequest({})), emptyContext)
      .catch((e: unknown) => e);
    t.ok(error instanceof ConsumeError, String(status));
    t.equal((error as ConsumeError).kind, kind, String(status));
    t.match((error as ConsumeError).message, `The Wavefront proxy at ${proxy.endpoint} answered ${status}: what it is`);
  }
});

t.test("a zipped answer is read, a large one is cut, a broken one does no harm", async (t) => {
  const bodies = [gzipSync("full\n buffers"), gzipSync("x".repeat(300_000)), Buffer.from("not gzip")];
  const texts = [": full buffers", "", ""];
  for (const [index, body] of bodies.entries()) {
    const answer = { status: 503, headers: { "content-encoding": "gzip" }, body };
    const proxy = await startProxy(t, { answer: () => answer });
    const { exporter } = await startExporter(t, "traces", { ...direct, ...endpointsAt(proxy) });
    await t.rejects(exporter.consume(validate("traces", spanRequest({})), emptyContext), {
      message: `The Wavefront proxy at ${proxy.endpoint} answered 503${texts[index]}`,
    });
  }
});

t.test("413 cuts a request between lines until it fits; nothing is sent twice", async (t) => {
  const proxy = await startProxy(t, { maxBytes: 2000 });
  const { exporter, settings } = await startExporter(t, "traces", { ...direct, ...endpointsAt(proxy) });
  const spans = Array.from({ length: 50 }, (_, index) => ({ name: `span ${index}` }));
  await exporter.consume(validate("traces", tracesRequest([{ resource: {}, spans }])), emptyContext);
  t.same(
    proxy.verdicts("trace").map(({ decoded }) => (decoded as { name: string }).name),
    spans.map(({ name }) => name),
  );
  t.equal(settings.ledger.droppedCount, 0);
});

t.test("413 for a single line drops that line alone", async (t) => {
  const proxy = await startProxy(t, { maxBytes: 400 });
  const { exporter, settings } = await startExporter(t, "traces", { ...endpointsAt(proxy) });
  const spans = [{ name: "small" }, { name: "large", attributes: { a: "x".repeat(120), b: "y".repeat(120) } }];
  await exporter.consume(validate("traces", tracesRequest([{ resource: {}, spans }])), emptyContext);
  await until(() => settings.ledger.held === 0, "the end");
  t.same([settings.ledger.sentCount, settings.ledger.droppedBy], [1, { permanent_error: 1 }]);
});

t.test("a proxy that is away is told in words that name the setting; start does not fail", async (t) => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  server.close();
  await once(server, "close");
  const { exporter } = await startExporter(t, "traces", {
    ...direct,
    traces: { endpoint: `http://127.0.0.1:${port}` },
  });
  await t.rejects(exporter.consume(validate("traces", spanRequest({})), emptyContext), {
    kind: "retryable",
    message:
      `Cannot reach the Wavefront proxy at http://127.0.0.1:${port}: connection refused; ` +
      "start the proxy or correct exporters::tanzuobservability::traces::endpoint",
  });
});

t.test("a peer that breaks the connection, or speaks something else, is told apart", async (t) => {
  const proxy = await startProxy(t, { answer: () => "drop" });
  const first = await startExporter(t, "traces", { ...direct, ...endpointsAt(proxy) });
  await t.rejects(first.exporter.consume(validate("traces", spanRequest({})), emptyContext), {
    kind: "retryable",
    message: /connection closed by the peer; check that exporters::tanzuobservability::traces::endpoint names/,
  });
  const server = createServer((socket) => socket.end("220 smtp\r\n")).listen(0, "127.0.0.1");
  t.teardown(() => void server.close());
  await once(server, "listening");
  const address = server.address();
  const endpoint = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
  const second = await startExporter(t, "traces", { ...direct, traces: { endpoint } });
  await t.rejects(second.exporter.consume(validate("traces", spanRequest({})), emptyContext), {
    kind: "retryable",
    message: /the answer is not HTTP; check that/,
  });
});

t.test("span logs that a proxy refuses for good are told, although their spans are sent", async (t) => {
  const proxy = await startProxy(t, {
    answer: ({ format }) => (format === "spanLogs" ? { status: 400, body: "no such thing" } : undefined),
  });
  const { exporter, settings } = await startExporter(t, "traces", endpointsAt(proxy));
  await exporter.consume(validate("traces", spanRequest({ fields: event })), emptyContext);
  await until(() => settings.ledger.held === 0, "the end");
  t.equal(settings.ledger.sentCount, 1);
  t.match(settings.logger.entries.find(({ message }) => message === "Lines of f=spanLogs are lost")?.fields, {
    error: /answered 400: no such thing/,
  });
});

t.test("a batch above the size of a request goes out in several, in order", async (t) => {
  const proxy = await startProxy(t);
  const { exporter, settings } = await startExporter(t, "traces", { ...direct, ...endpointsAt(proxy) });
  const attributes = Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`key${index}`, "v".repeat(100)]));
  const spans = Array.from({ length: 3000 }, (_, index) => ({ name: `span ${index}`, attributes, fields: event }));
  await exporter.consume(validate("traces", tracesRequest([{ resource: {}, spans }])), emptyContext);
  t.ok(proxy.requests.filter(({ format }) => format === "trace").length > 2);
  t.ok(proxy.requests.every(({ body }) => body.length < 1.1 * 1024 * 1024));
  t.same(
    proxy.verdicts("trace").map(({ decoded }) => (decoded as { name: string }).name),
    spans.map(({ name }) => name),
  );
  t.equal(proxy.verdicts("spanLogs").length, 3000);
  t.same(proxy.complaints(), []);
  t.equal(settings.ledger.droppedCount, 0);
});
