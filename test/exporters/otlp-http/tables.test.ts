import t from "tap";
import { answerOutcome } from "../../../src/exporters/otlp-http/answer-outcome.ts";
import { parseRetryAfter } from "../../../src/exporters/otlp-http/retry-after.ts";
import { basicCredentials, parseUrl, printableUrl, signalUrl } from "../../../src/exporters/otlp-http/signal-url.ts";
import { isRetryableStatus, rpcCodeOf } from "../../../src/exporters/otlp-http/status-table.ts";
import type { HttpAnswer } from "../../../src/net/client/http-answer.ts";
import { encodeRpcStatus } from "../../../src/net/rpc-status.ts";

t.test("isRetryableStatus() is the table of the OTLP specification", (t) => {
  const retryable = new Set([429, 502, 503, 504]);
  for (let status = 100; status < 600; status++) t.equal(isRetryableStatus(status), retryable.has(status), `${status}`);
  t.end();
});

t.test("rpcCodeOf() gives the codes that upstream gives", (t) => {
  const table: Readonly<Record<number, number>> = {
    400: 3,
    401: 16,
    403: 7,
    404: 12,
    429: 8,
    502: 14,
    503: 14,
    504: 14,
  };
  for (let status = 300; status < 600; status++) t.equal(rpcCodeOf(status), table[status] ?? 2, `${status}`);
  t.end();
});

t.test("parseRetryAfter() reads seconds and HTTP dates", (t) => {
  const now = Date.UTC(2026, 0, 1);
  const cases: readonly (readonly [text: string | undefined, delayMs: number | undefined])[] = [
    ["3", 3000],
    [" 120 ", 120_000],
    ["0", undefined],
    ["-5", undefined],
    ["1.5", undefined],
    ["", undefined],
    [undefined, undefined],
    ["soon", undefined],
    ["2027", 2_027_000],
    ["Thu, 01 Jan 2026 00:00:30 GMT", 30_000],
    ["Thursday, 01-Jan-26 00:00:30 GMT", 30_000],
    ["Thu Jan  1 00:00:30 2026", Date.parse("Thu Jan  1 00:00:30 2026") - now || undefined],
    ["Wed, 31 Dec 2025 23:59:59 GMT", undefined],
    ["Mon, 99 Foo 2026 00:00:00 GMT", undefined],
  ];
  for (const [text, delayMs] of cases) t.equal(parseRetryAfter(text, now), delayMs, String(text));
  t.end();
});

t.test("signalUrl() appends a path to the base, and takes a signal's own URL as it is", (t) => {
  const none = { endpoint: "", tracesEndpoint: "", metricsEndpoint: "", logsEndpoint: "" };
  const cases: readonly (readonly [config: object, url: string])[] = [
    [{ endpoint: "http://h:4318" }, "http://h:4318/v1/traces"],
    [{ endpoint: "http://h:4318/" }, "http://h:4318/v1/traces"],
    [{ endpoint: "https://h/otlp" }, "https://h/otlp/v1/traces"],
    [{ endpoint: "https://h/otlp/" }, "https://h/otlp/v1/traces"],
    [{ endpoint: "http://h:4318", tracesEndpoint: "https://t/in?x=1" }, "https://t/in?x=1"],
  ];
  for (const [config, url] of cases) t.equal(signalUrl({ ...none, ...config }, "traces").href, url);
  t.throws(() => signalUrl({ ...none, tracesEndpoint: "http://t" }, "metrics"), {
    message: "either endpoint or metrics_endpoint must be specified",
  });
  t.equal(parseUrl("localhost:4318", ["http:", "https:"]), undefined);
  t.equal(parseUrl("http://", ["http:"]), undefined);
  t.end();
});

t.test("a password in a URL is sent, and never printed", (t) => {
  const url = new URL("https://us%20er:p%40ss@h/x");
  t.equal(printableUrl(url), "https://h/x");
  t.equal(basicCredentials(url), `Basic ${Buffer.from("us er:p@ss").toString("base64")}`);
  t.equal(basicCredentials(new URL("https://a%zz@h")), `Basic ${Buffer.from("a%zz:").toString("base64")}`);
  t.equal(basicCredentials(new URL("https://h")), undefined);
  t.end();
});

const url = "http://h:4318/v1/traces";

t.test("answerOutcome() writes upstream's error text, with the status that the peer sent", (t) => {
  const start = `error exporting items, request to ${url} responded with HTTP Status Code`;
  const status = encodeRpcStatus({ code: 3, message: "Bad field" });
  const withDetail = encodeRpcStatus({ code: 14, message: "busy", retryDelayMs: 1000 });
  const json = { "content-type": "application/json" };
  const cases: readonly (readonly [answer: HttpAnswer, kind: string, text: string, grpcStatus: number])[] = [
    [answerOf(404), "permanent", `${start} 404`, 12],
    [answerOf(404, "404 page not found\n"), "permanent", `${start} 404`, 12],
    [answerOf(400, status), "permanent", `${start} 400, Message=Bad field, Details=[]`, 3],
    [
      answerOf(400, '{"code":3,"message":"Bad field"}', json),
      "permanent",
      `${start} 400, Message=Bad field, Details=[]`,
      3,
    ],
    [answerOf(400, "{", json), "permanent", `${start} 400`, 3],
    [answerOf(500, status), "permanent", `${start} 500, Message=Bad field, Details=[]`, 2],
    [answerOf(401), "permanent", `${start} 401`, 16],
    [
      answerOf(503, withDetail),
      "retryable",
      `${start} 503, Message=busy, Details=[type.googleapis.com/google.rpc.RetryInfo]`,
      14,
    ],
    [answerOf(429), "retryable", `${start} 429`, 8],
  ];
  for (const [answer, kind, message, grpcStatus] of cases) {
    t.match(answerOutcome(answer, url, 0), { status: "failed", error: { kind, message, grpcStatus } });
  }
  t.end();
});

t.test("answerOutcome() hears Retry-After with 429 and 503 only", (t) => {
  for (const [status, retryAfterMs] of [
    [429, 7000],
    [503, 7000],
    [502, undefined],
    [504, undefined],
  ] as const) {
    const outcome = answerOutcome(answerOf(status, "", { "retry-after": "7" }), url, 0);
    t.match(outcome, { error: { kind: "retryable", retryAfterMs } }, `${status}`);
  }
  t.end();
});

t.test("answerOutcome() knows a body above the limit, also in the words of upstream's receiver", (t) => {
  const body = encodeRpcStatus({ code: 3, message: "http: request body too large" });
  t.equal(answerOutcome(answerOf(413), url, 0).status, "too_large");
  t.equal(answerOutcome(answerOf(400, body), url, 0).status, "too_large");
  t.equal(answerOutcome(answerOf(400), url, 0).status, "failed");
  t.end();
});

t.test("answerOutcome() reads partial successes, and takes every other 2xx for success", (t) => {
  const proto = { "content-type": "application/x-protobuf" };
  const json = { "content-type": "application/json" };
  const partial = Buffer.from([0x0a, 0x05, 0x08, 0x03, 0x12, 0x01, 0x6d]);
  const taken = { status: "taken", rejected: 0, message: "" };
  t.match(answerOutcome(answerOf(200, partial, proto), url, 0), { status: "taken", rejected: 3, message: "m" });
  t.match(answerOutcome(answerOf(202, '{"partialSuccess":{"rejectedSpans":"3","errorMessage":"m"}}', json), url, 0), {
    status: "taken",
    rejected: 3,
    message: "m",
  });
  t.match(answerOutcome(answerOf(200, "", proto), url, 0), taken);
  t.match(answerOutcome(answerOf(204), url, 0), taken);
  t.match(answerOutcome(answerOf(200, "<html>", { "content-type": "text/html" }), url, 0), taken);
  t.match(answerOutcome(answerOf(200, "ok", { "content-type": "application/json; charset=utf-8" }), url, 0), taken);
  t.match(answerOutcome(answerOf(200, "<html>", proto), url, 0), {
    status: "failed",
    error: { kind: "permanent", message: "error parsing protobuf response: it is not an OTLP response" },
  });
  t.match(answerOutcome(answerOf(200, "ok", json), url, 0), {
    status: "failed",
    error: { kind: "permanent", message: "error parsing json response: it is not an OTLP response" },
  });
  t.end();
});

t.test("answerOutcome() follows no redirect, and says where it led", (t) => {
  const outcome = answerOutcome(
    answerOf(307, "", { location: "https://u:secret@other/v1/traces?token=secret" }),
    url,
    0,
  );
  t.match(outcome, { status: "failed", error: { kind: "permanent" } });
  const text = outcome.status === "failed" ? outcome.error.message : "";
  t.match(
    text,
    /Code 307, redirects are not followed: if https:\/\/other\/v1\/traces is right, write it in the endpoint$/,
  );
  t.notMatch(text, "secret");
  t.match(answerOutcome(answerOf(301), url, 0), { status: "failed", error: { kind: "permanent" } });
  t.end();
});

function answerOf(
  statusCode: number,
  body: string | Uint8Array = "",
  headers: Record<string, string> = {},
): HttpAnswer {
  return { statusCode, headers, body: Buffer.from(body as string), isTruncated: false };
}
