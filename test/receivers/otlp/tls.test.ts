import { once } from "node:events";
import { copyFileSync, readFileSync } from "node:fs";
import http2 from "node:http2";
import https from "node:https";
import path from "node:path";
import tls from "node:tls";
import * as grpc from "@grpc/grpc-js";
import t from "tap";
import { until } from "../../contracts/until.ts";
import { exportPaths } from "../../net/raw-grpc.ts";
import { RawConnection, send } from "../../net/raw-http.ts";
import { startReceiver } from "./receiver-under-test.ts";
import { traceRequest } from "./requests.ts";

const folder = path.join(import.meta.dirname, "..", "..", "fixtures", "tls");
const certFile = path.join(folder, "test-only.crt");
const keyFile = path.join(folder, "test-only.key");
const ca = readFileSync(certFile);
const tlsSection = { tls: { cert_file: certFile, key_file: keyFile } };

const same = (bytes: Buffer): Buffer => bytes;

function postTls(port: number, body: Buffer, options: tls.SecureContextOptions = {}): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const request = https.request(
      {
        host: "127.0.0.1",
        servername: "localhost",
        port,
        method: "POST",
        path: "/v1/traces",
        headers: { "content-type": "application/x-protobuf" },
        ca,
        agent: false,
        ...options,
      },
      (response) => {
        response.resume();
        response.on("end", () => resolve(response.statusCode));
      },
    );
    request.on("error", reject);
    request.end(body);
  });
}

function callTls(port: number, options: { readonly key?: Buffer; readonly cert?: Buffer } = {}): Promise<unknown> {
  const credentials = grpc.credentials.createSsl(ca, options.key ?? null, options.cert ?? null);
  const client = new grpc.Client(`localhost:${port}`, credentials);
  return new Promise((resolve) => {
    client.makeUnaryRequest(exportPaths.traces, same, same, traceRequest(), (error) => {
      client.close();
      resolve(error);
    });
  });
}

t.test("with a tls section both protocols are taken over TLS, on the same port", async (t) => {
  const { httpPort, traces } = await startReceiver(t, { http: tlsSection });
  t.equal(await postTls(httpPort, traceRequest()), 200);
  t.equal(await callTls(httpPort), null);
  const session = http2.connect(`https://127.0.0.1:${httpPort}`, { ca, servername: "localhost" });
  const stream = session.request({ ":method": "POST", ":path": "/v1/traces", "content-type": "application/json" });
  let status = 0;
  stream.on("response", (headers) => (status = headers[":status"] ?? 0));
  stream.resume();
  stream.end("{}");
  await until(() => status === 200, "an answer over HTTP/2");
  session.destroy();
  t.equal(traces.itemCount, 2);
  t.match(traces.contexts, [{ peer: /^127\.0\.0\.1:\d+$/ }, { peer: /^(127\.0\.0\.1|\[::1\]):\d+$/ }]);
});

t.test("a large body comes through TLS whole", async (t) => {
  const { httpPort, traces } = await startReceiver(t, { http: tlsSection });
  t.equal(await postTls(httpPort, traceRequest(1, 3_000_000)), 200);
  t.equal(traces.itemCount, 1);
});

t.test("plaintext on a port with TLS is closed, and the other port stays plaintext", async (t) => {
  const { grpcPort, httpPort, traces, rejections } = await startReceiver(t, { http: tlsSection });
  const connection = await RawConnection.open(httpPort);
  connection.write("POST /v1/traces HTTP/1.1\r\n");
  await until(() => connection.isClosed, "the end of the connection");
  t.match(rejections(), [{ fields: { reason: "tls", error: "no TLS handshake on a port with TLS", remedy: /https/ } }]);
  t.equal((await send(grpcPort, { body: traceRequest() })).status, 200);
  t.equal(traces.itemCount, 1);
});

t.test("a TLS connection that says nothing is let go, and leaves nothing behind", async (t) => {
  const { httpPort, settings } = await startReceiver(t, { http: tlsSection });
  for (const leaves of [true, false]) {
    const socket = tls.connect({ port: httpPort, host: "127.0.0.1", servername: "localhost", ca });
    let isClosed = false;
    socket.on("error", () => undefined);
    socket.on("close", () => (isClosed = true));
    await once(socket, "secureConnect");
    await until(() => settings.clock.timerCount === 1, "the wait for the first byte");
    if (leaves) socket.destroy();
    else await settings.clock.advance(60_000);
    await until(() => isClosed && settings.clock.timerCount === 0, "the end of the wait");
  }
});

t.test("with client_ca_file only clients with a certificate are taken", async (t) => {
  const { httpPort, traces, rejected } = await startReceiver(t, {
    http: { tls: { cert_pem: ca.toString(), key_pem: readFileSync(keyFile, "utf8"), client_ca_file: certFile } },
  });
  await t.rejects(postTls(httpPort, traceRequest()));
  await until(() => rejected("tls") === 1, "the count");
  t.equal(await postTls(httpPort, traceRequest(), { cert: ca, key: readFileSync(keyFile) }), 200);
  t.equal(await callTls(httpPort, { cert: ca, key: readFileSync(keyFile) }), null);
  t.equal(traces.itemCount, 2);
});

const pem = (name: string): Buffer => readFileSync(path.join(folder, name));

const clientOf = (prefix: string): tls.SecureContextOptions => ({
  ca: pem(`${prefix}ca.pem`),
  cert: pem(`${prefix}client.pem`),
  key: pem(`${prefix}client.key`),
});

t.test("certificate, key and client CA that change are used for the connections that come then", async (t) => {
  const files = t.testdir();
  const put = (name: string, from: string): void => copyFileSync(path.join(folder, from), path.join(files, name));
  const swap = (prefix: string): void => {
    put("server.pem", `${prefix}server.pem`);
    put("server.key", `${prefix}server.key`);
    put("ca.pem", `${prefix}ca.pem`);
  };
  swap("");
  const { httpPort, settings, traces } = await startReceiver(t, {
    http: {
      tls: {
        cert_file: path.join(files, "server.pem"),
        key_file: path.join(files, "server.key"),
        client_ca_file: path.join(files, "ca.pem"),
        reload_interval: "10s",
        client_ca_file_reload: true,
      },
    },
  });
  const post = (prefix: string): Promise<number | undefined> => postTls(httpPort, traceRequest(), clientOf(prefix));
  const open = tls.connect({ port: httpPort, servername: "localhost", ...clientOf("") });
  await once(open, "secureConnect");
  t.equal(await post(""), 200);
  await t.rejects(post("other-"), "the other authority is not trusted yet");

  swap("other-");
  t.equal(await post(""), 200, "nothing is read before its time");
  await settings.clock.advance(1000);
  t.equal(await post("other-"), 200);
  await t.rejects(post(""), "the former authority is trusted no more");

  put("server.key", "server.key");
  await settings.clock.advance(10_000);
  t.equal(await post("other-"), 200, "a key that does not fit leaves the former pair in use");
  await settings.clock.advance(10_000);
  t.equal(await post("other-"), 200);
  const told = settings.logger.entries.filter(({ message }) => message.startsWith("Cannot read TLS files again"));
  t.equal(told.length, 1, "told once");
  t.equal(traces.itemCount, 5);
  t.notOk(open.destroyed, "an open connection stays");
  open.destroy();
});

t.test("TLS versions are limited as configured", async (t) => {
  const { httpPort } = await startReceiver(t, { http: { tls: { ...tlsSection.tls, min_version: "1.3" } } });
  await t.rejects(postTls(httpPort, traceRequest(), { maxVersion: "TLSv1.2" }));
  t.equal(await postTls(httpPort, traceRequest()), 200);
});

t.test("a certificate that cannot be read stops the start", async (t) => {
  await t.rejects(startReceiver(t, { http: { tls: { cert_file: "/absent.crt", key_file: keyFile } } }), {
    message: /^Cannot load TLS certificate: ENOENT.*\/absent\.crt/,
  });
  await t.rejects(startReceiver(t, { http: { tls: { cert_pem: "nonsense", key_file: keyFile } } }), {
    message: /^Cannot use TLS certificate and key: /,
  });
});
