import { once } from "node:events";
import net from "node:net";
import t, { type Test } from "tap";
import { Rejections } from "../../src/net/rejections.ts";
import { maxSilentConnections, SharedPort, silentMs, type SharedPortOptions } from "../../src/net/shared-port.ts";
import { testSettings } from "../contracts/test-settings.ts";
import { until } from "../contracts/until.ts";
import { RawConnection } from "./raw-http.ts";

/** A port that notes which protocol a connection was taken for, with the first bytes that its new owner sees. */
async function startPort(t: Test, options: Partial<SharedPortOptions> = {}) {
  const settings = testSettings();
  const rejections = new Rejections(settings);
  const seen: string[] = [];
  const note =
    (protocol: string) =>
    (socket: net.Socket): void => {
      socket.once("data", (chunk: Buffer) => {
        seen.push(`${protocol} ${chunk.toString("latin1")}`);
        socket.end("bye");
      });
      socket.resume();
    };
  const port = new SharedPort({
    endpoint: { host: "127.0.0.1", port: 0 },
    transport: "tcp",
    allInterfaces: false,
    clock: settings.clock,
    rejections,
    http1: note("http1"),
    http2: note("http2"),
    ...options,
  });
  t.teardown(() => {
    port.destroy();
    rejections.close();
  });
  await port.start();
  return { port, settings, seen, number: port.endpoints()[0]?.port ?? 0 };
}

t.test("SharedPort hands a connection to the server of its protocol, with every byte", async (t) => {
  const { number, seen } = await startPort(t);
  for (const head of [
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nmore",
    "POST /v1/traces HTTP/1.1\r\n\r\n",
    "GET / HTTP/1.1\r\n",
  ]) {
    const connection = await RawConnection.open(number);
    connection.write(head);
    await until(() => connection.received === "bye", "an answer");
    connection.close();
  }
  t.same(seen, [
    "http2 PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nmore",
    "http1 POST /v1/traces HTTP/1.1\r\n\r\n",
    "http1 GET / HTTP/1.1\r\n",
  ]);
});

t.test("SharedPort waits for as many bytes as it needs", async (t) => {
  const { number, seen } = await startPort(t);
  const connection = await RawConnection.open(number);
  connection.socket.setNoDelay();
  for (const byte of "PRI ") {
    t.same(seen, [], "nothing decided yet");
    connection.write(byte);
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
  }
  await until(() => seen.length === 1, "a decision");
  t.same(seen, ["http2 PRI "]);
  connection.close();
});

t.test("SharedPort closes a TLS connection on a plaintext port at once, and says to whom and what to do", async (t) => {
  const { number, seen, settings } = await startPort(t);
  for (let times = 0; times < 3; times++) {
    const connection = await RawConnection.open(number);
    connection.write(Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00]));
    await until(() => connection.isClosed, "the end of the connection");
  }
  t.same(seen, []);
  t.equal(settings.logger.entries.length, 1, "one line");
  t.match(settings.logger.entries[0], {
    level: "warn",
    fields: {
      peer: /^127\.0\.0\.1:\d+$/,
      reason: "tls",
      error: "TLS handshake on a plaintext port",
      remedy: /http:\/\//,
    },
  });
  t.equal(settings.meter.value("otelcol_receiver_rejected_requests", { reason: "tls" }), 3);
});

t.test("SharedPort lets go of a connection that stays silent", async (t) => {
  const { number, settings, port } = await startPort(t);
  const connection = await RawConnection.open(number);
  await until(() => port.connectionCount === 1, "the connection");
  await settings.clock.advance(silentMs - 1);
  t.notOk(connection.isClosed);
  await settings.clock.advance(1);
  await until(() => connection.isClosed && port.connectionCount === 0, "the end of the connection");
  t.equal(settings.clock.timerCount, 0);
});

t.test("SharedPort keeps a connection that has spoken, however long it is silent then", async (t) => {
  const { number, settings, port } = await startPort(t, { http1: (socket) => void socket.resume() });
  const connection = await RawConnection.open(number);
  connection.write("POST");
  await until(() => settings.clock.timerCount === 0 && port.connectionCount === 1, "the hand-over");
  await settings.clock.advance(10 * silentMs);
  t.notOk(connection.isClosed);
  connection.close();
});

t.test("SharedPort closes the oldest silent connection when there are too many", async (t) => {
  const { number, port } = await startPort(t);
  const connections: RawConnection[] = [];
  for (let count = 0; count < maxSilentConnections + 2; count++) connections.push(await RawConnection.open(number));
  await until(
    () => connections[0]?.isClosed === true && connections[1]?.isClosed === true,
    "the oldest two are closed",
  );
  t.equal(port.connectionCount, maxSilentConnections);
  t.notOk(connections[2]?.isClosed);
  for (const connection of connections) connection.close();
});

t.test("SharedPort opens localhost on both loopback addresses with one port number", async (t) => {
  const { port, number } = await startPort(t, { endpoint: { host: "localhost", port: 0 } });
  const endpoints = port.endpoints();
  t.equal(endpoints[0]?.host, "127.0.0.1");
  if (endpoints.length === 1) {
    t.comment("no IPv6 on this machine");
    return;
  }
  t.same(endpoints[1], { host: "::1", port: number });
  const connection = await RawConnection.open(number, "::1");
  connection.write("GET /");
  await until(() => connection.received === "bye", "an answer over IPv6");
  connection.close();
});

t.test("SharedPort opens every interface for a wildcard, and where it is told to", async (t) => {
  for (const options of [
    { endpoint: { host: "0.0.0.0", port: 0 } },
    { endpoint: { host: "", port: 0 } },
    { endpoint: { host: "localhost", port: 0 }, allInterfaces: true },
  ]) {
    const { port } = await startPort(t, options);
    t.match(port.endpoints(), [{ host: /^(::|0\.0\.0\.0)$/ }]);
  }
  const { port } = await startPort(t, { endpoint: { host: "", port: 0 }, transport: "tcp4" });
  t.match(port.endpoints(), [{ host: "0.0.0.0" }]);
});

t.test("SharedPort says in upstream's words why it cannot listen, and leaves nothing open", async (t) => {
  const busy = net.createServer().listen(0, "127.0.0.1");
  await once(busy, "listening");
  const { port } = busy.address() as net.AddressInfo;
  await t.rejects(startPort(t, { endpoint: { host: "127.0.0.1", port } }), {
    message: `listen tcp 127.0.0.1:${port}: bind: address already in use`,
  });
  await t.rejects(startPort(t, { endpoint: { host: "localhost", port } }), { message: /already in use/ });
  await t.rejects(startPort(t, { endpoint: { host: "192.0.2.1", port: 0 } }), {
    message: "listen tcp 192.0.2.1:0: bind: cannot assign requested address",
  });
  busy.close();
  await once(busy, "close");
});
