import http2 from "node:http2";
import zlib from "node:zlib";
import * as grpc from "@grpc/grpc-js";
import t, { type Test } from "tap";
import { ConsumeError } from "../../src/component/consume-error.ts";
import type { Admission } from "../../src/component/consumer.ts";
import { GrpcServer, type GrpcServerOptions } from "../../src/net/grpc-server.ts";
import { Rejections } from "../../src/net/rejections.ts";
import { SharedPort } from "../../src/net/shared-port.ts";
import type { UnaryCall } from "../../src/net/unary-method.ts";
import { testSettings } from "../contracts/test-settings.ts";
import { until } from "../contracts/until.ts";
import { answerOf, frame, RawGrpc } from "./raw-grpc.ts";
import { RawConnection } from "./raw-http.ts";

const path = "/test.Service/Echo";

const same = (bytes: Buffer): Buffer => bytes;

interface Options extends Partial<GrpcServerOptions> {
  readonly handle?: (message: Uint8Array, call: UnaryCall) => Promise<Uint8Array>;
  readonly admission?: Admission;
}

/** Serves one method that answers its message; refusals carry what the error says. */
async function startServer(t: Test, options: Options = {}) {
  const settings = testSettings();
  const rejections = new Rejections(settings);
  const errors: unknown[] = [];
  const server = new GrpcServer({
    methods: [
      {
        path,
        admission: options.admission,
        handle: options.handle ?? ((message) => Promise.resolve(Buffer.from(message))),
      },
    ],
    refuse: (error) => {
      errors.push(error);
      return { code: 14, message: error instanceof Error ? error.message : String(error), retryDelayMs: 1500 };
    },
    rejections,
    http: (request, response) => {
      request.resume();
      response.end("plain");
    },
    maxMessageBytes: 1_000_000,
    maxConcurrentStreams: 100,
    maxConnectionIdleMs: 0,
    maxConnectionAgeMs: 0,
    maxConnectionAgeGraceMs: 0,
    keepaliveTimeMs: 0,
    keepaliveTimeoutMs: 0,
    silentStreamMs: 60_000,
    ...options,
  });
  const port = new SharedPort({
    endpoint: { host: "127.0.0.1", port: 0 },
    transport: "tcp",
    allInterfaces: false,
    clock: settings.clock,
    rejections,
    http1: (socket) => void socket.destroy(),
    http2: (socket) => server.accept(socket),
  });
  await port.start();
  const number = port.endpoints()[0]?.port ?? 0;
  const client = new RawGrpc(number);
  t.teardown(() => {
    client.close();
    server.destroy();
    port.destroy();
    rejections.close();
  });
  return { server, port, number, client, errors, settings };
}

/** Room for so many bytes; notes every call. */
class Room implements Admission {
  taken = 0;
  largest = 0;
  readonly limit: number;

  constructor(limit: number) {
    this.limit = limit;
  }

  reserve(byteCount: number): ConsumeError | undefined {
    if (this.taken + byteCount > this.limit) return new ConsumeError("refused", "no room");
    this.taken += byteCount;
    this.largest = Math.max(this.largest, this.taken);
    return undefined;
  }

  release(byteCount: number): void {
    this.taken -= byteCount;
  }
}

t.test("GrpcServer answers a real client with the bytes of its method", async (t) => {
  const { number } = await startServer(t);
  const client = new grpc.Client(`127.0.0.1:${number}`, grpc.credentials.createInsecure());
  const answer = await new Promise((resolve, reject) => {
    client.makeUnaryRequest(path, same, same, Buffer.from("hello"), (error, value) =>
      error === null ? resolve(value) : reject(error),
    );
  });
  t.same(answer, Buffer.from("hello"));
  client.close();
});

t.test("GrpcServer reads messages of every size, in any pieces, gzipped or not", async (t) => {
  const { client } = await startServer(t);
  for (const size of [0, 1, 65_535, 70_000, 999_999]) {
    const message = Buffer.alloc(size, "abc");
    t.ok(message.equals((await client.call(path, frame(message))).body.subarray(5)), `${size} bytes`);
    const zipped = frame(zlib.gzipSync(message), true);
    const answer = await client.call(path, zipped, { "grpc-encoding": "gzip" });
    t.ok(message.equals(answer.body.subarray(5)), `${size} bytes, gzipped`);
  }
  const stream = client.open(path);
  const answer = answerOf(stream);
  for (const byte of frame(Buffer.from("slow"))) stream.write(Buffer.from([byte]));
  stream.end();
  t.equal((await answer).body.subarray(5).toString(), "slow");
});

t.test("GrpcServer refuses a message over the limit before it is read, and a bomb before it is inflated", async (t) => {
  const { client, errors } = await startServer(t);
  const stream = client.open(path);
  const answer = answerOf(stream);
  stream.write(Buffer.from([0, 0x7f, 0xff, 0xff, 0xff]));
  t.equal((await answer).message, "grpc: received message larger than max (2147483647 vs. 1000000)");
  stream.destroy();
  const bomb = frame(zlib.gzipSync(Buffer.alloc(300_000_000)), true);
  t.equal(
    (await client.call(path, bomb, { "grpc-encoding": "gzip" })).message,
    "grpc: received message after decompression larger than max 1000000",
  );
  t.match(errors, [{ reason: "too_large" }, { reason: "too_large" }]);
});

t.test("GrpcServer names what it cannot read", async (t) => {
  const { client, errors } = await startServer(t);
  await client.call(path, frame(Buffer.from("not gzip"), true), { "grpc-encoding": "gzip" });
  await client.call(path, frame(Buffer.from("x"), true), { "grpc-encoding": "lz4" });
  await client.call(path, Buffer.concat([frame(Buffer.from("a")), frame(Buffer.from("b"))]));
  await client.call(path, Buffer.alloc(0));
  t.match(errors, [
    { reason: "corrupt_encoding" },
    { reason: "unsupported_encoding", message: /"lz4"/ },
    { reason: "bad_data", message: "more than one message in the request" },
    { reason: "aborted", message: "call ended before its message was there" },
  ]);
});

t.test("GrpcServer puts RetryInfo into both places, and a message that HTTP can carry", async (t) => {
  const error = new Error(`Größe \ud800 ${"x".repeat(5000)}`);
  const { client } = await startServer(t, { handle: () => Promise.reject(error) });
  const answer = await client.call(path, frame(Buffer.from("a")));
  t.equal(answer.status, 14);
  t.ok(answer.message.startsWith("Größe \ufffd xxx"));
  t.ok(answer.message.length < 1100);
  const info = Buffer.from(String(answer.trailers["google.rpc.retryinfo-bin"]), "base64");
  const details = Buffer.from(String(answer.trailers["grpc-status-details-bin"]), "base64");
  t.ok(info.length > 0 && details.includes(info));
});

t.test("GrpcServer asks for room before it reads a message", async (t) => {
  const room = new Room(0);
  const { client, errors } = await startServer(t, { admission: room });
  const stream = client.open(path);
  const answer = await answerOf(stream);
  t.equal(answer.message, "no room", "answered although not one byte of the message was sent");
  t.match(errors, [{ kind: "refused" }]);
  t.equal(room.taken, 0);
});

t.test("GrpcServer asks for the room of the whole message when it knows its length", async (t) => {
  const room = new Room(500_000);
  const { client } = await startServer(t, { admission: room });
  const stream = client.open(path);
  const answer = answerOf(stream);
  stream.write(frame(Buffer.alloc(600_000)).subarray(0, 100));
  t.equal((await answer).message, "no room", "answered after the first bytes");
  stream.destroy();
  t.equal((await client.call(path, frame(Buffer.alloc(400_000)))).status, 0);
  t.equal(room.largest, 400_000);
  t.equal(room.taken, 0);
});

t.test("GrpcServer takes room for what a compressed message becomes", async (t) => {
  const room = new Room(500_000);
  const { client } = await startServer(t, { admission: room });
  const zipped = frame(zlib.gzipSync(Buffer.alloc(600_000)), true);
  t.equal((await client.call(path, zipped, { "grpc-encoding": "gzip" })).message, "no room");
  t.equal(room.taken, 0);
});

t.test("GrpcServer gives room back when the client gives up, once the message is handled", async (t) => {
  const room = new Room(500_000);
  const { promise, resolve: finish } = Promise.withResolvers<void>();
  const { client, errors } = await startServer(t, {
    admission: room,
    handle: (message) => promise.then(() => message),
  });
  const reading = client.open(path);
  reading.on("error", () => undefined);
  reading.write(frame(Buffer.alloc(100_000)).subarray(0, 50_000));
  await until(() => room.taken === 100_000, "the room of a message under way");
  reading.close(http2.constants.NGHTTP2_CANCEL);
  await until(() => room.taken === 0, "that room again");
  t.match(errors, [{ reason: "aborted" }]);

  const handled = client.open(path, { "grpc-timeout": "50m" });
  const answer = answerOf(handled);
  handled.end(frame(Buffer.alloc(1000)));
  t.equal((await answer).message, "deadline of the client exceeded");
  t.equal(room.taken, 1000, "still being handled");
  finish();
  await until(() => room.taken === 0, "that room, too");
  t.match(errors[1], { reason: "deadline" });
});

t.test("GrpcServer gives up on a message that does not come", async (t) => {
  const room = new Room(500_000);
  const { client, errors } = await startServer(t, { admission: room, silentStreamMs: 50 });
  const stream = client.open(path);
  stream.on("error", () => undefined);
  stream.write(frame(Buffer.alloc(100_000)).subarray(0, 50_000));
  await until(() => room.taken === 100_000, "the room of a message under way");
  await until(() => stream.closed && room.taken === 0, "the end of the call");
  t.match(errors, [{ reason: "aborted" }]);
});

t.test("GrpcServer says which service it does not know, and counts it", async (t) => {
  const { client, settings } = await startServer(t);
  const answer = await client.call("/jaeger.api_v2.CollectorService/PostSpans", frame(Buffer.from("a")));
  t.equal(answer.status, 12);
  t.equal(answer.message, "unknown service jaeger.api_v2.CollectorService");
  t.match(settings.logger.entries, [{ fields: { reason: "unknown_path", protocol: "gRPC", remedy: /TraceService/ } }]);
});

t.test("GrpcServer hands requests that are not gRPC to HTTP", async (t) => {
  const { client } = await startServer(t);
  const stream = client.session.request({ ":method": "POST", ":path": "/", "content-type": "application/json" });
  let body = "";
  stream.setEncoding("utf8").on("data", (text: string) => (body += text));
  stream.end("{}");
  await until(() => stream.closed, "the answer");
  t.equal(body, "plain");
});

t.test("GrpcServer answers any number of pings", async (t) => {
  const { client } = await startServer(t);
  await client.call(path, frame(Buffer.from("a")));
  for (let round = 0; round < 200; round++) {
    await new Promise<void>((resolve, reject) => {
      client.session.ping((error) => (error === null ? resolve() : reject(error)));
    });
  }
  t.notOk(client.session.closed);
  t.equal((await client.call(path, frame(Buffer.from("a")))).status, 0);
});

t.test("GrpcServer lets a client send large messages in few frames", async (t) => {
  const { client } = await startServer(t);
  await until(() => client.session.remoteSettings?.initialWindowSize === 1_048_576, "the server's settings");
  t.match(client.session.remoteSettings, { maxFrameSize: 262_144, maxConcurrentStreams: 100 });
});

t.test("GrpcServer answers what is under way when it closes, and tells clients to go", async (t) => {
  let finish: (() => void) | undefined;
  const { client, server, port } = await startServer(t, {
    handle: (message) =>
      new Promise((resolve) => {
        finish = () => resolve(Buffer.from(message));
      }),
  });
  const answer = client.call(path, frame(Buffer.from("late")));
  await until(() => finish !== undefined, "the call");
  let isGoing = false;
  client.session.on("goaway", () => (isGoing = true));
  const closed = server.close();
  await until(() => isGoing, "GOAWAY");
  finish?.();
  t.equal((await answer).body.subarray(5).toString(), "late");
  await closed;
  await until(() => port.connectionCount === 0, "no connection is left");
});

t.test("GrpcServer counts connections that do not hold to HTTP/2", async (t) => {
  const { number, settings } = await startServer(t);
  const connection = await RawConnection.open(number);
  connection.write("PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n this is not HTTP/2");
  await until(() => connection.isClosed, "the end of the connection");
  t.match(settings.logger.entries, [{ fields: { reason: "garbled", protocol: "HTTP/2", peer: /^127/ } }]);
});
