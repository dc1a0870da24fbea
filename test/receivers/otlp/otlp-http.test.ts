import http from "node:http";
import path from "node:path";
import zlib from "node:zlib";
import protobuf from "protobufjs";
import t from "tap";
import { ConsumeError } from "../../../src/component/consume-error.ts";
import { RawConnection, send } from "../../net/raw-http.ts";
import { until } from "../../contracts/until.ts";
import { startReceiver } from "./receiver-under-test.ts";
import { badTraceRequest, traceJson, traceRequest } from "./requests.ts";

const proto = path.join(import.meta.dirname, "..", "..", "..", "proto");
const root = new protobuf.Root();
root.resolvePath = (_, target) => (target.startsWith("google/protobuf") ? target : path.join(proto, target));
root.loadSync(["google/rpc/status.proto", "google/rpc/error_details.proto"]);
const Status = root.lookupType("google.rpc.Status");
const RetryInfo = root.lookupType("google.rpc.RetryInfo");

function statusOf(body: Buffer): { code: number; message: string; details?: { value: Uint8Array }[] } {
  return Status.toObject(Status.decode(body)) as { code: number; message: string };
}

const json = { "content-type": "application/json" };

t.test("success is answered in the form of the request", async (t) => {
  const { httpPort, traces } = await startReceiver(t);
  const protobufAnswer = await send(httpPort, { body: traceRequest(2) });
  t.match(protobufAnswer, { status: 200, headers: { "content-type": "application/x-protobuf" } });
  t.same([...protobufAnswer.body], [0x0a, 0x00]);
  const jsonAnswer = await send(httpPort, { body: traceJson(), headers: json });
  t.match(jsonAnswer, { status: 200, headers: { "content-type": "application/json" } });
  t.equal(jsonAnswer.body.toString(), '{"partialSuccess":{}}');
  t.equal(traces.itemCount, 3);
  t.match(traces.contexts, [{ transport: "http", peer: /^127\.0\.0\.1:\d+$/ }, { transport: "http" }]);
});

t.test("content types are compared without letter case and parameters", async (t) => {
  const { httpPort, traces } = await startReceiver(t);
  for (const type of ["Application/JSON", "application/json; charset=utf-8", "APPLICATION/JSON ;x=y"]) {
    t.equal((await send(httpPort, { body: traceJson(), headers: { "content-type": type } })).status, 200, type);
  }
  t.equal(traces.itemCount, 3);
});

t.test("a request without items is fine, and no pipeline hears of it", async (t) => {
  const { httpPort, traces } = await startReceiver(t);
  t.equal((await send(httpPort)).status, 200);
  t.equal((await send(httpPort, { body: "{}", headers: json })).status, 200);
  t.equal((await send(httpPort, { body: '{"resourceSpans":[{}]}', headers: json })).status, 200);
  t.equal(traces.callCount, 0);
});

t.test("every accepted compression is read, with a length and without", async (t) => {
  const { httpPort, traces } = await startReceiver(t);
  const body = traceRequest(50);
  const rows: readonly [string, Buffer][] = [
    ["gzip", zlib.gzipSync(body)],
    ["GZIP", zlib.gzipSync(body)],
    ["deflate", zlib.deflateSync(body)],
    ["zlib", zlib.deflateSync(body)],
    ["zstd", zlib.zstdCompressSync(body)],
    ["identity", body],
    ["", body],
  ];
  for (const [encoding, bytes] of rows) {
    const headers = { "content-encoding": encoding };
    t.equal((await send(httpPort, { body: bytes, headers })).status, 200, encoding);
    const pieces = [bytes.subarray(0, 10), bytes.subarray(10)];
    t.equal((await send(httpPort, { body: pieces, headers })).status, 200, `${encoding}, chunked`);
  }
  t.equal(traces.itemCount, rows.length * 100);
  t.ok(traces.batches.every((batch) => body.equals(batch.bytes)));
});

t.test("other compression is refused, also a known one that is switched off", async (t) => {
  const { httpPort, rejected } = await startReceiver(t, { http: { compression_algorithms: ["gzip"] } });
  for (const encoding of ["br", "snappy", "zstd"]) {
    const answer = await send(httpPort, { body: "x", headers: { "content-encoding": encoding } });
    t.equal(answer.status, 400);
    t.match(statusOf(answer.body), { code: 3, message: `unsupported Content-Encoding: ${encoding}` });
  }
  t.equal(rejected("unsupported_encoding"), 3);
  const broken = await send(httpPort, { body: "not gzip", headers: { "content-encoding": "gzip" } });
  t.match(statusOf(broken.body), { code: 3, message: "gzip: invalid header" });
});

t.test("without any compression algorithm bodies are read as they are", async (t) => {
  const { httpPort, traces } = await startReceiver(t, { http: { compression_algorithms: [] } });
  const answer = await send(httpPort, { body: traceRequest(), headers: { "content-encoding": "gzip" } });
  t.equal(answer.status, 200);
  t.equal(traces.itemCount, 1);
});

t.test("bad data is answered with the field path, in the form of the request, and ends the connection", async (t) => {
  const { httpPort, traces, rejections } = await startReceiver(t);
  const answer = await send(httpPort, { body: badTraceRequest(), agent: new http.Agent({ keepAlive: true }) });
  t.match(answer, { status: 400, headers: { "content-type": "application/x-protobuf", "connection": "close" } });
  const message = "resource_spans[0].scope_spans[0].spans[0].trace_id: 15 bytes, 16 expected";
  t.match(statusOf(answer.body), { code: 3, message });
  const jsonAnswer = await send(httpPort, { body: '{"resourceSpans":7}', headers: json });
  t.match(jsonAnswer, { status: 400, headers: { "content-type": "application/json" } });
  t.match(JSON.parse(jsonAnswer.body.toString()), { code: 3, message: /resourceSpans/ });
  t.equal(traces.callCount, 0, "nothing of a bad request is taken");
  t.equal(rejections().length, 1, "one line for both");
  t.match(rejections()[0]?.fields, {
    peer: /^127\.0\.0\.1:/,
    protocol: "HTTP/1.1",
    path: "/v1/traces",
    reason: "bad_data",
    error: message,
    remedy: /client/,
  });
});

t.test("protobuf labelled JSON is taken, counted, said once, and answered in protobuf", async (t) => {
  const { httpPort, traces, settings } = await startReceiver(t);
  for (let times = 0; times < 5; times++) {
    const answer = await send(httpPort, { body: traceRequest(), headers: json });
    t.match(answer, { status: 200, headers: { "content-type": "application/x-protobuf" } });
    t.same([...answer.body], [0x0a, 0x00]);
  }
  t.equal(traces.itemCount, 5);
  t.equal(settings.meter.value("otelcol_receiver_corrected_requests", { correction: "content_type" }), 5);
  t.equal(settings.logger.messages("warn").length, 1);

  traces.failWith(new ConsumeError("refused", "no room"), 1);
  const refused = await send(httpPort, { body: traceRequest(), headers: json });
  t.match(statusOf(refused.body), { code: 14 }, "refusals too");
});

t.test("a retryable failure is 503 with a short Retry-After and RetryInfo, a permanent one 500", async (t) => {
  const { httpPort, traces } = await startReceiver(t);
  const agent = new http.Agent({ keepAlive: true });
  t.teardown(() => agent.destroy());
  const delays: readonly [number | undefined, string][] = [
    [undefined, "1"],
    [1500, "2"],
    [600_000, "3"],
  ];
  for (const [retryAfterMs, seconds] of delays) {
    traces.failWith(
      new ConsumeError("retryable", "queue is full", retryAfterMs === undefined ? {} : { retryAfterMs }),
      1,
    );
    const answer = await send(httpPort, { body: traceRequest(), agent });
    t.match(answer, { status: 503, headers: { "retry-after": seconds } });
    t.equal(answer.headers.connection, "keep-alive", "the connection stays");
    const status = statusOf(answer.body);
    t.match(status, { code: 14, message: "queue is full" });
    t.ok(RetryInfo.decode(status.details?.[0]?.value ?? new Uint8Array()));
  }
  traces.failWith(new Error("a bug"), 1);
  t.equal((await send(httpPort, { body: traceRequest() })).status, 503, "never 500 for what is unknown");
  traces.failWith(new ConsumeError("permanent", "cannot be"), 1);
  const answer = await send(httpPort, { body: traceJson(), headers: json });
  t.equal(answer.status, 500);
  t.same(JSON.parse(answer.body.toString()), { code: 13, message: "Permanent error: cannot be" });
});

t.test("another method, media type or path is answered in upstream's words", async (t) => {
  const { httpPort, rejected } = await startReceiver(t, { signals: ["traces", "metrics"] });
  const get = await send(httpPort, { method: "GET" });
  t.match(get, { status: 405, headers: { "content-type": "text/plain" } });
  t.equal(get.body.toString(), "405 method not allowed, supported: [POST]");
  for (const type of ["text/plain", "application/x-www-form-urlencoded"]) {
    const answer = await send(httpPort, { body: traceJson(), headers: { "content-type": type } });
    t.equal(answer.status, 415);
    t.equal(
      answer.body.toString(),
      "415 unsupported media type, supported: [application/json, application/x-protobuf]",
    );
  }
  const valid = "this OTLP receiver takes POST /v1/traces, /v1/metrics (no pipeline takes logs)\n";
  for (const unknown of ["/", "/v1/spans", "/v1/logs"]) {
    const answer = await send(httpPort, { path: unknown, body: traceRequest() });
    t.match(answer, { status: 404, headers: { "content-type": "text/plain; charset=utf-8" } });
    t.equal(answer.body.toString(), `404 page not found\n${valid}`);
  }
  t.same(["wrong_method", "unsupported_media_type", "unknown_path", "unused_signal"].map(rejected), [1, 2, 2, 1]);
});

t.test("paths that clients make of wrong endpoints are taken, and each is said once", async (t) => {
  const { httpPort, traces, settings } = await startReceiver(t);
  for (const odd of ["/v1/traces/v1/traces", "/otlp/v1/traces", "/v1/traces/", "/v1/traces/"]) {
    t.equal((await send(httpPort, { path: odd, body: traceRequest() })).status, 200, odd);
  }
  t.equal((await send(httpPort, { path: "/v1/trace", body: traceRequest() })).status, 200);
  t.equal(traces.itemCount, 5);
  t.equal(settings.meter.value("otelcol_receiver_corrected_requests", { correction: "path" }), 4);
  t.match(
    settings.logger.entries.filter((entry) => entry.level === "warn").map((entry) => entry.fields["remedy"]),
    [/OTEL_EXPORTER_OTLP_ENDPOINT/, /traces_url_path/, /slash/],
  );
});

t.test("configured paths are taken", async (t) => {
  const { httpPort, traces } = await startReceiver(t, { http: { traces_url_path: "in" } });
  t.equal((await send(httpPort, { path: "/in", body: traceRequest() })).status, 200);
  t.equal(traces.itemCount, 1);
});

t.test("a request garbled by forked processes is answered 400, and only its connection closes", async (t) => {
  const { httpPort, metrics, rejected } = await startReceiver(t);
  const other = await RawConnection.open(httpPort);
  const inner = "POST /v1/metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nbody of another";
  const head = `POST /v1/metrics HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-protobuf\r\nContent-Length: ${inner.length}\r\n\r\n`;
  const connection = await RawConnection.open(httpPort);
  connection.write(head + inner);
  connection.write("what was left of the two bodies");
  await until(() => connection.isClosed, "the end of the connection");
  t.match(connection.received, /^HTTP\/1\.1 400 Bad Request\r\n/);
  t.ok(rejected("garbled") > 0);
  t.equal(metrics.callCount, 0);
  other.write(`${head.replace(/\d+\r\n\r\n$/, "0\r\n\r\n")}`);
  await until(() => other.received.includes("200 OK"), "an answer on the other connection");
  other.close();
});

const expecting = (length: number): string =>
  `POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-protobuf\r\nExpect: 100-continue\r\nContent-Length: ${length}\r\n\r\n`;

t.test("Expect: 100-continue is answered before the body, or refused instead of it", async (t) => {
  const { httpPort, traces } = await startReceiver(t, { http: { max_request_body_size: 1000 } });
  const body = traceRequest();
  const connection = await RawConnection.open(httpPort);
  connection.write(expecting(body.length));
  await until(() => connection.received.includes("100 Continue"), "100 Continue");
  connection.write(body);
  await until(() => connection.received.includes("200 OK"), "the answer");
  t.equal(traces.itemCount, 1);
  connection.close();

  const tooLarge = await RawConnection.open(httpPort);
  tooLarge.write(expecting(5000));
  await until(() => tooLarge.isClosed, "the end of the connection");
  t.match(tooLarge.received, /^HTTP\/1\.1 400 /);
});

t.test("metadata goes to the pipelines only where it is asked for", async (t) => {
  const plain = await startReceiver(t);
  await send(plain.httpPort, { body: traceRequest(), headers: { "x-tenant": "a" } });
  t.equal(plain.traces.contexts[0]?.metadata.size, 0);
  const asked = await startReceiver(t, { http: { include_metadata: true } });
  await send(asked.httpPort, { body: traceRequest(), headers: { "X-Tenant": ["a", "b"] } });
  const { metadata } = asked.traces.contexts[0] ?? {};
  t.same(metadata?.get("x-tenant"), ["a", "b"]);
  t.same(metadata?.get("host"), [`127.0.0.1:${asked.httpPort}`]);
});

t.test("response headers, CORS and switched-off keep-alive are in every answer", async (t) => {
  const { httpPort } = await startReceiver(t, {
    http: {
      response_headers: { "X-Served-By": "me" },
      cors: { allowed_origins: ["https://*.example.com"], max_age: 60 },
      keep_alives_enabled: false,
    },
  });
  const origin = "https://app.example.com";
  const preflight = await send(httpPort, {
    method: "OPTIONS",
    headers: { origin, "access-control-request-method": "POST", "access-control-request-headers": "content-type" },
  });
  t.match(preflight, {
    status: 204,
    headers: {
      "access-control-allow-origin": origin,
      "access-control-allow-methods": "POST",
      "access-control-max-age": "60",
      "x-served-by": "me",
    },
  });
  for (const body of [traceRequest(), badTraceRequest()]) {
    t.match(await send(httpPort, { body, headers: { origin } }), {
      headers: { "access-control-allow-origin": origin, "x-served-by": "me", "connection": "close" },
    });
  }
});

t.test("without CORS an OPTIONS request is a wrong method", async (t) => {
  const { httpPort } = await startReceiver(t);
  const headers = { "origin": "https://x", "access-control-request-method": "POST" };
  t.equal((await send(httpPort, { method: "OPTIONS", headers })).status, 405);
});
