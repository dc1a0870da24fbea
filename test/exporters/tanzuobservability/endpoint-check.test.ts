import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import t, { type Test } from "tap";
import { until } from "../../contracts/until.ts";
import type { ProxyAnswer } from "../../wavefront-proxy/wavefront-proxy.ts";
import { startExporter, startProxy } from "./exporter-under-test.ts";

interface Told {
  readonly level: string;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

async function checkOf(t: Test, written: Readonly<Record<string, unknown>>): Promise<Told | undefined> {
  const { settings } = await startExporter(t, "traces", written);
  t.same(settings.logger.entries, [], "the start does not wait for it");
  await settings.clock.advance(1000);
  await until(() => settings.logger.entries.length > 0, "the line about the endpoint");
  t.equal(settings.logger.entries.length, 1);
  return settings.logger.entries[0];
}

t.test("shortly after the start each endpoint is asked, without a line that a proxy would count", async (t) => {
  const proxy = await startProxy(t);
  t.match(await checkOf(t, { traces: { endpoint: proxy.endpoint } }), {
    level: "info",
    message: "Wavefront endpoint answers",
    fields: { endpoint: proxy.endpoint, setting: "exporters::tanzuobservability::traces::endpoint", status: 202 },
  });
  t.same(proxy.checks, ["/report?f=trace"]);
  t.same(proxy.attempts, []);
});

t.test("answers are told apart", async (t) => {
  const answers: readonly (readonly [ProxyAnswer, string, RegExp | undefined])[] = [
    [{ status: 405 }, "info", undefined],
    [{ status: 404, body: "no" }, "warn", /answered 404; check that the port is one of a Wavefront proxy/],
    [{ status: 503, body: "busy" }, "warn", /answered 503/],
  ];
  for (const [answer, level, text] of answers) {
    const proxy = await startProxy(t, { answerCheck: () => answer });
    const told = await checkOf(t, { traces: { endpoint: proxy.endpoint } });
    t.equal(told?.level, level, String(answer.status));
    if (text !== undefined) t.match(told?.fields["answer"], text);
  }
});

t.test("an endpoint that does not answer is told with the setting, and with what happens to data", async (t) => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  t.match(await checkOf(t, { traces: { endpoint: `http://127.0.0.1:${port}` } }), {
    level: "info",
    message: "Wavefront endpoint does not answer yet: data will wait in the queue",
    fields: {
      reason: /connection refused; start the proxy or correct exporters::tanzuobservability::traces::endpoint/,
    },
  });
});

t.test("a shutdown ends the question", async (t) => {
  const silent = createServer().listen(0, "127.0.0.1");
  t.teardown(() => void silent.close());
  await once(silent, "listening");
  const { port } = silent.address() as AddressInfo;
  const { exporter, settings } = await startExporter(t, "traces", { traces: { endpoint: `http://127.0.0.1:${port}` } });
  const connected = once(silent, "connection");
  await settings.clock.advance(1000);
  await connected;
  await exporter.shutdown(AbortSignal.timeout(2000));
  t.same(settings.logger.entries, []);
});
