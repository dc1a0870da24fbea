import t from "tap";
import * as v from "valibot";
import { emptyContext } from "../../../src/component/consumer.ts";
import { parseInstance, reportUrl } from "../../../src/exporters/tanzuobservability/endpoint.ts";
import { tanzuobservability } from "../../../src/exporters/tanzuobservability/factory.ts";
import { validate } from "../../../src/pdata/validate.ts";
import { direct, startExporter, startProxy } from "./exporter-under-test.ts";
import { metricRequest, spanRequest } from "./requests.ts";

const token = "0a1b2c3d-secret";

function issuesOf(written: unknown): string[] {
  const result = v.safeParse(tanzuobservability.config, written);
  return result.success ? [] : result.issues.map(({ message }) => message);
}

t.test("without a proxy both signals go to the instance, with the token", async (t) => {
  const instance = await startProxy(t);
  const written = { ...direct, direct: { url: `${instance.endpoint}/api/v2`, token } };
  const traces = await startExporter(t, "traces", written);
  const metrics = await startExporter(t, "metrics", written);
  const event = { events: [{ timeUnixNano: "1795176000124456789", name: "e" }] };
  await traces.exporter.consume(validate("traces", spanRequest({ fields: event })), emptyContext);
  const gauge = metricRequest("g", { gauge: {} }, [{ fields: { asInt: "1" } }]);
  await metrics.exporter.consume(validate("metrics", gauge), emptyContext);
  t.same(
    instance.requests.map(({ path, headers }) => [path, headers["authorization"], headers["content-encoding"]]),
    ["trace", "spanLogs", "wavefront"].map((format) => [`/report?f=${format}`, `Bearer ${token}`, "gzip"]),
  );
  t.same(instance.complaints(), []);
});

t.test("a refused token is told with its setting, and never printed", async (t) => {
  const instance = await startProxy(t, { answer: () => ({ status: 401, body: `unknown token ${token}` }) });
  const { exporter } = await startExporter(t, "traces", { ...direct, direct: { url: instance.endpoint, token } });
  const error: unknown = await exporter
    .consume(validate("traces", spanRequest({})), emptyContext)
    .catch((caught: unknown) => caught);
  t.match(error, {
    kind: "permanent",
    message: `The Wavefront instance at ${instance.endpoint} answered 401: unknown token`,
  });
  t.match(String(error), "check direct::token");
  t.notMatch(String(error), token);
});

t.test("the section is checked as a whole", async (t) => {
  const https = "https://example.wavefront.com";
  const cases: readonly (readonly [unknown, readonly string[]])[] = [
    [{ url: https, token }, []],
    [{ url: "http://localhost:8080", token }, []],
    [{ url: https }, ["direct.token required"]],
    [
      null,
      ["failed to parse direct.url: a URL such as https://example.wavefront.com is expected", "direct.token required"],
    ],
    [
      { url: "http://example.wavefront.com", token },
      ["failed to parse direct.url: the URL must begin with https://, or everybody could read the token"],
    ],
    [{ url: https, token: "two\nlines" }, ["direct.token has characters that no header may have; check for line ends"]],
  ];
  for (const [section, expected] of cases) {
    const written = section === null ? { direct: {} } : { direct: section };
    t.same(issuesOf(written), expected, JSON.stringify(section));
  }
  t.same(issuesOf({ direct: { url: https, token }, traces: { endpoint: "http://a:1" } }), [
    "direct is instead of traces.endpoint and metrics.endpoint: remove the one or the others",
  ]);
});

t.test("parseInstance() takes what people paste", async (t) => {
  for (const [text, expected] of [
    ["https://x.wavefront.com", "https://x.wavefront.com/report?f=trace"],
    ["https://x.wavefront.com/", "https://x.wavefront.com/report?f=trace"],
    ["https://x.wavefront.com/report", "https://x.wavefront.com/report?f=trace"],
    ["https://x.wavefront.com/api/v2/", "https://x.wavefront.com/report?f=trace"],
    ["https://gate.example:8443/wavefront/api", "https://gate.example:8443/wavefront/report?f=trace"],
  ] as const) {
    const url = parseInstance(text);
    t.equal(typeof url === "string" ? url : reportUrl(url, "trace").href, expected, text);
  }
});
