import t from "tap";
import { emptyContext } from "../../../src/component/consumer.ts";
import { validate } from "../../../src/pdata/validate.ts";
import { until } from "../../contracts/until.ts";
import type { DecodedSpan } from "../../wavefront-proxy/verdict.ts";
import type { ProxyAnswer, WavefrontProxy } from "../../wavefront-proxy/wavefront-proxy.ts";
import { direct, endpointsAt, startExporter, startProxy } from "./exporter-under-test.ts";
import { passUntil } from "./pass-until.ts";
import { metricRequest, spanRequest, tracesRequest } from "./requests.ts";

const event = { events: [{ timeUnixNano: "1795176000124456789", name: "e" }] };
const spanWithLog = validate("traces", spanRequest({ fields: event }));
const spanLogsDisabled: ProxyAnswer = {
  status: 403,
  body: "Ingested span logs discarded because this feature has not been enabled for your account.",
};

function attempts(proxy: WavefrontProxy, format: string): number {
  return proxy.attempts.filter((request) => request.format === format).length;
}

t.test("403 for span logs stops them alone, with one line and a metric, and asks again later", async (t) => {
  let isEnabled = false;
  const proxy = await startProxy(t, {
    answer: ({ format }) => (format === "spanLogs" && !isEnabled ? spanLogsDisabled : undefined),
  });
  const { exporter, settings } = await startExporter(t, "traces", { ...direct, ...endpointsAt(proxy) });
  for (let round = 0; round < 3; round++) await exporter.consume(spanWithLog, emptyContext);
  t.same([attempts(proxy, "trace"), attempts(proxy, "spanLogs")], [3, 1]);
  const lines = settings.logger.entries.filter(({ level }) => level === "error" || level === "warn");
  t.equal(lines.length, 1);
  t.match(lines[0], {
    message: "Wavefront does not take these lines for this account: they are dropped, the others are sent",
    fields: { f: "spanLogs", error: /answered 403: Ingested span logs discarded .*; check that this kind of data/ },
  });
  const format = "spanLogs";
  t.equal(settings.meter.value("otelcol_exporter_wavefront_not_enabled_lines", { format }), 3);
  t.equal(settings.meter.value("otelcol_exporter_wavefront_stopped", { format }), 1);
  t.equal(settings.ledger.droppedCount, 0, "the spans are sent");

  await settings.clock.advance(5 * 60_000);
  await exporter.consume(spanWithLog, emptyContext);
  await exporter.consume(spanWithLog, emptyContext);
  t.equal(attempts(proxy, "spanLogs"), 2, "asked again once");
  isEnabled = true;
  await settings.clock.advance(5 * 60_000);
  await exporter.consume(spanWithLog, emptyContext);
  t.equal(proxy.verdicts("spanLogs").length, 1);
  t.equal(settings.meter.value("otelcol_exporter_wavefront_stopped", { format }), 0);
  t.match(settings.logger.entries.at(-1), {
    level: "info",
    message: "Wavefront takes these lines again",
    fields: { f: "spanLogs", dropped_lines: 5 },
  });
});

t.test(
  "403 for histograms drops those points with a reason; other points go on and the request succeeds",
  async (t) => {
    const proxy = await startProxy(t, {
      answer: ({ format }) =>
        format === "histogram" ? { status: 403, body: "histogram feature is not enabled for your account" } : undefined,
    });
    const { exporter, settings } = await startExporter(t, "metrics", { ...direct, ...endpointsAt(proxy) });
    const fields = { count: "3", sum: 5, bucketCounts: ["1", "2"], explicitBounds: [10] };
    const histogram = metricRequest("h", { histogram: { aggregationTemporality: 1 } }, [{ fields }]);
    const gauge = metricRequest("g", { gauge: {} }, [{ fields: { asInt: "1" } }]);
    for (const request of [histogram, gauge, histogram, gauge]) {
      await exporter.consume(validate("metrics", request), emptyContext);
    }
    t.equal(attempts(proxy, "histogram"), 1);
    t.equal(proxy.verdicts("wavefront").filter(({ line }) => line.startsWith('"g"')).length, 2);
    t.same(settings.ledger.droppedBy, { permanent_error: 2 });
    t.equal(settings.meter.value("otelcol_exporter_wavefront_not_enabled_lines", { format: "histogram" }), 6);
  },
);

t.test("403 for another reason stops nothing", async (t) => {
  const proxy = await startProxy(t, { answer: () => ({ status: 403, body: "who are you" }) });
  const { exporter, settings } = await startExporter(t, "traces", { ...direct, ...endpointsAt(proxy) });
  for (let round = 0; round < 2; round++) {
    await t.rejects(exporter.consume(spanWithLog, emptyContext), { kind: "permanent", message: /403: who are you/ });
  }
  t.equal(attempts(proxy, "trace"), 2);
  t.equal(settings.logger.entries.filter(({ message }) => /not take these lines/.test(message)).length, 0);
});

for (const status of [406, 429]) {
  t.test(`${status} is push-back: waits as it asks, then sends each line once`, async (t) => {
    let refusals = 2;
    const proxy = await startProxy(t, {
      answer: ({ format }) =>
        format === "trace" && refusals-- > 0 ? { status, headers: { "retry-after": "20" }, body: "full" } : undefined,
    });
    const { exporter, settings } = await startExporter(t, "traces", { timeout: 0, ...endpointsAt(proxy) });
    await exporter.consume(spanWithLog, emptyContext);
    const retries = (): number =>
      settings.logger.entries.filter(({ message }) => message.includes("Will retry")).length;
    await until(() => retries() === 1, "the first refusal");
    await settings.clock.advance(15_000);
    t.equal(attempts(proxy, "trace"), 1, "not before the time");
    await passUntil(settings.clock, () => settings.ledger.held === 0, "the end");
    t.same([proxy.verdicts("trace").length, proxy.verdicts("spanLogs").length], [1, 1]);
    t.same([settings.ledger.sentCount, settings.ledger.droppedCount], [1, 0]);
  });
}

t.test("of a batch in several requests only what failed is sent again", async (t) => {
  let count = 0;
  const proxy = await startProxy(t, {
    // The third request breaks in the middle, after the proxy has taken two.
    answer: () => (++count === 3 ? "drop" : undefined),
  });
  const { exporter, settings } = await startExporter(t, "traces", { timeout: 0, ...endpointsAt(proxy) });
  const attributes = Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`key${index}`, "v".repeat(100)]));
  const spans = Array.from({ length: 3000 }, (_, index) => ({ name: `span ${index}`, attributes }));
  await exporter.consume(validate("traces", tracesRequest([{ resource: {}, spans }])), emptyContext);
  await until(() => settings.logger.entries.some(({ message }) => message.includes("Will retry")), "the failure");
  await passUntil(settings.clock, () => settings.ledger.held === 0, "the end");
  const names = proxy.verdicts("trace").map(({ decoded }) => (decoded as DecodedSpan).name);
  t.same(names.toSorted(), spans.map(({ name }) => name).toSorted(), "each span once, none missing");
  t.same([settings.ledger.sentCount, settings.ledger.droppedCount], [3000, 0]);
});

t.test("compression: none sends plain lines, and 413 still cuts between them", async (t) => {
  const proxy = await startProxy(t, { maxBytes: 2000 });
  const { exporter } = await startExporter(t, "traces", {
    ...direct,
    traces: { endpoint: proxy.endpoint, compression: "none" },
  });
  const spans = Array.from({ length: 50 }, (_, index) => ({ name: `span ${index}` }));
  await exporter.consume(validate("traces", tracesRequest([{ resource: {}, spans }])), emptyContext);
  t.same(
    proxy.verdicts("trace").map(({ decoded }) => (decoded as DecodedSpan).name),
    spans.map(({ name }) => name),
  );
  t.equal(proxy.requests[0]?.headers["content-encoding"], undefined);
});
