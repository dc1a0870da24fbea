import t from "tap";
import * as v from "valibot";
import { printableEndpoint, reportUrl } from "../../../src/exporters/tanzuobservability/endpoint.ts";
import { tanzuobservability } from "../../../src/exporters/tanzuobservability/factory.ts";
import { testSettings } from "../../contracts/test-settings.ts";
import { createExporter, startExporter } from "./exporter-under-test.ts";

function issuesOf(written: unknown): string[] {
  const result = v.safeParse(tanzuobservability.config, written);
  return result.success ? [] : result.issues.map(({ message }) => message);
}

t.test("upstream's keys are taken with upstream's defaults", async (t) => {
  const config = v.parse(tanzuobservability.config, {
    traces: { endpoint: "http://localhost:30001" },
    metrics: { endpoint: "http://localhost:2878" },
  });
  t.match(config, {
    traces: { endpoint: "http://localhost:30001" },
    metrics: { endpoint: "http://localhost:2878", resourceAttrsIncluded: false, appTagsExcluded: false },
    sendingQueue: { enabled: true, queueSize: 1000, numConsumers: 10 },
    retryOnFailure: { enabled: true, maxElapsedTime: 300_000 },
  });
});

t.test("endpoints are checked in upstream's words", async (t) => {
  const cases: readonly (readonly [unknown, readonly string[]])[] = [
    [null, ["traces.endpoint or metrics.endpoint required"]],
    [{ traces: {} }, ["traces.endpoint or metrics.endpoint required"]],
    [{ traces: { endpoint: "http://a" } }, ["failed to parse traces.endpoint: valid port required"]],
    [{ traces: { endpoint: "http://a:80" } }, []],
    [{ traces: { endpoint: "http://[::1]:30001/path" } }, []],
    [
      { metrics: { endpoint: "a:2878" } },
      ["failed to parse metrics.endpoint: a URL such as http://localhost:2878 is expected"],
    ],
    [
      { metrics: { endpoint: "ftp://a:2878" } },
      ["failed to parse metrics.endpoint: the URL must begin with http:// or https://"],
    ],
    [
      { traces: { endpoint: "http://a:1" }, metrics: { endpoint: "http://b:2" } },
      ["host for metrics and traces must be the same"],
    ],
    [{ traces: { endpoint: "http://a:1" }, metrics: { endpoint: "http://A:2" } }, []],
  ];
  for (const [written, expected] of cases) t.same(issuesOf(written), expected, JSON.stringify(written));
});

t.test("a pipeline whose endpoint is missing is refused", async (t) => {
  const config = v.parse(tanzuobservability.config, { traces: { endpoint: "http://a:1" } });
  t.throws(() => tanzuobservability.create(config, testSettings({ signal: "metrics" })), {
    message: "metrics.endpoint required",
  });
  t.ok(createExporter("traces", { traces: { endpoint: "http://a:1" } }).exporter);
});

t.test("keys of Go's HTTP client are accepted, and told where they do nothing", async (t) => {
  const { settings } = await startExporter(t, "traces", {
    traces: { endpoint: "http://127.0.0.1:1", max_conns_per_host: 3, compression: "zstd", tls: { insecure: true } },
  });
  t.match(settings.logger.entries[0], {
    level: "info",
    message: "Keys without effect here",
    fields: { keys: ["compression", "max_conns_per_host"] },
  });
});

t.test("reportUrl() keeps a path in front and says the format", async (t) => {
  t.equal(reportUrl(new URL("http://a:1"), "trace").href, "http://a:1/report?f=trace");
  t.equal(reportUrl(new URL("https://u:p@a:1/wf/"), "spanLogs").pathname, "/wf/report");
  t.equal(printableEndpoint(new URL("https://u:p@a:1/wf/")), "https://a:1/wf/");
  t.equal(printableEndpoint(new URL("http://a:1")), "http://a:1");
});
