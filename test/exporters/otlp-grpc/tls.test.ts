import { copyFileSync } from "node:fs";
import path from "node:path";
import { ServerCredentials } from "@grpc/grpc-js";
import t from "tap";
import type { Component } from "../../../src/component/component.ts";
import { emptyContext } from "../../../src/component/consumer.ts";
import type { ClientAuthenticator } from "../../../src/net/client/authenticator.ts";
import { TestHost } from "../../contracts/test-host.ts";
import { failureOf } from "../../net/client/failure-of.ts";
import { GrpcPeer } from "../../net/client/grpc-peer.ts";
import { numberedBatch } from "../../net/client/numbered-spans.ts";
import { tlsFile, tlsPem } from "../../net/client/tls-files.ts";
import { direct, plain, startExporter } from "./exporter-under-test.ts";

interface TlsPeerOptions {
  readonly name?: string;
  readonly wantsClient?: boolean;
  readonly port?: number;
}

function startTlsPeer({ name = "server", wantsClient = false, port = 0 }: TlsPeerOptions = {}): Promise<GrpcPeer> {
  const pair = { cert_chain: tlsPem(`${name}.pem`), private_key: tlsPem(`${name}.key`) };
  return GrpcPeer.start({
    port,
    credentials: ServerCredentials.createSsl(wantsClient ? tlsPem("ca.pem") : null, [pair], wantsClient),
  });
}

const warnings: string[] = [];
process.on("warning", (warning) => warnings.push(String(warning)));

t.test("TLS is on unless it is switched off, whatever prefix the endpoint has", async (t) => {
  const peer = await startTlsPeer();
  t.teardown(() => peer.stop());
  const tls = { ca_file: tlsFile("ca.pem") };
  const insecure = { ...tls, insecure: true };
  for (const written of [
    { endpoint: peer.endpoint, tls },
    { endpoint: `http://${peer.endpoint}`, tls },
    { endpoint: `https://${peer.endpoint}`, tls },
    { endpoint: `localhost:${peer.port}`, tls },
    { endpoint: peer.endpoint, tls: { ca_pem: tlsPem("ca.pem").toString() } },
    // A CA is a wish for TLS.
    { endpoint: peer.endpoint, tls: insecure },
    { endpoint: peer.endpoint, tls: { ...tls, min_version: "1.3" } },
    { endpoint: peer.endpoint, tls: { ...tls, max_version: "1.2" } },
    {
      endpoint: peer.endpoint,
      tls: { ...tls, max_version: "1.2", cipher_suites: ["TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"] },
    },
    { endpoint: peer.endpoint, tls: { ...tls, curve_preferences: ["X25519"] } },
  ]) {
    const { exporter } = await startExporter(t, { ...written, ...direct });
    await exporter.consume(numberedBatch(1), emptyContext);
    peer.requests.pop();
  }
  t.same(warnings, [], "nothing is printed about server names");
});

t.test("a certificate that cannot be trusted is refused, and the message says what to change", async (t) => {
  const peer = await startTlsPeer();
  const named = await startTlsPeer({ name: "named-server" });
  const plainPeer = await GrpcPeer.start();
  const strict = await startTlsPeer({ wantsClient: true });
  t.teardown(() => [peer, named, plainPeer, strict].forEach((one) => one.stop()));
  const ca = { ca_file: tlsFile("ca.pem") };
  const cases: readonly (readonly [endpoint: string, tls: object, message: RegExp])[] = [
    [peer.endpoint, {}, /certificate of the peer is not trusted: .*give that authority in "tls::ca_file"/],
    [peer.endpoint, { ca_file: tlsFile("other-ca.pem") }, /certificate of the peer is not trusted/],
    [named.endpoint, ca, /certificate of the peer is for another name, set "tls::server_name_override"/],
    [plainPeer.endpoint, ca, /the peer does not speak TLS, set "tls::insecure: true" if it has none/],
    [peer.endpoint, { insecure: true }, /connection closed by the peer, .*if it wants TLS, leave out "tls::insecure"/],
    [peer.endpoint, { ...ca, min_version: "1.0", max_version: "1.1" }, /TLS|closed by the peer/],
  ];
  for (const [endpoint, tls, message] of cases) {
    const { exporter } = await startExporter(t, { endpoint, tls, timeout: "4s", ...direct });
    const error = await failureOf(exporter.consume(numberedBatch(1), emptyContext));
    t.equal(error.kind, "retryable");
    t.match(error.message, message);
    t.match(error.message, new RegExp(`^Cannot reach ${endpoint}: `));
  }
});

t.test("another name and no verification at all are possible where they are asked for", async (t) => {
  const named = await startTlsPeer({ name: "named-server" });
  t.teardown(() => named.stop());
  for (const tls of [
    { ca_file: tlsFile("ca.pem"), server_name_override: "backend.test" },
    { insecure_skip_verify: true },
  ]) {
    const { exporter } = await startExporter(t, { endpoint: named.endpoint, tls, ...direct });
    await exporter.consume(numberedBatch(1), emptyContext);
  }
  t.equal(named.requests.length, 2);
});

t.test("a client certificate is shown where the peer wants one", async (t) => {
  const peer = await startTlsPeer({ wantsClient: true });
  t.teardown(() => peer.stop());
  const ca = { ca_file: tlsFile("ca.pem") };
  const good = { ...ca, cert_file: tlsFile("client.pem"), key_pem: tlsPem("client.key").toString() };
  const { exporter } = await startExporter(t, { endpoint: peer.endpoint, tls: good, ...direct });
  await exporter.consume(numberedBatch(1), emptyContext);
  t.equal(peer.requests.length, 1);

  const none = await startExporter(t, { endpoint: peer.endpoint, tls: ca, timeout: "2s", ...direct });
  const missing = await failureOf(none.exporter.consume(numberedBatch(1), emptyContext));
  t.match(missing.message, /wants a client certificate|closed by the peer/);
  const foreign = { ...ca, cert_file: tlsFile("other-client.pem"), key_file: tlsFile("other-client.key") };
  const other = await startExporter(t, { endpoint: peer.endpoint, tls: foreign, timeout: "2s", ...direct });
  t.match(
    (await failureOf(other.exporter.consume(numberedBatch(1), emptyContext))).message,
    /does not accept|closed by the peer/,
  );
  t.equal(peer.requests.length, 1);
});

t.test("files that cannot be used stop the start, in upstream's words", async (t) => {
  const cases: readonly (readonly [tls: object, message: string])[] = [
    [
      { ca_file: "/nowhere/ca.pem" },
      "failed to load TLS config: failed to load CA CertPool File: failed to load cert /nowhere/ca.pem: open /nowhere/ca.pem: no such file or directory",
    ],
    [
      { cert_file: "/nowhere/a.pem", key_file: tlsFile("client.key") },
      "failed to load TLS config: failed to load TLS cert and key: open /nowhere/a.pem: no such file or directory",
    ],
  ];
  for (const [tls, message] of cases) {
    await t.rejects(startExporter(t, { endpoint: "127.0.0.1:1", tls }), { message });
  }
  const mismatched = { cert_file: tlsFile("client.pem"), key_file: tlsFile("server.key") };
  await t.rejects(startExporter(t, { endpoint: "127.0.0.1:1", tls: mismatched }), {
    message: /^failed to load TLS config: failed to load TLS cert and key PEMs: /,
  });
  await t.rejects(startExporter(t, { endpoint: "127.0.0.1:1", tls: { ca_pem: "no certificate" } }), {
    message: /^failed to load TLS config: failed to load CA CertPool PEM: failed to parse cert/,
  });
});

t.test("certificates are read again for the connections that come after reload_interval", async (t) => {
  const folder = t.testdir();
  const file = path.join(folder, "ca.pem");
  copyFileSync(tlsFile("other-ca.pem"), file);
  const peer = await startTlsPeer();
  t.teardown(() => peer.stop());
  const tls = { ca_file: file, reload_interval: "10s" };
  const { exporter, settings } = await startExporter(t, {
    endpoint: peer.endpoint,
    tls,
    timeout: "60s",
    wait_for_ready: true,
    ...direct,
  });
  const sent = exporter.consume(numberedBatch(1), emptyContext);
  copyFileSync(tlsFile("ca.pem"), file);
  await settings.clock.advance(9_999);
  t.equal(peer.requests.length, 0);
  await settings.clock.advance(1);
  await sent;
  t.equal(peer.requests.length, 1);
});

t.test("an authenticator signs each request, over TLS only", async (t) => {
  const peer = await startTlsPeer();
  t.teardown(() => peer.stop());
  const host = new TestHost();
  let token = 0;
  host.extensionsById.set(
    "token",
    authenticator(() => [["authorization", `Bearer ${++token}`]]),
  );
  host.extensionsById.set("zpages", { start: () => Promise.resolve(), shutdown: () => Promise.resolve() });
  const tls = { ca_file: tlsFile("ca.pem") };
  const auth = { authenticator: "token" };
  const { exporter } = await startExporter(t, { endpoint: peer.endpoint, tls, auth, ...direct }, { host });
  await exporter.consume(numberedBatch(1), emptyContext);
  await exporter.consume(numberedBatch(1), emptyContext);
  t.same(
    peer.requests.map(({ headers }) => headers["authorization"]),
    ["Bearer 1", "Bearer 2"],
  );

  const endpoint = peer.endpoint;
  await t.rejects(startExporter(t, { endpoint, auth, ...plain }, { host }), {
    message: /gRPC sends credentials over TLS only/,
  });
  await t.rejects(startExporter(t, { endpoint, tls, auth: { authenticator: "none" } }, { host }), {
    message: 'failed to resolve authenticator "none": authenticator not found',
  });
  await t.rejects(startExporter(t, { endpoint, tls, auth: { authenticator: "zpages" } }, { host }), {
    message: "requested extension is not a gRPC client authenticator",
  });
});

t.test("an authenticator that fails costs an attempt, not the data, and its secret is not told", async (t) => {
  const peer = await startTlsPeer();
  t.teardown(() => peer.stop());
  const host = new TestHost();
  const tls = { ca_file: tlsFile("ca.pem") };
  const cases: readonly (readonly [id: string, message: string, headers: ClientAuthenticator["requestHeaders"]])[] = [
    ["throws", "Cannot sign request: token file is empty", () => Promise.reject(new Error("token file is empty"))],
    [
      "odd",
      'Cannot sign request: invalid header field value for "authorization": only visible ASCII characters and spaces are allowed',
      () => [["authorization", "secret\n"]],
    ],
  ];
  for (const [id, message, requestHeaders] of cases) {
    host.extensionsById.set(id, authenticator(requestHeaders));
    const written = { endpoint: peer.endpoint, tls, auth: { authenticator: id }, ...direct };
    const { exporter } = await startExporter(t, written, { host });
    t.match(await failureOf(exporter.consume(numberedBatch(1), emptyContext)), { kind: "retryable", message });
  }
});

function authenticator(requestHeaders: ClientAuthenticator["requestHeaders"]): Component & ClientAuthenticator {
  return { start: () => Promise.resolve(), shutdown: () => Promise.resolve(), requestHeaders };
}
