import { copyFileSync } from "node:fs";
import http from "node:http";
import net from "node:net";
import path from "node:path";
import t, { type Test } from "tap";
import type { Component } from "../../../src/component/component.ts";
import { emptyContext } from "../../../src/component/consumer.ts";
import type { ClientAuthenticator } from "../../../src/net/client/authenticator.ts";
import { TestHost } from "../../contracts/test-host.ts";
import { until } from "../../contracts/until.ts";
import { failureOf } from "../../net/client/failure-of.ts";
import { HttpPeer } from "../../net/client/http-peer.ts";
import { numberedBatch } from "../../net/client/numbered-spans.ts";
import { tlsFile, tlsPem } from "../../net/client/tls-files.ts";
import { direct, startExporter } from "./exporter-under-test.ts";

interface TlsPeerOptions {
  readonly name?: string;
  readonly wantsClient?: boolean;
}

async function startTlsPeer(t: Test, { name = "server", wantsClient = false }: TlsPeerOptions = {}): Promise<HttpPeer> {
  const peer = await HttpPeer.start({
    tls: {
      cert: tlsPem(`${name}.pem`),
      key: tlsPem(`${name}.key`),
      ...(wantsClient && { ca: tlsPem("ca.pem"), requestCert: true, rejectUnauthorized: true }),
    },
  });
  t.teardown(() => peer.stop());
  return peer;
}

const warnings: string[] = [];
process.on("warning", (warning) => warnings.push(String(warning)));

t.test("https is TLS, with addresses and names", async (t) => {
  const peer = await startTlsPeer(t);
  const tls = { ca_file: tlsFile("ca.pem") };
  for (const written of [
    { endpoint: peer.endpoint, tls },
    { endpoint: `https://localhost:${peer.port}`, tls },
    { endpoint: peer.endpoint, tls: { ...tls, min_version: "1.3" } },
    { endpoint: peer.endpoint, tls: { ...tls, max_version: "1.2" } },
    // The scheme decides.
    { endpoint: peer.endpoint, tls: { ...tls, insecure: true } },
    { endpoint: peer.endpoint, tls, headers: { Host: "elsewhere.example" } },
  ]) {
    const { exporter } = await startExporter(t, { ...written, ...direct });
    await exporter.consume(numberedBatch(1), emptyContext);
    await exporter.consume(numberedBatch(1), emptyContext);
  }
  t.equal(peer.requests.length, 12);
  t.same(warnings, [], "nothing is printed about server names");
});

t.test("a certificate that cannot be trusted is refused, and the message says what to change", async (t) => {
  const peer = await startTlsPeer(t);
  const named = await startTlsPeer(t, { name: "named-server" });
  const plain = await HttpPeer.start();
  t.teardown(() => plain.stop());
  const ca = { ca_file: tlsFile("ca.pem") };
  const cases: readonly (readonly [endpoint: string, tls: object, message: RegExp])[] = [
    [peer.endpoint, {}, /certificate of the peer is not trusted: .*give that authority in "tls::ca_file"/],
    [peer.endpoint, { ca_file: tlsFile("other-ca.pem") }, /certificate of the peer is not trusted/],
    [named.endpoint, ca, /certificate of the peer is for another name, set "tls::server_name_override"/],
    [`https://${plain.address}`, ca, /the peer does not speak TLS, write http:\/\/ in the endpoint if it has none/],
    [`http://${peer.address}`, {}, /closed by the peer, .*if it wants TLS, write https:\/\/ in the endpoint/],
  ];
  for (const [endpoint, tls, message] of cases) {
    const { exporter } = await startExporter(t, { endpoint, tls, ...direct });
    const error = await failureOf(exporter.consume(numberedBatch(1), emptyContext));
    t.equal(error.kind, "retryable");
    t.match(error.message, message);
  }
  for (const tls of [{ ...ca, server_name_override: "backend.test" }, { insecure_skip_verify: true }]) {
    const { exporter } = await startExporter(t, { endpoint: named.endpoint, tls, ...direct });
    await exporter.consume(numberedBatch(1), emptyContext);
  }
});

t.test("a client certificate is shown where the peer wants one", async (t) => {
  const peer = await startTlsPeer(t, { wantsClient: true });
  const ca = { ca_file: tlsFile("ca.pem") };
  const good = { ...ca, cert_file: tlsFile("client.pem"), key_file: tlsFile("client.key") };
  const { exporter } = await startExporter(t, { endpoint: peer.endpoint, tls: good, ...direct });
  await exporter.consume(numberedBatch(1), emptyContext);
  const none = await startExporter(t, { endpoint: peer.endpoint, tls: ca, ...direct });
  const missing = await failureOf(none.exporter.consume(numberedBatch(1), emptyContext));
  t.match(missing.message, /wants a client certificate|closed by the peer/);
  t.equal(peer.requests.length, 1);
});

t.test("certificates are read again for the connections that come after reload_interval", async (t) => {
  const file = path.join(t.testdir(), "ca.pem");
  copyFileSync(tlsFile("other-ca.pem"), file);
  const peer = await startTlsPeer(t);
  const tls = { ca_file: file, reload_interval: "10s" };
  const { exporter, settings } = await startExporter(t, { endpoint: peer.endpoint, tls, timeout: "60s", ...direct });
  t.match((await failureOf(exporter.consume(numberedBatch(1), emptyContext))).message, /not trusted/);
  copyFileSync(tlsFile("ca.pem"), file);
  t.match((await failureOf(exporter.consume(numberedBatch(1), emptyContext))).message, /not trusted/);
  await settings.clock.advance(10_000);
  await exporter.consume(numberedBatch(1), emptyContext);
  t.equal(peer.requests.length, 1);
});

t.test("a peer that accepts a connection and says nothing is given up after 10 s", async (t) => {
  const silent = net.createServer((socket) => socket.on("error", () => undefined).resume());
  await new Promise<void>((resolve) => {
    silent.listen(0, "127.0.0.1", resolve);
  });
  t.teardown(() => silent.close());
  const address = silent.address();
  const endpoint = `https://127.0.0.1:${address !== null && typeof address === "object" ? address.port : 0}`;
  const { exporter, settings } = await startExporter(t, { endpoint, ...direct });
  const failure = failureOf(exporter.consume(numberedBatch(1), emptyContext));
  await new Promise((resolve) => {
    silent.once("connection", resolve);
  });
  await settings.clock.advance(10_000);
  t.match(await failure, { kind: "retryable", message: /Cannot reach 127\.0\.0\.1:\d+: connection attempt timed out/ });
});

t.test("shutdown gives up a connection that is being made", async (t) => {
  const open = new Set<net.Socket>();
  const silent = net.createServer((socket) => {
    open.add(socket);
    socket.on("error", () => undefined).on("close", () => open.delete(socket));
    socket.resume();
  });
  await new Promise<void>((resolve) => {
    silent.listen(0, "127.0.0.1", resolve);
  });
  t.teardown(() => silent.close());
  const address = silent.address();
  const endpoint = `https://127.0.0.1:${address !== null && typeof address === "object" ? address.port : 0}`;
  const { exporter, settings } = await startExporter(t, { endpoint });
  await exporter.consume(numberedBatch(2), emptyContext);
  await until(() => open.size === 1, "the connection is being made");
  await exporter.shutdown(AbortSignal.timeout(50));
  t.same(settings.ledger.droppedBy, { shutdown: 2 });
  await until(() => open.size === 0, "the connection is given up");
});

t.test("an authenticator signs each request, and its header wins", async (t) => {
  const peer = await HttpPeer.start();
  t.teardown(() => peer.stop());
  const host = new TestHost();
  let token = 0;
  const signing: Component & ClientAuthenticator = {
    start: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
    requestHeaders: () => [["authorization", `Bearer ${++token}`]],
  };
  host.extensionsById.set("token", signing);
  host.extensionsById.set("zpages", { start: () => Promise.resolve(), shutdown: () => Promise.resolve() });
  const written = { endpoint: peer.endpoint, headers: { Authorization: "none" }, auth: { authenticator: "token" } };
  const { exporter } = await startExporter(t, { ...written, ...direct }, { host });
  await exporter.consume(numberedBatch(1), emptyContext);
  await exporter.consume(numberedBatch(1), emptyContext);
  t.same(
    peer.requests.map(({ headers }) => headers.authorization),
    ["Bearer 1", "Bearer 2"],
  );
  await t.rejects(startExporter(t, { endpoint: peer.endpoint, auth: { authenticator: "zpages" } }, { host }), {
    message: "requested extension is not an HTTP client authenticator",
  });
});

t.test("proxy_url sends requests through a proxy, plain ones as a whole and TLS through a tunnel", async (t) => {
  const seen: string[] = [];
  const proxy = http.createServer((request, response) => {
    seen.push(`${request.method} ${request.url} ${request.headers["proxy-authorization"] ?? ""}`.trim());
    request.resume();
    request.on("end", () => response.end());
  });
  proxy.on("connect", (request, socket, head) => {
    seen.push(`CONNECT ${request.url}`);
    const [host = "", port = ""] = (request.url ?? "").split(":");
    const outgoing = net.connect(Number(port), host, () => {
      socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
      outgoing.write(head);
      outgoing.pipe(socket);
      socket.pipe(outgoing);
    });
    outgoing.on("error", () => socket.destroy());
    socket.on("error", () => outgoing.destroy());
  });
  await new Promise<void>((resolve) => {
    proxy.listen(0, "127.0.0.1", resolve);
  });
  t.teardown(() => {
    proxy.close();
    proxy.closeAllConnections();
  });
  const address = proxy.address();
  const proxyHost = `127.0.0.1:${address !== null && typeof address === "object" ? address.port : 0}`;
  const plain = await startExporter(t, {
    endpoint: "http://backend.test:4318",
    proxy_url: `http://u:p@${proxyHost}`,
    ...direct,
  });
  await plain.exporter.consume(numberedBatch(1), emptyContext);
  t.equal(seen.pop(), `POST http://backend.test:4318/v1/traces Basic ${Buffer.from("u:p").toString("base64")}`);

  const peer = await startTlsPeer(t);
  const tls = { ca_file: tlsFile("ca.pem"), reload_interval: "1s" };
  const written = { endpoint: `https://localhost:${peer.port}`, proxy_url: `http://${proxyHost}`, tls, ...direct };
  const { exporter, settings } = await startExporter(t, written);
  await exporter.consume(numberedBatch(1), emptyContext);
  t.equal(seen.pop(), `CONNECT localhost:${peer.port}`);
  t.equal(peer.requests.length, 1);
  t.match(settings.logger.entries, [
    { message: "Keys without effect here", fields: { keys: ["tls::reload_interval"] } },
  ]);
});
