import { writeFileSync } from "node:fs";
import path from "node:path";
import t, { type Test } from "tap";
import * as v from "valibot";
import type { Component } from "../../../src/component/component.ts";
import { emptyContext } from "../../../src/component/consumer.ts";
import { basicAuth } from "../../../src/extensions/basicauth/factory.ts";
import { componentContract } from "../../contracts/component-contract.ts";
import { TestHost } from "../../contracts/test-host.ts";
import { testSettings, type TestSettings } from "../../contracts/test-settings.ts";
import { until } from "../../contracts/until.ts";
import { direct, startExporter } from "../../exporters/otlp-http/exporter-under-test.ts";
import { failureOf } from "../../net/client/failure-of.ts";
import { numberedBatch } from "../../net/client/numbered-spans.ts";
import { exportPaths, frame, RawGrpc, type GrpcAnswer } from "../../net/raw-grpc.ts";
import { RawConnection, send } from "../../net/raw-http.ts";
import { startReceiver } from "../../receivers/otlp/receiver-under-test.ts";
import { traceRequest } from "../../receivers/otlp/requests.ts";

interface Running {
  readonly host: TestHost;
  readonly extension: Component;
  readonly settings: TestSettings;
}

async function startAuth(t: Test, written: unknown, host = new TestHost(), id = "basicauth"): Promise<Running> {
  const settings = testSettings({ id });
  const extension = basicAuth.create(v.parse(basicAuth.config, written), settings);
  t.teardown(() => extension.shutdown(AbortSignal.timeout(1000)));
  await extension.start(host);
  host.extensionsById.set(id, extension);
  return { host, extension, settings };
}

const auth = { auth: { authenticator: "basicauth" } };
const server = { htpasswd: { inline: "user:right\nhashed:$apr1$abcdefgh$abBiv57EcZGzKVkp2B9os1" } };
const basic = (text: string): string => `Basic ${Buffer.from(text).toString("base64")}`;

async function callGrpc(port: number, headers: Readonly<Record<string, string>>): Promise<GrpcAnswer> {
  const client = new RawGrpc(port);
  try {
    return await client.call(exportPaths.traces, frame(traceRequest()), headers);
  } finally {
    client.close();
  }
}

t.test("both sides keep the contract of components", async (t) => {
  for (const written of [server, { client_auth: { username: "u", password: "p" } }]) {
    const config = v.parse(basicAuth.config, written);
    await componentContract(t, { create: () => basicAuth.create(config, testSettings()) });
  }
});

const refused: readonly [string | undefined, string][] = [
  [undefined, "no basic auth provided"],
  ["Bearer abc", "invalid authorization scheme prefix"],
  ["Basic", "invalid authorization scheme prefix"],
  ["Basic *!*", "invalid authorization format"],
  [basic("no-colon"), "invalid authorization format"],
  [basic("user:wrong"), "invalid credentials"],
  [basic("other:right"), "invalid credentials"],
  [basic("user:"), "invalid credentials"],
];

t.test("without the right credentials HTTP answers 401 and gRPC UNAUTHENTICATED, in upstream's words", async (t) => {
  const { host } = await startAuth(t, server);
  const { grpcPort, httpPort, traces, rejected, rejections } = await startReceiver(t, { grpc: auth, http: auth, host });
  for (const [authorization, message] of refused) {
    const headers = authorization === undefined ? {} : { authorization };
    for (const port of [grpcPort, httpPort]) {
      const json = await send(port, { headers: { ...headers, "content-type": "application/json" }, body: "{}" });
      t.equal(json.status, 401);
      t.same(JSON.parse(json.body.toString()), { code: 16, message });
      const answer = await callGrpc(port, headers);
      t.equal(answer.status, 16);
      t.equal(answer.message, message);
    }
  }
  t.equal(traces.itemCount, 0);
  t.equal(rejected("unauthenticated"), refused.length * 4);
  t.match(rejections()[0]?.fields, { reason: "unauthenticated", remedy: /auth::authenticator/ });
});

t.test("the right credentials come in over both protocols, whatever the case of the scheme", async (t) => {
  const { host } = await startAuth(t, server);
  const { grpcPort, httpPort, traces } = await startReceiver(t, { grpc: auth, http: auth, host });
  const users = [basic("user:right"), basic("hashed:correct-horse"), basic("user:right").replace("Basic", "basic")];
  for (const authorization of [...users, ...users]) {
    for (const port of [grpcPort, httpPort]) {
      t.equal((await send(port, { headers: { authorization }, body: traceRequest() })).status, 200);
      t.equal((await callGrpc(port, { authorization })).status, 0);
    }
  }
  t.equal((await send(httpPort, { headers: { authorization: basic("hashed:x") } })).status, 401, "after a right one");
  t.equal(traces.itemCount, 24);
});

t.test("a refusal comes before the body", async (t) => {
  const { host } = await startAuth(t, server);
  const { httpPort, grpcPort } = await startReceiver(t, { grpc: auth, http: auth, host });
  const connection = await RawConnection.open(httpPort);
  connection.write(
    "POST /v1/traces HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n",
  );
  await until(() => connection.received.includes("no basic auth"), "the answer");
  t.match(connection.received, /^HTTP\/1\.1 401 Unauthorized\r\n/);
  connection.close();
  const client = new RawGrpc(grpcPort);
  const stream = client.open(exportPaths.traces);
  let status = "";
  stream.on("response", (headers) => (status = String(headers["grpc-status"])));
  stream.on("error", () => undefined);
  await until(() => status === "16", "the status, with the request open");
  client.close();
});

t.test("the auth of one protocol holds on its port for the other one, too", async (t) => {
  const { host } = await startAuth(t, server);
  const authorization = basic("user:right");
  const body = traceRequest();
  const { grpcPort, httpPort } = await startReceiver(t, { http: auth, host });
  t.equal((await callGrpc(httpPort, {})).status, 16, "gRPC is no way around");
  t.equal((await callGrpc(httpPort, { authorization })).status, 0);
  t.equal((await callGrpc(grpcPort, {})).status, 0, "the port without auth stays open for its protocol");
  t.equal((await send(grpcPort, { body })).status, 401, "HTTP asks wherever it comes in");
  t.equal((await send(grpcPort, { body, headers: { authorization } })).status, 200);
});

function query(text: string): string {
  return `/v1/traces?authorization=${encodeURIComponent(basic(text))}`;
}

t.test("a request parameter may hold the credentials, and does not come into the log", async (t) => {
  const { host } = await startAuth(t, server);
  const http = { auth: { authenticator: "basicauth", request_params: ["authorization"] } };
  const { httpPort, settings } = await startReceiver(t, { http, host });
  t.equal((await send(httpPort, { path: query("user:right"), body: traceRequest() })).status, 200);
  t.equal((await send(httpPort, { path: query("user:wrong"), body: traceRequest() })).status, 401);
  t.match(JSON.stringify(settings.logger.entries), /"path":"\/v1\/traces"/);
});

t.test("a receiver does not start without its authenticator, or with the client side of one", async (t) => {
  const { host } = await startAuth(t, { client_auth: { username: "u", password: "p" } }, new TestHost(), "basicauth/c");
  const start = (id: string): Promise<unknown> => startReceiver(t, { http: { auth: { authenticator: id } }, host });
  await t.rejects(start("basicauth"), {
    message: 'failed to resolve authenticator "basicauth": authenticator not found',
  });
  await t.rejects(start("basicauth/c"), { message: "requested extension is not a server authenticator" });
  await t.rejects(start(""), { message: 'failed to resolve authenticator "": authenticator not found' });
});

t.test("an exporter with client_auth comes into a receiver with htpasswd, and a new password is used", async (t) => {
  const folder = t.testdir({ users: "user:old\n", name: "user\n", password: "old\n" });
  const passwordFile = path.join(folder, "password");
  const inline = "user:new";
  const { host } = await startAuth(t, { htpasswd: { file: path.join(folder, "users"), inline } });
  const client = { client_auth: { username_file: path.join(folder, "name"), password_file: passwordFile } };
  const { settings } = await startAuth(t, client, host, "basicauth/client");
  const { httpPort, traces } = await startReceiver(t, { http: auth, host });
  const { exporter } = await startExporter(
    t,
    { endpoint: `http://127.0.0.1:${httpPort}`, auth: { authenticator: "basicauth/client" }, ...direct },
    { host },
  );
  t.match(await failureOf(exporter.consume(numberedBatch(3), emptyContext)), { kind: "permanent" });
  writeFileSync(passwordFile, "new\n");
  await settings.clock.advance(1000);
  await until(() => settings.logger.messages("info").length === 1, "the new password");
  await exporter.consume(numberedBatch(3), emptyContext);
  t.equal(traces.itemCount, 3);
});

function messages(written: unknown): unknown {
  return v.safeParse(basicAuth.config, written).issues?.map((issue) => issue.message);
}

t.test("a configuration that cannot be is refused in upstream's words", (t) => {
  t.same(messages(null), ["no credential source provided"]);
  t.same(messages({ htpasswd: {} }), ["no credential source provided"]);
  t.same(messages({ ...server, client_auth: { username: "u" } }), [
    "only one of `htpasswd` or `client_auth` can be specified",
  ]);
  t.end();
});
