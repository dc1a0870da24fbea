import t from "tap";
import { Router } from "../../../src/receivers/otlp/router.ts";

const standard = { tracesUrlPath: "/v1/traces", metricsUrlPath: "/v1/metrics", logsUrlPath: "/v1/logs" };

const exact: readonly [string, string][] = [
  ["/v1/traces", "traces"],
  ["/v1/metrics", "metrics"],
  ["/v1/logs", "logs"],
  ["/v1/trace", "traces"],
  ["/v1/traces?token=1", "traces"],
  ["http://collector:4318/v1/logs", "logs"],
];

t.test("Router finds the paths of OTLP, and the one of old", (t) => {
  const router = new Router(standard);
  for (const [path, signal] of exact) t.same(router.find(path), { signal, correction: undefined }, path);
  t.end();
});

const corrected: readonly [string, string, RegExp][] = [
  ["/v1/traces/v1/traces", "traces", /^remove \/v1\/traces from the client's OTEL_EXPORTER_OTLP_ENDPOINT/],
  ["/v1/traces/v1/metrics", "metrics", /OTEL_EXPORTER_OTLP_METRICS_ENDPOINT/],
  ["/otlp/v1/traces", "traces", /^remove \/otlp from .*set traces_url_path of this receiver to \/otlp\/v1\/traces$/],
  ["//v1/logs", "logs", /OTEL_EXPORTER_OTLP_LOGS_ENDPOINT/],
  ["/v1/traces/", "traces", /^remove the slash at the end of OTEL_EXPORTER_OTLP_TRACES_ENDPOINT$/],
  ["/a/b/v1/logs//?x", "logs", /^remove \/a\/b from/],
];

t.test("Router takes paths that end in those of OTLP, and names the setting to correct", (t) => {
  const router = new Router(standard);
  for (const [path, signal, correction] of corrected) t.match(router.find(path), { signal, correction }, path);
  t.end();
});

t.test("Router knows no other path", (t) => {
  const router = new Router(standard);
  const paths = ["/", "", "/v1", "/v1/", "/v1/spans", "/v1/tracesx", "/api/v2/spans", "/v1/traces/x", "*"];
  for (const path of paths) t.equal(router.find(path), undefined, path);
  t.end();
});

t.test("Router takes configured paths as right, and the standard ones with a correction", (t) => {
  const router = new Router({ ...standard, tracesUrlPath: "/in/spans" });
  t.same(router.find("/in/spans"), { signal: "traces", correction: undefined });
  t.match(router.find("/v1/traces"), { signal: "traces", correction: /to \/in\/spans$/ });
  t.end();
});

t.test("Router stays small and right under many odd paths", (t) => {
  const router = new Router(standard);
  let wrong = 0;
  for (let number = 0; number < 10_000; number++) {
    if (router.find(`/tenant-${number}/v1/traces`)?.correction?.startsWith(`remove /tenant-${number} `) !== true)
      wrong++;
  }
  t.equal(wrong, 0);
  t.end();
});
