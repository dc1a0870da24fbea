import type { ServerResponse } from "node:http";
import net from "node:net";
import t, { type Test } from "tap";
import type { HttpHandler } from "../../src/net/http-message.ts";
import { HttpServer, type HttpServerOptions } from "../../src/net/http-server.ts";
import { Rejections } from "../../src/net/rejections.ts";
import { SharedPort } from "../../src/net/shared-port.ts";
import { testSettings } from "../contracts/test-settings.ts";
import { until } from "../contracts/until.ts";
import { RawConnection } from "./raw-http.ts";

async function startServer(t: Test, handler: HttpHandler, options: Partial<HttpServerOptions> = {}) {
  const settings = testSettings();
  const rejections = new Rejections(settings);
  const server = new HttpServer({
    handler,
    rejections,
    idleTimeoutMs: 3_600_000,
    headTimeoutMs: 60_000,
    requestTimeoutMs: 300_000,
    ...options,
  });
  server.start();
  const port = new SharedPort({
    endpoint: { host: "127.0.0.1", port: 0 },
    transport: "tcp",
    allInterfaces: false,
    clock: settings.clock,
    rejections,
    http1: (socket) => server.accept(socket),
    http2: (socket) => void socket.destroy(),
  });
  await port.start();
  t.teardown(() => {
    port.destroy();
    server.close();
    rejections.close();
  });
  return { settings, server, port, number: port.endpoints()[0]?.port ?? 0 };
}

/** Answers with the body that it was sent. */
const echo: HttpHandler = (request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    response.end(`<${Buffer.concat(chunks).toString()}>`);
  });
};

const post = (body: string, more = ""): string =>
  `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n${more}\r\n${body}`;

t.test("HttpServer answers a request that offers Upgrade: h2c, as Java's client does, with its body", async (t) => {
  const { number } = await startServer(t, echo);
  const connection = await RawConnection.open(number);
  connection.write(post("java", "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAA\r\n"));
  await until(() => connection.received.includes("<java>"), "the answer");
  t.match(connection.received, /^HTTP\/1\.1 200 OK\r\n/);
  connection.close();
});

t.test("HttpServer keeps idle connections as long as it is told and says so", async (t) => {
  const { number, server } = await startServer(t, echo);
  t.equal(server.keepAliveTimeoutMs, 3_600_000);
  const connection = await RawConnection.open(number);
  connection.write(post("a"));
  await until(() => connection.received.includes("<a>"), "the answer");
  t.match(connection.received, /Connection: keep-alive\r\nKeep-Alive: timeout=3600\r\n/);
  connection.close();
});

t.test("HttpServer answers pipelined requests in their order", async (t) => {
  const { number } = await startServer(t, echo);
  const connection = await RawConnection.open(number);
  connection.write(post("one") + post("two") + post("three"));
  await until(() => connection.received.includes("<three>"), "the answers");
  t.match(connection.received, /<one>.*<two>.*<three>/s);
  connection.close();
});

t.test("HttpServer answers bytes that are not HTTP with 400, and ends that connection only", async (t) => {
  const { number, settings } = await startServer(t, echo);
  const other = await RawConnection.open(number);
  other.write(post("a"));
  await until(() => other.received.includes("<a>"), "the answer");
  const connection = await RawConnection.open(number);
  connection.write("\u0001\u0002garbage without end");
  await until(() => connection.isClosed, "the end of the connection");
  t.match(connection.received, /^HTTP\/1\.1 400 Bad Request\r\nConnection: close\r\n/);
  t.match(connection.received, /not an HTTP\/1\.1 request/);
  other.write(post("b"));
  await until(() => other.received.includes("<b>"), "an answer on the other connection");
  t.match(settings.logger.entries, [{ fields: { reason: "garbled", protocol: "HTTP/1.1" } }]);
  other.close();
});

t.test("HttpServer finishes the answer that is under way before it ends a garbled connection", async (t) => {
  const { promise, resolve: finish } = Promise.withResolvers<void>();
  const { number, settings } = await startServer(t, (_, response) => {
    void promise.then(() => response.end("done"));
  });
  const connection = await RawConnection.open(number);
  connection.write(`${post("a")}\u0001\u0002garbage`);
  connection.write("and more of it");
  await until(() => settings.logger.entries.length === 1, "the complaint");
  t.notOk(connection.isClosed);
  finish();
  await until(() => connection.isClosed, "the end of the connection");
  t.match(connection.received, /200 OK.*done.*400 Bad Request/s);
  t.equal(settings.meter.value("otelcol_receiver_rejected_requests", { reason: "garbled" }), 1, "counted once");
});

t.test("HttpServer answers a body that is not framed as it says with 400, and lets its reader know", async (t) => {
  const { promise: readerKnows, resolve } = Promise.withResolvers<void>();
  const { number } = await startServer(t, (request) => {
    request.resume();
    request.on("error", () => undefined);
    request.on("close", resolve);
  });
  const connection = await RawConnection.open(number);
  connection.write("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nnot a size\r\n");
  await until(() => connection.isClosed, "the end of the connection");
  t.match(connection.received, /^HTTP\/1\.1 400 /);
  await readerKnows;
});

t.test("HttpServer refuses a head that is too large", async (t) => {
  const { number } = await startServer(t, echo);
  const connection = await RawConnection.open(number);
  connection.write(`GET / HTTP/1.1\r\nHost: x\r\nx-long: ${"x".repeat(100_000)}\r\n\r\n`);
  await until(() => connection.isClosed, "the end of the connection");
  t.match(connection.received, /^HTTP\/1\.1 431 /);
});

t.test("HttpServer gives up on a head that does not come", async (t) => {
  const { number, settings } = await startServer(t, echo, { headTimeoutMs: 50, requestTimeoutMs: 100 });
  const connection = await RawConnection.open(number);
  connection.write("POST / HT");
  await until(() => connection.isClosed, "the end of the connection");
  t.match(connection.received, /^HTTP\/1\.1 408 /);
  t.match(settings.logger.entries, [{ fields: { reason: "aborted" } }]);
});

t.test("HttpServer closes idle connections when told, and lets the others finish", async (t) => {
  let finish: (() => void) | undefined;
  const { number, server } = await startServer(t, (request, response) => {
    if (request.url === "/slow")
      finish = () => (response as ServerResponse).setHeader("connection", "close").end("slow");
    else (response as ServerResponse).end("quick");
  });
  const idle = await RawConnection.open(number);
  idle.write("GET /quick HTTP/1.1\r\nHost: x\r\n\r\n");
  await until(() => idle.received.includes("quick"), "the answer");
  const busy = await RawConnection.open(number);
  busy.write("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
  await until(() => finish !== undefined, "the request");
  server.closeIdle();
  await until(() => idle.isClosed, "the end of the idle connection");
  t.notOk(busy.isClosed);
  finish?.();
  await until(() => busy.isClosed, "the end of the busy connection");
  t.match(busy.received, /200 OK.*slow/s);
});

t.test("HttpServer survives a peer that breaks its connection at any point", async (t) => {
  const { number, port } = await startServer(t, echo);
  const request = post("abcdef");
  for (let length = 1; length < request.length; length += 7) {
    const socket = net.connect(number, "127.0.0.1");
    socket.on("error", () => undefined);
    socket.write(request.slice(0, length), () => socket.resetAndDestroy());
  }
  const connection = await RawConnection.open(number);
  connection.write(post("alive"));
  await until(() => connection.received.includes("<alive>"), "an answer");
  connection.close();
  await until(() => port.connectionCount === 0, "no connection is left");
});
