import t from "tap";
import { emptyContext } from "../../../src/component/consumer.ts";
import { chooseCompression, plainBytes } from "../../../src/exporters/tanzuobservability/pack.ts";
import { validate } from "../../../src/pdata/validate.ts";
import type { DecodedSpan } from "../../wavefront-proxy/verdict.ts";
import { direct, startExporter, startProxy } from "./exporter-under-test.ts";
import { passUntil } from "./pass-until.ts";
import { tracesRequest } from "./requests.ts";

const attributes = Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`key${index}`, "v".repeat(100)]));

function request(round: number, count: number) {
  const spans = Array.from({ length: count }, (_, index) => ({ name: `span ${round}.${index}`, attributes }));
  return validate("traces", tracesRequest([{ resource: {}, spans }]));
}

t.test("large requests to this machine are plain, small ones and those to other machines gzipped", async (t) => {
  const cases = [
    ["", "http://localhost:2878", "none"],
    ["", "http://127.0.0.1:2878", "none"],
    ["", "http://[::1]:2878", "none"],
    ["", "http://proxy.example:2878", "gzip"],
    ["", "https://127.example.com:2878", "gzip"],
    ["gzip", "http://localhost:2878", "gzip"],
    ["none", "http://proxy.example:2878", "none"],
  ] as const;
  for (const [setting, url, expected] of cases) {
    const choose = chooseCompression(setting, new URL(url));
    t.equal(choose(plainBytes), expected, `${setting} ${url}`);
    t.equal(choose(plainBytes - 1), setting === "none" ? "none" : "gzip", `${setting} ${url}, small`);
  }
});

t.test("plain requests of one batch after the other hold their own lines, in memory that is used again", async (t) => {
  const proxy = await startProxy(t);
  const { exporter } = await startExporter(t, "traces", { ...direct, traces: { endpoint: proxy.endpoint } });
  const rounds = Array.from({ length: 4 }, (_, round) => request(round, 3000));
  // Two at a time, so that the requests of both are under way together.
  for (let round = 0; round < rounds.length; round += 2) {
    await Promise.all(rounds.slice(round, round + 2).map((batch) => exporter.consume(batch, emptyContext)));
  }
  const names = proxy.verdicts("trace").map(({ decoded }) => (decoded as DecodedSpan).name);
  const expected = rounds.flatMap((_, round) => Array.from({ length: 3000 }, (_, index) => `span ${round}.${index}`));
  t.same(names.toSorted(), expected.toSorted(), "each span once, none missing");
  t.same(proxy.complaints(), []);
  const encodings = new Set(proxy.requests.map(({ headers }) => headers["content-encoding"]));
  t.equal(encodings.has(undefined), true, "full requests are plain");
});

t.test("compression: gzip is kept for a proxy on this machine", async (t) => {
  const proxy = await startProxy(t);
  const traces = { endpoint: proxy.endpoint, compression: "gzip" };
  const { exporter } = await startExporter(t, "traces", { ...direct, traces });
  await exporter.consume(request(0, 1000), emptyContext);
  t.equal(proxy.verdicts("trace").length, 1000);
  t.same([...new Set(proxy.requests.map(({ headers }) => headers["content-encoding"]))], ["gzip"]);
});

t.test("what was plain waits compressed for its next attempt", async (t) => {
  let refusals = 1;
  const proxy = await startProxy(t, { answer: () => (refusals-- > 0 ? { status: 503, body: "full" } : undefined) });
  const traces = { endpoint: proxy.endpoint };
  const { exporter, settings } = await startExporter(t, "traces", { sending_queue: { enabled: false }, traces });
  const sent = exporter.consume(request(0, 1000), emptyContext);
  await passUntil(settings.clock, () => proxy.verdicts("trace").length === 1000, "the second attempt");
  await sent;
  t.same(
    proxy.attempts.slice(0, 2).map(({ headers }) => headers["content-encoding"]),
    [undefined, "gzip"],
  );
});
