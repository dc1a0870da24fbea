import t, { type Test } from "tap";
import { HttpServer } from "../../../src/net/http-server.ts";
import { senderOf, type HttpRequest, type HttpResponse } from "../../../src/net/http-message.ts";
import { discardBody, endLoan, readBody } from "../../../src/net/read-body.ts";
import { Rejections } from "../../../src/net/rejections.ts";
import { SharedPort } from "../../../src/net/shared-port.ts";
import { testSettings } from "../../contracts/test-settings.ts";
import { until } from "../../contracts/until.ts";
import { RawConnection } from "../raw-http.ts";

const limit = { maxBytes: 2_000_000, option: "limit" };

interface Started {
  readonly number: number;
  /** How each request came: by our reader or by Node's. */
  readonly seen: string[];
  readonly errors: unknown[];
  readonly server: HttpServer;
}

/** Answers what was sent; `/refuse` is answered before its body is read. */
async function start(
  t: Test,
  isQuick: boolean,
  options: { idleMs?: number; requestMs?: number } = {},
): Promise<Started> {
  const settings = testSettings();
  const rejections = new Rejections(settings);
  const seen: string[] = [];
  const errors: unknown[] = [];
  const answer = async (request: HttpRequest, response: HttpResponse): Promise<void> => {
    seen.push("readBody" in request ? "quick" : "node");
    response.on("error", () => undefined);
    const write = (status: number, body: Uint8Array): void => {
      const headers = { "content-type": "text/plain", "content-length": String(body.length) };
      (response as { writeHead(status: number, headers: object): unknown }).writeHead(status, headers);
      response.end(body);
    };
    if (request.url === "/refuse") {
      write(400, Buffer.from("no"));
      discardBody(request, response, 100_000);
      return;
    }
    try {
      const body = await readBody(request, undefined, limit, undefined, true);
      const head = `${request.method} ${request.url} ${request.headers["x-note"]} ${senderOf(request).slice(0, 9)} `;
      write(200, Buffer.concat([Buffer.from(head), body]));
      endLoan(request);
    } catch (error) {
      errors.push(error);
    }
  };
  const handler = (request: HttpRequest, response: HttpResponse): void => void answer(request, response);
  const server = new HttpServer({
    handler,
    ...(isQuick && { quick: handler }),
    rejections,
    idleTimeoutMs: options.idleMs ?? 60_000,
    headTimeoutMs: options.requestMs ?? 60_000,
    requestTimeoutMs: options.requestMs ?? 60_000,
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
    server.close();
    port.destroy();
    rejections.close();
  });
  return { number: port.endpoints()[0]?.port ?? 0, seen, errors, server };
}

function post(body: string, more = "", path = "/echo"): string {
  return `POST ${path} HTTP/1.1\r\nHost: x\r\nX-Note: a b\r\n${more}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

/** Without what changes from second to second. */
const stable = (received: string): string => received.replaceAll(/Date: [^\r]+/g, "Date: now");

const conversations: Readonly<Record<string, readonly string[]>> = {
  "one request": [post("hello")],
  "an empty body": [post("")],
  "requests one after the other, of several lengths": [post("a"), post("bc"), post("x".repeat(1234)), post("d")],
  "large bodies, whose memory is used again": [300_000, 80_000, 1_100_000, 400_000, 1_500_000, 70_000, 250_000].map(
    (length, index) => post(String(index).repeat(length)),
  ),
  "requests in one piece": [post("a") + post("b") + post("c")],
  "a request that is refused before its body": [post("x".repeat(1000), "", "/refuse"), post("after")],
  "chunks": [
    "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
    post("after"),
  ],
  "a plain request before chunks": [
    post("a"),
    "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
  ],
  "GET": ["GET /echo HTTP/1.1\r\nHost: x\r\n\r\n", post("after")],
  "an offer of another protocol": [
    post("a", "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\n"),
  ],
  "a header twice": [post("a", "X-Twice: 1\r\nX-Twice: 2\r\n"), post("after")],
  "a header that is not ASCII": [post("a", "X-Name: gr\u00f6\u00dfer\r\n")],
  "the last request of a client": [post("a", "Connection: close\r\n")],
  "HTTP/1.0": ["POST /echo HTTP/1.0\r\nContent-Length: 1\r\n\r\na"],
  "no host": ["POST /echo HTTP/1.1\r\nContent-Length: 1\r\n\r\na"],
  "two lengths": ["POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"],
  "a wrong length": ["POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1x\r\n\r\nab"],
  "a length and chunks": [
    "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
  ],
  "a blank before the colon": ["POST /echo HTTP/1.1\r\nHost : x\r\nContent-Length: 1\r\n\r\na"],
  "a folded header": ["POST /echo HTTP/1.1\r\nHost: x\r\nX-A: 1\r\n 2\r\nContent-Length: 1\r\n\r\na"],
  "garbage after a request": [post("a"), "garbage\r\n\r\n"],
  "bare line feeds": ["POST /echo HTTP/1.1\nHost: x\nContent-Length: 1\n\na"],
  "headers over the limit": [post("a", `X-Large: ${"x".repeat(20_000)}\r\n`)],
};

t.test("an answer is the same, byte for byte, whether our reader or Node's took the request", async (t) => {
  const [quick, node] = [await start(t, true), await start(t, false)];
  for (const [what, requests] of Object.entries(conversations)) {
    const received: string[] = [];
    for (const { number } of [quick, node]) {
      const connection = await RawConnection.open(number);
      for (const request of requests) {
        const before = connection.received.length;
        connection.write(Buffer.from(request, "latin1"));
        await until(() => connection.isClosed || connection.received.length > before, what);
        // The rest of the answer, or of the answers.
        await new Promise((resolve) => setTimeout(resolve, 15));
      }
      received.push(stable(connection.received));
      connection.close();
    }
    t.equal(received[0], received[1], what);
  }
  t.ok(quick.seen.includes("quick") && quick.seen.includes("node"));
  t.notOk(node.seen.includes("quick"));
});

t.test("a request comes in any pieces", async (t) => {
  const { number } = await start(t, true);
  const bytes = Buffer.from(post("first") + post("second"));
  for (let size = 7; size <= bytes.length; size += 13) {
    const connection = await RawConnection.open(number);
    connection.socket.setNoDelay();
    for (let at = 0; at < bytes.length; at += size) {
      connection.write(bytes.subarray(at, at + size));
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    await until(() => connection.received.endsWith("second"), `both answers, in pieces of ${size}`);
    t.equal(connection.received.match(/200 OK/g)?.length, 2);
    connection.close();
  }
});

t.test("a large body comes whole, and the next request with it", async (t) => {
  const { number, seen } = await start(t, true);
  const connection = await RawConnection.open(number);
  const body = "abcdefg".repeat(200_000);
  connection.write(post(body) + post("next"));
  await until(() => connection.received.endsWith("next"), "both answers");
  t.ok(connection.received.includes(body));
  t.same(seen, ["quick", "quick"]);
  connection.close();
});

t.test("a body that breaks off is said to, with how much of it came", async (t) => {
  const { number, errors } = await start(t, true);
  for (const isHalf of [true, false]) {
    const connection = await RawConnection.open(number);
    connection.write(post("0123456789").slice(0, -4));
    await new Promise((resolve) => setTimeout(resolve, 20));
    if (isHalf) connection.socket.end();
    else connection.socket.resetAndDestroy();
    await until(() => connection.isClosed, "the end");
  }
  await until(() => errors.length === 2, "both errors");
  const message = "connection ended after 6 of 10 bytes of the body";
  t.match(errors, [
    { reason: "aborted", message },
    { reason: "aborted", message },
  ]);
});

t.test("a client that closes its side after a request still gets the answer", async (t) => {
  const { number } = await start(t, true);
  const connection = await RawConnection.open(number);
  connection.socket.end(post("last"));
  await until(() => connection.isClosed, "the end");
  t.match(connection.received, /200 OK[^]*last$/);
});

const refusedHead = (length: number): string => `POST /refuse HTTP/1.1\r\nHost: x\r\nContent-Length: ${length}\r\n\r\n`;

t.test("the rest of a refused body is thrown away up to a bound, then the connection ends", async (t) => {
  const { number } = await start(t, true);
  const connection = await RawConnection.open(number);
  connection.write(refusedHead(90_000));
  await until(() => connection.received.endsWith("no"), "the refusal");
  connection.write(`${"x".repeat(90_000)}${post("after")}`);
  await until(() => connection.received.endsWith("after"), "the next answer");
  connection.write(refusedHead(1_000_000));
  await until(() => connection.received.endsWith("no"), "the refusal");
  connection.write("x".repeat(200_000));
  await until(() => connection.isClosed, "the end");
});

t.test("a connection ends that is idle, or whose request takes too long to come, and not before", async (t) => {
  const idle = await start(t, true, { idleMs: 60 });
  const connection = await RawConnection.open(idle.number);
  connection.write(post("a"));
  await until(() => connection.isClosed, "the end of an idle connection");
  t.match(connection.received, /200 OK/);

  const slow = await start(t, true, { requestMs: 60 });
  const drip = await RawConnection.open(slow.number);
  drip.write(post("0123456789").slice(0, -5));
  await until(() => drip.isClosed || drip.received.includes("408"), "the refusal of a slow request");
  t.match(drip.received, /^HTTP\/1\.1 408 /);
  await until(() => slow.errors.length === 1, "the error of whoever waits for the body");
});

t.test("closeIdle() ends connections without a request, and no other", async (t) => {
  const { number, server } = await start(t, true);
  const [idle, busy] = [await RawConnection.open(number), await RawConnection.open(number)];
  idle.write(post("a"));
  busy.write(post("0123456789").slice(0, -5));
  await until(() => idle.received.endsWith("a"), "an answer");
  await new Promise((resolve) => setTimeout(resolve, 20));
  server.closeIdle();
  await until(() => idle.isClosed, "the end of the idle one");
  t.notOk(busy.isClosed);
  busy.write("56789");
  await until(() => busy.received.endsWith("0123456789"), "the answer");
  busy.close();
});
