import { createServer } from "node:net";
import { once } from "node:events";
import http from "node:http";
import t, { type Test } from "tap";
import * as v from "valibot";
import type { Component, PipelineWatcher } from "../../../src/component/component.ts";
import { parseComponentId } from "../../../src/component/component-id.ts";
import type { ComponentReport } from "../../../src/component/host.ts";
import { zpages } from "../../../src/extensions/zpages/factory.ts";
import { componentContract } from "../../contracts/component-contract.ts";
import { TestHost } from "../../contracts/test-host.ts";
import { testSettings, type TestSettings } from "../../contracts/test-settings.ts";

const hostile = `<script>alert("x")</script>&'`;

function report(changes: Partial<ComponentReport>): ComponentReport {
  return {
    id: parseComponentId("otlp"),
    kind: "receiver",
    pipelines: ["traces"],
    signal: undefined,
    status: "ok",
    accepted: 0,
    recovered: 0,
    refused: 0,
    sent: 0,
    held: 0,
    inFlight: 0,
    dropped: {},
    failures: 0,
    lastError: undefined,
    ...changes,
  };
}

function busyHost(): TestHost {
  const host = new TestHost();
  host.pipelineReports = [
    {
      id: "traces",
      signal: "traces",
      mutatesData: true,
      receivers: ["otlp"],
      processors: ["memory_limiter", "batch"],
      exporters: ["debug", "tanzuobservability"],
    },
    { id: "logs", signal: "logs", mutatesData: false, receivers: ["otlp"], processors: [], exporters: ["debug"] },
  ];
  host.componentReports = [
    report({ accepted: 120, refused: 7 }),
    report({
      id: parseComponentId("tanzuobservability"),
      kind: "exporter",
      signal: "traces",
      status: "recoverable_error",
      accepted: 120,
      sent: 90,
      held: 25,
      inFlight: 10,
      dropped: { retries_exhausted: 5 },
      lastError: { message: `connect ECONNREFUSED ${hostile}`, unixMs: Date.UTC(2026, 0, 1) - 5000 },
    }),
    report({ id: parseComponentId(`zpages`), kind: "extension", pipelines: [] }),
  ];
  const sample = { name: "receiver/otlp/TraceDataReceived", startUnixMs: 0, durationMs: 2.5, fields: { items: 3 } };
  host.samples = {
    names: () => ["receiver/otlp/TraceDataReceived"],
    of: () => ({
      active: 1,
      buckets: [[], [], [], [{ ...sample, error: undefined }], [], [], [], [], []],
      counts: [0, 0, 0, 4, 0, 0, 0, 0, 0],
      errors: [{ ...sample, error: hostile }],
      errorCount: 1,
    }),
  };
  return host;
}

interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
}

function get(port: number, path: string, options: http.RequestOptions = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = http.request({ host: "127.0.0.1", port, path, ...options }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
    });
    request.on("error", reject).end();
  });
}

async function started(
  t: Test,
  host: TestHost,
  config: unknown = {},
): Promise<{ port: number; settings: TestSettings; extension: Component }> {
  const settings = testSettings({ id: "zpages" });
  const parsed = v.parse(zpages.config, { endpoint: "localhost:0", ...(config as object) });
  const extension = zpages.create(parsed, settings);
  t.teardown(() => extension.shutdown(AbortSignal.timeout(1000)));
  await extension.start(host);
  return { port: host.endpoints[0]?.port ?? 0, settings, extension };
}

t.test("zpages keeps the promises of every component", async (t) => {
  const config = v.parse(zpages.config, { endpoint: "127.0.0.1:0" });
  await componentContract(t, { create: () => zpages.create(config, testSettings()) });
});

t.test("zpages listens on both loopback addresses for localhost, and tells where", async (t) => {
  const host = new TestHost();
  const { port, settings } = await started(t, host);
  t.equal(host.endpoints[0]?.host, "127.0.0.1");
  t.ok(host.endpoints.every((endpoint) => endpoint.port === port && endpoint.protocol === "zPages (HTTP)"));
  t.ok(settings.logger.messages("info").includes("Starting zPages extension"));
});

t.test("each page answers with its title, readable without scripts", async (t) => {
  const { port } = await started(t, busyHost());
  const titles = {
    "/": "zPages",
    "/debug": "zPages",
    "/debug/servicez": "Service otelcol",
    "/debug/pipelinez": "builtPipelines",
    "/debug/ledger": "Ledger",
    "/debug/extensionz": "Extensions",
    "/debug/featurez": "Feature Gates",
    "/debug/tracez": "Trace Spans",
    "/debug/tracez/": "Trace Spans",
  };
  for (const [path, title] of Object.entries(titles)) {
    const { status, headers, text } = await get(port, path, { headers: { accept: "text/html,*/*" } });
    t.equal(status, 200, path);
    t.equal(headers["content-type"], "text/html; charset=utf-8");
    t.match(text, `<h2>${title}</h2>`);
    t.match(text, `<title>${title}</title>`);
    t.notMatch(text, "<script");
  }
});

t.test("servicez shows build, runtime, and what became of the items of each component", async (t) => {
  const { port } = await started(t, busyHost());
  const { text } = await get(port, "/debug/servicez");
  const words = text.replaceAll(/<[^>]*>/g, " ").replaceAll(/\s+/g, " ");
  for (const expected of [
    "Build Info Command otelcol",
    "StartTimestamp 2026-01-01T00:00:00.000Z",
    `Node ${process.version}`,
    "otlp receiver traces ok 120 7 0 0 0",
    "tanzuobservability traces exporter traces recoverable_error 120 0 90 15 10 5 retries_exhausted 5 s ago: connect ECONNREFUSED",
  ]) {
    t.ok(words.includes(expected), expected);
  }
});

t.test("text from components is escaped", async (t) => {
  const { port } = await started(t, busyHost());
  const paths = [
    "/debug/servicez",
    `/debug/extensionz?zextensionname=${encodeURIComponent(hostile)}`,
    `/debug/pipelinez?zcomponentkind=${encodeURIComponent(hostile)}&zcomponentname=x`,
    "/debug/tracez?zspanname=receiver/otlp/TraceDataReceived&ztype=2",
  ];
  for (const path of paths) {
    const { text, headers } = await get(port, path);
    t.notMatch(text, "<script", path);
    t.match(text, "&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;&amp;&#39;", path);
    t.match(headers["content-security-policy"], "default-src 'none'");
  }
});

t.test("pages are JSON for programs", async (t) => {
  const { port } = await started(t, busyHost());
  const byHeader = await get(port, "/debug/servicez", { headers: { accept: "application/json" } });
  t.equal(byHeader.headers["content-type"], "application/json; charset=utf-8");
  t.match(JSON.parse(byHeader.text), {
    service: { command: "otelcol", version: "0.0.0-test" },
    components: [
      { id: "otlp", kind: "receiver", accepted: 120, refused: 7 },
      {
        id: "tanzuobservability",
        held: 25,
        inFlight: 10,
        dropped: { retries_exhausted: 5 },
        lastError: { time: /2025-12-31T23:59:55/ },
      },
      { id: "zpages" },
    ],
  });
  const byQuery = await get(port, "/debug/pipelinez?format=json");
  t.match(JSON.parse(byQuery.text), {
    pipelines: [{ id: "logs" }, { id: "traces", exporters: ["debug", "tanzuobservability"] }],
  });
  const traces = await get(
    port,
    "/debug/tracez?format=json&zspanname=receiver/otlp/TraceDataReceived&ztype=1&zlatencybucket=3",
  );
  t.match(JSON.parse(traces.text), {
    spans: [{ name: "receiver/otlp/TraceDataReceived", active: 1, latency: { ">1ms": 4 }, errors: 1 }],
    samples: [{ durationMs: 2.5, fields: { items: 3 } }],
  });
  t.match(JSON.parse((await get(port, "/?format=json")).text), { pages: ["/debug/servicez"] });
});

t.test("pipelinez shows the way of the data, and one component for a link", async (t) => {
  const { port } = await started(t, busyHost());
  const { text } = await get(port, "/debug/pipelinez");
  const words = text.replaceAll(/<[^>]*>/g, " ").replaceAll(/\s+/g, " ");
  t.match(words, "traces traces true otlp → memory_limiter → batch → debug , tanzuobservability");
  const href = /href="([^"]*tanzuobservability[^"]*)"/.exec(text)?.[1]?.replaceAll("&amp;", "&") ?? "";
  const one = await get(port, href);
  t.match(one.text, "<h3>exporter: tanzuobservability</h3>");
  const upstreams = await get(
    port,
    "/debug/pipelinez?pipelinenamez=traces&componentnamez=otlp&componentkindz=receiver",
  );
  t.match(upstreams.text, "<h3>receiver: otlp</h3>");
});

t.test("other paths and methods are refused", async (t) => {
  const { port } = await started(t, busyHost());
  const missing = await get(port, "/debug/rpcz");
  t.equal(missing.status, 404);
  t.match(missing.text, "/debug/servicez");
  t.equal((await get(port, "/debug/expvarz")).status, 404);
  t.equal((await get(port, "/constructor")).status, 404);
  t.equal((await get(port, "//%zz")).status, 404);
  t.equal((await get(port, "/debug/servicez", { method: "POST" })).status, 405);
  const head = await get(port, "/debug/servicez", { method: "HEAD" });
  t.equal(head.status, 200);
  t.equal(head.text, "");
});

t.test("expvarz is there if it is asked for", async (t) => {
  const { port } = await started(t, busyHost(), { expvar: { enabled: true } });
  const { text } = await get(port, "/debug/expvarz");
  t.type((JSON.parse(text) as { memory: { rss: unknown } }).memory.rss, "number");
});

t.test("a busy port costs the pages and one warning, not the start", async (t) => {
  const holder = createServer().listen(0, "127.0.0.1");
  await once(holder, "listening");
  t.teardown(() => holder.close());
  const { port } = holder.address() as { port: number };
  const host = new TestHost();
  const { settings } = await started(t, host, { endpoint: `127.0.0.1:${port}` });
  t.same(settings.logger.messages("warn"), [
    `Cannot serve zPages on 127.0.0.1:${port}: held by this collector itself: another part of the configuration uses the same port: the collector goes on without, set another "endpoint" or free this one`,
  ]);
  t.equal(host.statuses[0]?.status, "recoverable_error");
  t.same(host.endpoints, []);
});

t.test("shutdown does not wait for browsers that keep their connection", async (t) => {
  const settings = testSettings({ id: "zpages" });
  const extension = zpages.create(v.parse(zpages.config, { endpoint: "127.0.0.1:0" }), settings);
  const host = new TestHost();
  await extension.start(host);
  const agent = new http.Agent({ keepAlive: true });
  await get(host.endpoints[0]?.port ?? 0, "/", { agent });
  const beganMs = performance.now();
  await extension.shutdown(AbortSignal.timeout(5000));
  t.ok(performance.now() - beganMs < 1000);
  agent.destroy();
});

function issues(endpoint: string): string[] | undefined {
  return v.safeParse(zpages.config, { endpoint }).issues?.map((issue) => issue.message);
}

t.test("the endpoint is required and must be one", (t) => {
  t.same(issues(""), ['"endpoint" is required when using the "zpages" extension']);
  t.match(issues("http://localhost:1")?.[0], "it has a scheme");
  t.equal(v.parse(zpages.config, null).endpoint, "localhost:55679");
  t.end();
});

t.test("/debug/senders shows who sends and whose requests are wrong, for people and programs", async (t) => {
  const host = busyHost();
  const { port, extension } = await started(t, host);
  t.match((await get(port, "/debug/senders")).text, "Nobody has sent anything yet.");
  const lastSeenUnixMs = Date.UTC(2026, 0, 1) - 5000;
  host.sendersReport = {
    senders: [
      {
        peer: "10.0.0.1:5000",
        serviceName: hostile,
        instance: "worker-1",
        sdk: "python opentelemetry 1.30.0",
        protocols: ["grpc"],
        items: { traces: 12 },
        requests: 3,
        refusedItems: 4,
        lastRefusal: "queue is full",
        firstSeenUnixMs: lastSeenUnixMs,
        lastSeenUnixMs,
      },
    ],
    mistakes: [
      {
        peer: "10.0.0.2:6000",
        outcome: "corrected",
        reason: "content_type",
        path: "/v1/metrics",
        error: "",
        remedy: "send application/x-protobuf",
        count: 7,
        lastSeenUnixMs,
      },
    ],
    forgotten: 1,
  };
  (extension as Partial<PipelineWatcher>).ready?.();
  await new Promise((resolve) => setImmediate(resolve));
  const { text } = await get(port, "/debug/senders");
  t.match(text, "python opentelemetry 1.30.0");
  t.match(text, "send application/x-protobuf");
  t.match(text, "&lt;script&gt;");
  t.notMatch(text, hostile);
  const json = await get(port, "/debug/senders", { headers: { accept: "application/json" } });
  t.match(JSON.parse(json.text), {
    senders: [{ serviceName: hostile, items: { traces: 12 }, lastSeen: "2025-12-31T23:59:55.000Z" }],
    mistakes: [{ reason: "content_type", count: 7 }],
    forgotten: 1,
  });
});
