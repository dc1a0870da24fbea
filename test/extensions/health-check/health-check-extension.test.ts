import { once } from "node:events";
import http from "node:http";
import https from "node:https";
import { createServer } from "node:net";
import path from "node:path";
import t, { type Test } from "tap";
import * as v from "valibot";
import type { Component, PipelineWatcher } from "../../../src/component/component.ts";
import { parseComponentId } from "../../../src/component/component-id.ts";
import type { ComponentReport } from "../../../src/component/host.ts";
import { healthCheck } from "../../../src/extensions/health-check/factory.ts";
import { rfc3339 } from "../../../src/extensions/health-check/rfc3339.ts";
import { componentContract } from "../../contracts/component-contract.ts";
import { TestHost } from "../../contracts/test-host.ts";
import { testSettings } from "../../contracts/test-settings.ts";

function report(changes: Partial<ComponentReport>): ComponentReport {
  return {
    id: parseComponentId("otlp_http"),
    kind: "exporter",
    pipelines: ["traces"],
    signal: "traces",
    status: "ok",
    accepted: 0,
    recovered: 0,
    refused: 0,
    sent: 0,
    held: 0,
    dropped: {},
    inFlight: 0,
    failures: 0,
    lastError: undefined,
    ...changes,
  };
}

function pipeline(id: string): TestHost["pipelineReports"][number] {
  return { id, signal: "traces", mutatesData: false, receivers: ["otlp"], processors: [], exporters: ["otlp_http"] };
}

interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
}

function ask(port: number, path: string, options: https.RequestOptions = {}, isTls = false): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const all = { host: "127.0.0.1", port, path, ...options };
    const request = (isTls ? https : http).request(all, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
    });
    request.on("error", reject).end();
  });
}

async function started(t: Test, config: object = {}, host = new TestHost()) {
  const settings = testSettings({ id: "health_check" });
  const parsed = v.parse(healthCheck.config, { endpoint: "127.0.0.1:0", ...config });
  const extension = healthCheck.create(parsed, settings) as Component & PipelineWatcher;
  t.teardown(() => extension.shutdown(AbortSignal.timeout(1000)));
  await extension.start(host);
  return { port: host.endpoints[0]?.port ?? 0, settings, extension, host };
}

t.test("health_check keeps the promises of every component", async (t) => {
  const config = v.parse(healthCheck.config, { endpoint: "127.0.0.1:0", check_collector_pipeline: { enabled: true } });
  await componentContract(t, { create: () => healthCheck.create(config, testSettings()) });
});

t.test("the answer is upstream's: status, body and type, for any path and method", async (t) => {
  const { port, extension, settings } = await started(t);
  t.match(await ask(port, "/"), {
    status: 503,
    headers: { "content-type": "application/json" },
    text: /^{"status":"Server not available","upSince":"0001-01-01T00:00:00Z","uptime":""}$/,
  });
  extension.ready();
  await settings.clock.advance(62_500);
  const upSince = rfc3339(Date.UTC(2026, 0, 1));
  const text = `{"status":"Server available","upSince":"${upSince}","uptime":"1m2.5s"}`;
  for (const any of ["/", "/any/path?x=1"]) t.match(await ask(port, any), { status: 200, text });
  t.match(await ask(port, "/", { method: "POST" }), { status: 200, text });
  t.match(await ask(port, "/", { method: "HEAD" }), { status: 200, text: "" });
  extension.notReady();
  t.equal((await ask(port, "/")).status, 503);
  t.same(settings.logger.messages("info"), [
    "Starting health_check extension",
    "Health Check state change",
    "Health Check state change",
  ]);
});

t.test("rfc3339() prints times as Go does", (t) => {
  t.match(rfc3339(Date.UTC(2026, 7, 21, 10, 0, 0, 120)), /^2026-08-\d\dT\d\d:\d\d:00\.12(?:Z|[+-]\d\d:\d\d)$/);
  t.match(rfc3339(Date.UTC(2026, 7, 21, 10, 0, 10)), /^2026-08-\d\dT\d\d:\d\d:10(?:Z|[+-]\d\d:\d\d)$/);
  t.equal(Date.parse(rfc3339(1_700_000_000_123)), 1_700_000_000_123);
  t.end();
});

t.test("path and response_body", async (t) => {
  const { port, extension } = await started(t, { path: "/health", response_body: { healthy: "ok", unhealthy: "no" } });
  t.match(await ask(port, "/health"), { status: 503, text: "no" });
  extension.ready();
  t.match(await ask(port, "/health"), { status: 200, text: "ok", headers: { "content-type": /^text\/plain/ } });
  t.equal((await ask(port, "/")).status, 404);
  t.equal((await ask(port, "/livez")).status, 200, "the others stay");
  for (const [config, message] of [
    [{ endpoint: "" }, "bad config: endpoint must be specified"],
    [{ path: "health" }, "bad config: path must start with /"],
    [
      { check_collector_pipeline: { exporter_failure_threshold: 0 } },
      "bad config: exporter_failure_threshold expects a positive number",
    ],
  ] as const) {
    t.equal(v.safeParse(healthCheck.config, config).issues?.[0]?.message, message);
  }
});

t.test("check_collector_pipeline answers 500 while exporters fail more often than the threshold", async (t) => {
  const host = new TestHost();
  host.componentReports = [report({ failures: 7 })];
  const check = { enabled: true, interval: "60s", exporter_failure_threshold: 2 };
  const { port, extension, settings } = await started(t, { check_collector_pipeline: check }, host);
  t.equal((await ask(port, "/")).status, 500, "not ready yet");
  extension.ready();
  t.match(await ask(port, "/"), { status: 200, text: "" }, "what was before does not count");
  await settings.clock.advance(10_000);
  host.componentReports = [report({ failures: 9 }), report({ kind: "receiver", failures: 50 })];
  t.equal((await ask(port, "/")).status, 200, "at the threshold");
  host.componentReports = [report({ failures: 10 })];
  t.equal((await ask(port, "/")).status, 500, "above it");
  await settings.clock.advance(70_000);
  t.equal((await ask(port, "/")).status, 200, "they are old by now");
});

t.test("/livez is alive, /readyz tells of each pipeline", async (t) => {
  const host = new TestHost();
  host.pipelineReports = [pipeline("traces"), pipeline("traces/2")];
  const unixMs = Date.UTC(2026, 0, 1) - 1000;
  host.componentReports = [
    report({ pipelines: ["traces"], held: 5, lastError: { message: "connection refused", unixMs } }),
    report({ id: parseComponentId("debug"), pipelines: ["traces/2"] }),
  ];
  const { port, extension } = await started(t, {}, host);
  t.match(await ask(port, "/livez"), { status: 200, text: '{"status":"alive"}' });
  t.equal((await ask(port, "/readyz")).status, 503);
  extension.ready();
  const { status, text } = await ask(port, "/readyz");
  t.equal(status, 200, "a backend that is away is no reason to send data elsewhere");
  t.same(JSON.parse(text), {
    status: "ready",
    pipelines: {
      "traces": {
        status: "ok",
        components: [
          {
            id: "otlp_http",
            kind: "exporter",
            status: "ok",
            held: 5,
            lastError: "connection refused",
            lastErrorTime: "2025-12-31T23:59:59.000Z",
          },
        ],
      },
      "traces/2": { status: "ok", components: [] },
    },
  });
  host.componentReports = [report({ status: "permanent_error" })];
  t.equal((await ask(port, "/readyz")).status, 503);
  t.equal((await ask(port, "/readyz?pipeline=traces")).status, 503);
  t.match(await ask(port, "/readyz?pipeline=traces/2"), { status: 200, text: /"ready":true/ });
  t.match(await ask(port, "/readyz?pipeline=no"), { status: 404, text: /"pipelines":\["traces","traces\/2"\]/ });
});

t.test("POST /-/reload is off until it is enabled, and for this machine only", async (t) => {
  const off = await started(t);
  off.host.reload = () => Promise.reject(new Error("must not be asked"));
  off.extension.ready();
  t.match(await ask(off.port, "/-/reload", { method: "POST" }), { status: 200, text: /Server available/ });

  const { port, host, extension } = await started(t, { reload: { enabled: true } });
  let asked = 0;
  host.reload = () => Promise.resolve(void asked++);
  const post = (headers: http.OutgoingHttpHeaders = {}): Promise<Answer> =>
    ask(port, "/-/reload", { method: "POST", headers });
  t.match(await post(), { status: 200, text: '{"status":"reloaded"}' });
  t.equal((await ask(port, "/-/reload")).status, 405);
  t.match(await post({ origin: "https://example.com" }), { status: 403, text: /web page/ });
  t.match(await post({ host: "evil.example.com" }), { status: 403, text: /Host/ });
  t.equal((await post({ host: `localhost:${port}` })).status, 200);
  t.equal(asked, 2);
  host.reload = () => Promise.reject(new Error("config.yaml:3:1 exporters: wrong"));
  t.match(await post(), { status: 400, text: /config\.yaml:3:1/ });
  const never = Promise.withResolvers<void>();
  host.reload = () => never.promise;
  const waiting = post();
  await new Promise((resolve) => setTimeout(resolve, 50));
  await extension.shutdown(AbortSignal.timeout(1000));
  t.match(await waiting, { status: 202 }, "a server that is exchanged itself says so");
});

t.test("TLS and authentication, as the other servers have them", async (t) => {
  const folder = path.join(import.meta.dirname, "../../fixtures/tls");
  const tls = { cert_file: path.join(folder, "test-only.crt"), key_file: path.join(folder, "test-only.key") };
  const host = new TestHost();
  host.extensionsById.set("auth", {
    start: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
    authenticate: (headerOf: (name: string) => string | undefined) =>
      headerOf("authorization") === "Bearer t" ? undefined : { message: "no", logText: "no" },
  } as Component);
  const config = { tls, auth: { authenticator: "auth" } };
  const { port, extension } = await started(t, config, host);
  extension.ready();
  const options = { rejectUnauthorized: false };
  t.equal((await ask(port, "/", options, true)).status, 401);
  t.equal((await ask(port, "/", { ...options, headers: { authorization: "Bearer t" } }, true)).status, 200);
  t.equal(host.endpoints[0]?.protocol, "health check (HTTPS)");
});

t.test("a busy port costs the answers and one warning that names its holder, not the start", async (t) => {
  const busy = createServer().listen(0, "127.0.0.1");
  await once(busy, "listening");
  t.teardown(() => busy.close());
  const address = busy.address();
  const port = typeof address === "object" ? address?.port : 0;
  const { host, settings } = await started(t, { endpoint: `127.0.0.1:${port}` });
  t.match(settings.logger.messages("warn"), [/^Cannot serve health check on .*: held by .*: the collector goes on/]);
  t.match(host.statuses, [{ status: "recoverable_error" }]);
});
