import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";
import t from "tap";
import { HttpClient } from "../../../src/net/client/http-client.ts";
import { until } from "../../contracts/until.ts";
import { ManualClock } from "../../contracts/manual-clock.ts";

const signal = AbortSignal.timeout(30_000);

function clientFor(port: number, proxy?: string): HttpClient {
  return new HttpClient({
    url: new URL(`http://127.0.0.1:${port}/`),
    headers: new Map([["user-agent", "test"]]),
    authenticator: undefined,
    proxy,
    maxConnections: 0,
    idleTimeoutMs: 30_000,
    isKeptAlive: true,
    tls: undefined,
    serverName: "",
    isVerified: true,
    clock: new ManualClock(0),
  });
}

t.test("what is handed over counts as written once the connections have taken all of it", async (t) => {
  // Answers before it reads, so that the request is still in this process when the answer is there.
  let socket: Socket | undefined;
  let received = 0;
  const server = createServer({ pauseOnConnect: true }, (accepted) => {
    socket = accepted;
    accepted.on("data", (chunk) => (received += chunk.length));
    accepted.pause();
    accepted.write("HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const client = clientFor((server.address() as AddressInfo).port);
  t.teardown(async () => {
    socket?.destroy();
    server.close();
    await client.close();
  });
  t.equal(client.hasWritten, true, "before anything is sent");
  const body = Buffer.alloc(64 * 1024 * 1024, 0x61);
  // undici takes an early answer for the end of the connection or of the request; either is fine here.
  const answer = client.post(body, signal).catch((error: unknown) => error);
  await until(() => socket !== undefined, "a connection");
  t.equal(client.hasWritten, false, "more than the sockets hold");
  socket?.resume();
  await answer;
  await until(() => client.hasWritten, "the end of the writing");
  t.ok(received > 0);
});

t.test("behind an HTTP proxy nobody knows what is written", (t) => {
  t.equal(clientFor(1, "http://127.0.0.1:1").hasWritten, false);
  t.end();
});

t.test("headers of one request stay with it", async (t) => {
  const heads: string[] = [];
  const server = createServer((accepted) => {
    accepted.on("error", () => undefined);
    accepted.on("data", (chunk) => {
      heads.push(String(chunk));
      accepted.write("HTTP/1.1 204 No Content\r\n\r\n");
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const client = clientFor((server.address() as AddressInfo).port);
  t.teardown(async () => {
    server.close();
    await client.close();
  });
  await client.post(Buffer.from("a"), signal, ["content-encoding", "gzip"]);
  await client.post(Buffer.from("b"), signal);
  t.same(
    heads.map((head) => head.includes("content-encoding: gzip")),
    [true, false],
  );
  t.ok(heads.every((head) => head.includes("user-agent: test")));
});
