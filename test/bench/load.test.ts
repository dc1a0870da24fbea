import { once } from "node:events";
import http2 from "node:http2";
import type { AddressInfo, Server } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { rmSync } from "node:fs";
import { gunzipSync, gzipSync } from "node:zlib";
import t, { type Test } from "tap";
import { GrpcClient } from "../../bench/load/grpc-client.ts";
import { readPool, writePool, type Body } from "../../bench/load/pool.ts";
import { Load, type LoadOptions } from "../../bench/load/run-load.ts";
import { makeBodies, type BodyOptions, type Shape } from "../../bench/scenarios/bodies.ts";
import { grpcSink } from "../../bench/sink/grpc-sink.ts";
import { httpSink } from "../../bench/sink/http-sink.ts";
import { countItems } from "../../src/pdata/count-items.ts";
import { validate } from "../../src/pdata/validate.ts";

const plain: BodyOptions = { shape: "spans", itemsPerRequest: 64, encoding: "protobuf", gzipLevel: undefined };

async function listen(t: Test, server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.teardown(() => server.close());
  return (server.address() as AddressInfo).port;
}

t.test("makeBodies() makes valid requests that differ, of the size that is said", (t) => {
  const shapes: readonly (readonly [Shape, number])[] = [
    ["spans", 330],
    ["small-spans", 150],
    ["sums-gauges", 145],
    ["histograms", 340],
    ["exponential", 335],
    ["logs", 200],
  ];
  for (const [shape, itemBytes] of shapes) {
    const bodies = makeBodies({ ...plain, shape, itemsPerRequest: 64 });
    t.ok(bodies.length >= 64, `${shape}: enough requests`);
    t.equal(new Set(bodies.map(({ bytes }) => bytes.toString("latin1"))).size, bodies.length, `${shape}: all differ`);
    for (const { signal, bytes, itemCount } of bodies.slice(0, 3))
      t.equal(validate(signal, bytes).itemCount, itemCount);
    const size = bodies.reduce((sum, { bytes }) => sum + bytes.length, 0) / bodies.length / 64;
    t.ok(Math.abs(size - itemBytes) < itemBytes / 10, `${shape}: ${size.toFixed(0)} bytes an item`);
  }
  t.end();
});

t.test("a load delivers every item over gRPC, plain and gzip, and over HTTP", async (t) => {
  const pool = path.join(tmpdir(), `otelcol-load-test-${process.pid}.pool`);
  t.teardown(() => rmSync(pool, { force: true }));
  let items = 0;
  const grpcPort = await listen(
    t,
    grpcSink(async (message, isGzip) => {
      items += countItems("traces", isGzip ? gunzipSync(message) : message);
    }),
  );
  const httpPort = await listen(
    t,
    httpSink(async (_url, body) => {
      items += countItems("traces", body);
      return 200;
    }),
  );
  const common = { contentType: "application/x-protobuf", connections: 2, concurrency: 3, idleConnections: 2 };
  for (const [protocol, gzipLevel, itemsPerRequest] of [
    ["grpc", undefined, 64],
    ["grpc", 1, 64],
    ["grpc", undefined, 10],
    ["http", undefined, 64],
  ] as const) {
    writePool(pool, makeBodies({ ...plain, gzipLevel, itemsPerRequest }));
    const port = protocol === "grpc" ? grpcPort : httpPort;
    const options: LoadOptions = { ...common, protocol, port, pool, isGzip: gzipLevel !== undefined, totalItems: 1024 };
    const load = await Load.open(options);
    items = 0;
    const report = await load.run();
    load.close();
    t.equal(report.accepted, report.offered);
    t.ok(report.offered >= 1024);
    t.strictSame(report.refused, {});
    t.equal(items, report.accepted, `${protocol}, ${itemsPerRequest} a request`);
  }
});

/** An empty `partial_success`, compressed as some servers answer compressed requests. */
const gzipped = gzipSync(Buffer.from([0x0a, 0]));
const gzippedMessage = Buffer.concat([Buffer.from([1, 0, 0, 0, gzipped.length]), gzipped]);

t.test("GrpcClient reads the status of another implementation, and its partial success", async (t) => {
  const answers = [
    { status: "0", message: Buffer.alloc(5), code: "ok" },
    { status: "0", message: Buffer.from([0, 0, 0, 0, 2, 0x0a, 0]), code: "ok" },
    { status: "0", message: Buffer.from([0, 0, 0, 0, 4, 0x0a, 2, 0x08, 1]), code: "partial success" },
    { status: "0", message: gzippedMessage, code: "ok" },
    ...["1", "3", "8", "12", "14", "16"].map((status) => ({ status, message: undefined, code: `grpc ${status}` })),
  ];
  let next = 0;
  const server = http2.createServer();
  server.on("stream", (stream) => {
    stream.resume();
    stream.on("end", () => {
      const { status, message } = answers[next++] ?? { status: "2", message: undefined };
      const headers = { ":status": 200, "content-type": "application/grpc" };
      if (message === undefined) return stream.respond({ ...headers, "grpc-status": status }, { endStream: true });
      stream.respond(headers, { waitForTrailers: true });
      stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": status }));
      stream.end(message);
    });
  });
  const client = await GrpcClient.connect(await listen(t, server as unknown as Server), false);
  const body: Body = { signal: "traces", itemCount: 1, bytes: Buffer.from([0, 0, 0, 0, 0]) };
  for (const { code } of answers) t.equal(await client.send(body), code);
  client.close();
});

const text = (list: readonly Body[]): readonly string[] =>
  list.map(({ signal, itemCount, bytes }) => `${signal} ${itemCount} ${bytes.toString("hex")}`);

t.test("a pool is read as it was written", (t) => {
  const pool = path.join(tmpdir(), `otelcol-pool-test-${process.pid}.pool`);
  t.teardown(() => rmSync(pool, { force: true }));
  const bodies = makeBodies({ ...plain, shape: "logs", itemsPerRequest: 128 });
  writePool(pool, bodies);
  t.strictSame(text(readPool(pool)), text(bodies));
  t.end();
});
