import zlib from "node:zlib";
import * as grpc from "@grpc/grpc-js";
import t, { type Test } from "tap";
import { GrpcServer } from "../../src/net/grpc-server.ts";
import { Rejections } from "../../src/net/rejections.ts";
import { SharedPort } from "../../src/net/shared-port.ts";
import { testSettings } from "../contracts/test-settings.ts";
import { answerOf, frame, RawGrpc, type GrpcAnswer } from "./raw-grpc.ts";

const path = "/test.Service/Echo";
const maxBytes = 1_000_000;
const same = (bytes: Buffer): Buffer => bytes;

/** A message that begins with "fail" fails the call. */
function answer(message: Uint8Array): Buffer {
  const bytes = Buffer.from(message);
  if (bytes.toString("latin1", 0, 4) === "fail") throw Object.assign(new Error(bytes.toString()), { code: 9 });
  return bytes;
}

async function startOurs(t: Test): Promise<number> {
  const settings = testSettings();
  const rejections = new Rejections(settings);
  const server = new GrpcServer({
    methods: [{ path, handle: async (message) => answer(message) }],
    refuse: (error) => ({ code: 9, message: error instanceof Error ? error.message : String(error) }),
    rejections,
    http: (_, response) => void response.end(),
    maxMessageBytes: maxBytes,
    maxConcurrentStreams: 100,
    maxConnectionIdleMs: 0,
    maxConnectionAgeMs: 0,
    maxConnectionAgeGraceMs: 0,
    keepaliveTimeMs: 0,
    keepaliveTimeoutMs: 0,
    silentStreamMs: 60_000,
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
  t.teardown(() => {
    server.destroy();
    port.destroy();
    rejections.close();
  });
  return port.endpoints()[0]?.port ?? 0;
}

async function startOracle(t: Test): Promise<number> {
  const server = new grpc.Server({ "grpc.max_receive_message_length": maxBytes });
  server.register(
    path,
    (call: grpc.ServerUnaryCall<Buffer, Buffer>, done: grpc.sendUnaryData<Buffer>) => {
      try {
        done(null, answer(call.request));
      } catch (error) {
        done({ code: 9, details: error instanceof Error ? error.message : String(error) });
      }
    },
    same,
    same,
    "unary",
  );
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, number) =>
      error === null ? resolve(number) : reject(error),
    );
  });
  t.teardown(() => server.forceShutdown());
  return port;
}

function callByLibrary(client: grpc.Client, message: Buffer): Promise<unknown> {
  return new Promise((resolve) => {
    client.makeUnaryRequest(path, same, same, message, (error, value) => {
      resolve(error === null ? { bytes: value?.toString("latin1") } : { code: error.code, details: error.details });
    });
  });
}

t.test("a client of grpc-js sees no difference between this server and the one of grpc-js", async (t) => {
  const ports = [await startOurs(t), await startOracle(t)];
  const messages = [
    Buffer.alloc(0),
    Buffer.from("a"),
    Buffer.from("fail: Größe 100 % \u{1F4A5}\n\ttext"),
    ...[100, 16_384, 65_535, 70_000, 999_999].map((size) => Buffer.alloc(size, "abcdefg")),
  ];
  const answers = await Promise.all(
    ports.map(async (port) => {
      const seen: unknown[] = [];
      for (const algorithm of [grpc.compressionAlgorithms.identity, grpc.compressionAlgorithms.gzip]) {
        const client = new grpc.Client(`127.0.0.1:${port}`, grpc.credentials.createInsecure(), {
          "grpc.default_compression_algorithm": algorithm,
        });
        for (const message of messages) seen.push(await callByLibrary(client, message));
        // Many at once, on one connection.
        seen.push(
          await Promise.all(Array.from({ length: 200 }, (_, n) => callByLibrary(client, Buffer.from(`n${n}`)))),
        );
        client.close();
      }
      return seen;
    }),
  );
  t.equal(JSON.stringify(answers[0]), JSON.stringify(answers[1]));
});

const seen = ({ httpStatus, status, body }: GrpcAnswer) => ({ httpStatus, status, body: body.toString("latin1") });

t.test("on the wire, what it answers to odd calls has the status that grpc-js gives", async (t) => {
  const clients = [new RawGrpc(await startOurs(t)), new RawGrpc(await startOracle(t))];
  const calls: Readonly<Record<string, (client: RawGrpc) => Promise<GrpcAnswer>>> = {
    "a plain message": (client) => client.call(path, frame(Buffer.from("a"))),
    "another content type": (client) =>
      client.call(path, frame(Buffer.from("a")), { "content-type": "application/grpc+proto" }),
    "a gzipped message": (client) => client.call(path, frame(zlib.gzipSync("a"), true), { "grpc-encoding": "gzip" }),
    "a deflated message": (client) =>
      client.call(path, frame(zlib.deflateSync("a"), true), { "grpc-encoding": "deflate" }),
    "an encoding that is named and not used": (client) =>
      client.call(path, frame(Buffer.from("a")), { "grpc-encoding": "gzip" }),
    "a failure": (client) => client.call(path, frame(Buffer.from("fail"))),
    "an unknown method": (client) => client.call("/test.Service/Other", frame(Buffer.from("a"))),
    "a message in bytes": (client) => {
      const stream = client.open(path);
      const answered = answerOf(stream);
      for (const byte of frame(Buffer.from("slow"))) stream.write(Buffer.from([byte]));
      stream.end();
      return answered;
    },
    "trailers after the message": (client) => {
      const stream = client.session.request(
        { ":method": "POST", ":path": path, "content-type": "application/grpc", "te": "trailers" },
        { waitForTrailers: true } as object,
      );
      const answered = answerOf(stream);
      stream.on("wantTrailers", () => stream.sendTrailers({ "x-end": "1" }));
      stream.end(frame(Buffer.from("a")));
      return answered;
    },
  };
  for (const [what, make] of Object.entries(calls)) {
    const [ours, oracle] = await Promise.all(clients.map(make));
    t.same(ours && seen(ours), oracle && seen(oracle), what);
  }
  for (const client of clients) client.close();
});
