import { once } from "node:events";
import zlib from "node:zlib";
import t from "tap";
import { ConsumeError } from "../../../src/component/consume-error.ts";
import type { Admission } from "../../../src/component/consumer.ts";
import { until } from "../../contracts/until.ts";
import { exportPaths, frame, RawGrpc } from "../../net/raw-grpc.ts";
import { RawConnection, send } from "../../net/raw-http.ts";
import { startReceiver } from "./receiver-under-test.ts";
import { traceRequest } from "./requests.ts";

/** Room for so many bytes. */
class Room implements Admission {
  taken = 0;
  largest = 0;
  limit: number;

  constructor(limit: number) {
    this.limit = limit;
  }

  reserve(byteCount: number): ConsumeError | undefined {
    if (this.taken + byteCount > this.limit) return new ConsumeError("refused", "no room", { retryAfterMs: 2000 });
    this.taken += byteCount;
    this.largest = Math.max(this.largest, this.taken);
    return undefined;
  }

  release(byteCount: number): void {
    this.taken -= byteCount;
  }
}

const head = (headers: string): string =>
  `POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${headers}\r\n\r\n`;

t.test("a body over the limit is refused by what it claims, before any of it comes", async (t) => {
  const { httpPort, rejections } = await startReceiver(t, { http: { max_request_body_size: 1000 } });
  const connection = await RawConnection.open(httpPort);
  connection.write(head("Content-Length: 5000000000"));
  await until(() => connection.received.endsWith("}"), "the answer");
  t.match(connection.received, /^HTTP\/1\.1 400 /);
  const message = "http: request body too large: 5000000000 bytes received, limit is 1000 (max_request_body_size)";
  t.ok(connection.received.endsWith(JSON.stringify({ code: 3, message })));
  t.match(rejections()[0]?.fields, { reason: "too_large", error: message });
  connection.close();
});

t.test("a body over the limit is refused by what comes, also without a length", async (t) => {
  const { httpPort, traces, rejected } = await startReceiver(t, { http: { max_request_body_size: 1000 } });
  const answer = await send(httpPort, {
    body: [Buffer.alloc(600), Buffer.alloc(600), Buffer.alloc(600)],
    headers: { "content-type": "application/json" },
  });
  t.equal(answer.status, 400);
  t.match(JSON.parse(answer.body.toString()), { code: 3, message: /more than 1000 bytes received/ });
  t.equal(traces.callCount, 0);
  t.equal(rejected("too_large"), 1);
});

t.test("a sender of a body over the limit can send it all and then read the answer", async (t) => {
  const { httpPort } = await startReceiver(t);
  const body = Buffer.alloc(30 * 1024 * 1024);
  for (const pieces of [body, [body.subarray(0, 1000), body.subarray(1000)]]) {
    const answer = await send(httpPort, { body: pieces, headers: { "content-type": "application/json" } });
    t.equal(answer.status, 400);
    t.match(answer.body.toString(), /limit is 20971520 \(max_request_body_size\)/);
  }
});

t.test("a small body that inflates over the limit is refused", async (t) => {
  const { httpPort, traces } = await startReceiver(t);
  const bombs: readonly [string, Buffer][] = [
    ["gzip", zlib.gzipSync(Buffer.alloc(100_000_000))],
    ["zstd", zlib.zstdCompressSync(Buffer.alloc(100_000_000))],
    ["deflate", zlib.deflateSync(Buffer.alloc(100_000_000))],
  ];
  for (const [encoding, body] of bombs) {
    const headers = { "content-type": "application/json", "content-encoding": encoding };
    const answer = await send(httpPort, { body, headers });
    t.equal(answer.status, 400, encoding);
    t.match(answer.body.toString(), /more than 20971520 bytes after decompression/);
  }
  t.equal(traces.callCount, 0);
});

t.test("a gRPC message over the limit is refused with its size, the limit and the option", async (t) => {
  const { grpcPort, rejections } = await startReceiver(t, { grpc: { max_recv_msg_size_mib: 1 } });
  const client = new RawGrpc(grpcPort);
  const answer = await client.call(exportPaths.traces, frame(Buffer.alloc(2_000_000)));
  t.equal(answer.status, 8);
  t.equal(answer.message, "grpc: received message larger than max (2000000 vs. 1048576) (max_recv_msg_size_mib)");
  t.match(rejections()[0]?.fields, { reason: "too_large", remedy: /max_recv_msg_size_mib/, protocol: "gRPC" });
  t.equal((await client.call(exportPaths.traces, frame(traceRequest(1, 1_000_000)))).status, 0, "just below");
  client.close();
});

t.test("a connection that breaks within a body is counted, and nothing of it is taken", async (t) => {
  const { httpPort, traces, rejections, rejected } = await startReceiver(t);
  const connection = await RawConnection.open(httpPort);
  connection.write(`${head("Content-Length: 1000")}{"resource`);
  connection.socket.end();
  await until(() => rejected("aborted") === 1, "the count");
  t.match(rejections()[0]?.fields, { error: "connection ended after 10 of 1000 bytes of the body" });
  t.equal(traces.callCount, 0);
});

t.test("without room a request is refused before its body is read, over both protocols", async (t) => {
  const room = new Room(0);
  const receiver = await startReceiver(t, { admission: room });
  const connection = await RawConnection.open(receiver.httpPort);
  connection.write(head("Content-Length: 10000"));
  await until(() => connection.received.endsWith("}"), "the answer");
  t.match(connection.received, /^HTTP\/1\.1 503 .*retry-after: 2\r\n/s);
  connection.close();

  const client = new RawGrpc(receiver.grpcPort);
  const stream = client.open(exportPaths.traces);
  const [headers] = (await once(stream, "response")) as [Record<string, unknown>];
  t.equal(headers["grpc-status"], "14");
  t.ok(headers["google.rpc.retryinfo-bin"]);
  client.close();
  t.equal(receiver.traces.callCount, 0);
  t.equal(receiver.rejected("refused"), 2);
});

t.test("a refused sender can go on over the same connection", async (t) => {
  const room = new Room(0);
  const receiver = await startReceiver(t, { admission: room });
  const connection = await RawConnection.open(receiver.httpPort);
  const body = "x".repeat(10_000);
  connection.write(head(`Content-Length: ${body.length}`) + body);
  await until(() => connection.received.includes("503"), "the refusal");
  room.limit = 1_000_000;
  connection.write(`${head("Content-Length: 2")}{}`);
  await until(() => connection.received.includes("200 OK"), "the answer");
  connection.close();
  t.equal(room.taken, 0);
});

t.test("room is taken until the pipeline has taken the batch, and given back whatever happens", async (t) => {
  const room = new Room(10_000_000);
  const receiver = await startReceiver(t, { admission: room });
  const body = traceRequest(100);
  const client = new RawGrpc(receiver.grpcPort);

  receiver.traces.pause();
  const answers = [
    send(receiver.httpPort, { body }),
    send(receiver.httpPort, { body: zlib.gzipSync(body), headers: { "content-encoding": "gzip" } }),
    send(receiver.httpPort, { body: [body.subarray(0, 100), body.subarray(100)] }),
  ];
  const call = client.call(exportPaths.traces, frame(body));
  await until(() => receiver.traces.waitingCount === 4, "all of them in the pipeline");
  t.equal(room.taken, 4 * body.length, "for the bytes that are kept, no more");
  receiver.traces.resume();
  await Promise.all([...answers, call]);
  t.equal(room.taken, 0);

  receiver.traces.failWith(new ConsumeError("retryable", "later"));
  await send(receiver.httpPort, { body });
  await client.call(exportPaths.traces, frame(body));
  await send(receiver.httpPort, { body: "garbage" });
  await client.call(exportPaths.traces, frame(Buffer.from("garbage")));
  t.equal(room.taken, 0);
  client.close();
});

t.test("a body without a length takes room as it grows, and is refused when there is none", async (t) => {
  const room = new Room(500_000);
  const receiver = await startReceiver(t, { admission: room });
  const pieces = Array.from({ length: 20 }, () => Buffer.alloc(100_000));
  const answer = await send(receiver.httpPort, { body: pieces });
  t.equal(answer.status, 503);
  t.ok(room.largest > 100_000 && room.largest <= 500_000);
  await until(() => room.taken === 0, "that room again");
});

t.test("what a compressed body becomes takes room as well", async (t) => {
  const room = new Room(500_000);
  const receiver = await startReceiver(t, { admission: room });
  const body = zlib.gzipSync(traceRequest(1, 600_000));
  const answer = await send(receiver.httpPort, { body, headers: { "content-encoding": "gzip" } });
  t.equal(answer.status, 503);
  t.equal(room.taken, 0);
});
