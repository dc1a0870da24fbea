import { rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import t, { type Test } from "tap";
import * as v from "valibot";
import { emptyContext } from "../../../src/component/consumer.ts";
import { bearerTokenAuth } from "../../../src/extensions/bearertokenauth/factory.ts";
import { componentContract } from "../../contracts/component-contract.ts";
import { TestHost } from "../../contracts/test-host.ts";
import { testSettings, type TestSettings } from "../../contracts/test-settings.ts";
import { until } from "../../contracts/until.ts";
import { direct, startExporter } from "../../exporters/otlp-http/exporter-under-test.ts";
import { numberedBatch } from "../../net/client/numbered-spans.ts";
import { failureOf } from "../../net/client/failure-of.ts";
import { exportPaths, frame, RawGrpc } from "../../net/raw-grpc.ts";
import { send } from "../../net/raw-http.ts";
import { startReceiver, type ReceiverUnderTest } from "../../receivers/otlp/receiver-under-test.ts";
import { traceRequest } from "../../receivers/otlp/requests.ts";

interface Running extends ReceiverUnderTest {
  readonly authSettings: TestSettings;
}

/** A receiver that asks for tokens. */
async function start(t: Test, written: unknown): Promise<Running> {
  const authSettings = testSettings({ id: "bearertokenauth" });
  const extension = bearerTokenAuth.create(v.parse(bearerTokenAuth.config, written), authSettings);
  t.teardown(() => extension.shutdown(AbortSignal.timeout(1000)));
  const host = new TestHost();
  await extension.start(host);
  host.extensionsById.set("bearertokenauth", extension);
  const auth = { auth: { authenticator: "bearertokenauth" } };
  return { ...(await startReceiver(t, { grpc: auth, http: auth, host })), authSettings };
}

/** HTTP status and gRPC status of a request with these headers. */
async function ask(
  port: number,
  headers: Readonly<Record<string, string>>,
): Promise<readonly [number, number, string]> {
  const http = await send(port, { headers, body: traceRequest() });
  const client = new RawGrpc(port);
  const { status, message } = await client.call(exportPaths.traces, frame(traceRequest()), headers);
  client.close();
  return [http.status, status, message];
}

const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });

t.test("bearertokenauth keeps the contract of components, with and without a file", async (t) => {
  const filename = path.join(t.testdir({ tokens: "one\n" }), "tokens");
  for (const written of [{ token: "x" }, { filename }]) {
    const config = v.parse(bearerTokenAuth.config, written);
    await componentContract(t, { create: () => bearerTokenAuth.create(config, testSettings()) });
  }
});

t.test("only requests with one of the tokens come in, and what others showed is told to them alone", async (t) => {
  const { grpcPort, httpPort, traces, settings } = await start(t, { tokens: ["first", "second"] });
  for (const port of [grpcPort, httpPort]) {
    t.same(await ask(port, bearer("first")), [200, 0, ""]);
    t.same(await ask(port, bearer("second")), [200, 0, ""]);
    t.same(await ask(port, bearer("canary-3")), [401, 16, "scheme or token does not match: Bearer canary-3"]);
    t.same(await ask(port, {}), [401, 16, "missing or empty authorization header: Authorization"]);
    t.same(await ask(port, { authorization: "first" }), [401, 16, "scheme or token does not match: first"]);
  }
  t.equal(traces.itemCount, 8);
  const log = JSON.stringify(settings.logger.entries);
  t.match(log, /scheme or token does not match/);
  t.notMatch(log, /canary-3/);
});

t.test("scheme and header are as configured", async (t) => {
  const { httpPort } = await start(t, { token: "key", scheme: "", header: "X-Api-Key" });
  t.same(await ask(httpPort, { "x-api-key": "key" }), [200, 0, ""]);
  t.same(await ask(httpPort, bearer("key")), [401, 16, "missing or empty authorization header: X-Api-Key"]);
});

t.test("a file with tokens is read again when it changes, and a bad one leaves the old tokens", async (t) => {
  const filename = path.join(t.testdir({ tokens: "one\n\n two \r\n" }), "tokens");
  const { httpPort, authSettings } = await start(t, { filename, token: "ignored" });
  const { clock, logger } = authSettings;
  const status = async (token: string): Promise<number> => (await ask(httpPort, bearer(token)))[0];
  t.same(logger.messages("warn"), ["a filename is specified. Configured token(s) is ignored!"]);
  t.same([await status("one"), await status("two"), await status("ignored")], [200, 200, 401]);
  writeFileSync(filename, "three\n");
  await clock.advance(1000);
  await until(() => logger.messages("info").length === 1, "the new tokens");
  t.same([await status("one"), await status("three")], [401, 200]);
  for (const spoil of [() => writeFileSync(filename, "\n"), () => rmSync(filename)]) {
    const before = logger.messages("error").length;
    spoil();
    await until(() => clock.timerCount === 1, "the next look");
    await clock.advance(1000);
    await until(() => logger.messages("error").length === before + 1, "the complaint");
    t.equal(await status("three"), 200);
  }
  t.notMatch(JSON.stringify(logger.entries), /"(one|two|three)|Bearer/);
});

t.test("a start without a usable file says what to change", async (t) => {
  const filename = path.join(t.testdir({ tokens: "\n" }), "tokens");
  await t.rejects(start(t, { filename }), { message: /^Cannot read tokens: there is no token in it; give .*filename/ });
  await t.rejects(start(t, { filename: `${filename}x` }), { message: /^Cannot read tokens: ENOENT/ });
});

t.test("an exporter's token comes into a receiver that knows it, and a failure does not tell it", async (t) => {
  const { httpPort, traces, host } = await start(t, { tokens: ["first-canary", "second"] });
  const endpoint = `http://127.0.0.1:${httpPort}`;
  const auth = { authenticator: "bearertokenauth" };
  const right = await startExporter(t, { endpoint, auth, ...direct }, { host });
  await right.exporter.consume(numberedBatch(3), emptyContext);
  t.equal(traces.itemCount, 3);

  const other = bearerTokenAuth.create(v.parse(bearerTokenAuth.config, { token: "wrong-canary" }), testSettings());
  await other.start(host);
  host.extensionsById.set("other", other);
  const wrong = await startExporter(t, { endpoint, auth: { authenticator: "other" }, ...direct }, { host });
  const failure = await failureOf(wrong.exporter.consume(numberedBatch(3), emptyContext));
  t.match(failure, { kind: "permanent", message: /scheme or token does not match/ });
  t.notMatch(String(failure), /canary/, "the peer repeats the token; we do not");
});

function messages(written: unknown): unknown {
  return v.safeParse(bearerTokenAuth.config, written).issues?.map((issue) => issue.message);
}

t.test("a configuration that cannot be is refused in upstream's words", (t) => {
  t.same(messages(null), ["no bearer token provided"]);
  t.same(messages({ token: "a", tokens: ["b"] }), ["either tokens or token should be provided, not both"]);
  t.equal(messages({ tokens: ["a", "b"] }), undefined);
  t.end();
});
