import { once } from "node:events";
import http from "node:http";
import http2 from "node:http2";
import net from "node:net";
import * as v from "valibot";
import t from "tap";
import { otlp } from "../../../src/receivers/otlp/factory.ts";
import { componentContract } from "../../contracts/component-contract.ts";
import { RecordingConsumer } from "../../contracts/recording-consumer.ts";
import { TestHost } from "../../contracts/test-host.ts";
import { testSettings } from "../../contracts/test-settings.ts";
import { until } from "../../contracts/until.ts";
import { exportPaths, frame, RawGrpc } from "../../net/raw-grpc.ts";
import { RawConnection, send } from "../../net/raw-http.ts";
import { startReceiver } from "./receiver-under-test.ts";
import { traceJson, traceRequest } from "./requests.ts";

function create(protocols: object) {
  const settings = testSettings({ id: "otlp" });
  const traces = new RecordingConsumer<"traces">();
  return { settings, traces, receiver: otlp.create(v.parse(otlp.config, { protocols }), settings, { traces }) };
}

t.test("the receiver keeps the contract of every component", async (t) => {
  await componentContract(t, {
    create: () => create({ grpc: { endpoint: "127.0.0.1:0" }, http: { endpoint: "localhost:0" } }).receiver,
  });
});

t.test("start reports every address, and says in upstream's words where it listens", async (t) => {
  const { host, settings, grpcPort, httpPort } = await startReceiver(t);
  t.match(host.endpoints.slice(0, 2), [
    { componentId: "otlp", protocol: "OTLP gRPC and HTTP", host: "127.0.0.1", port: grpcPort },
    { componentId: "otlp", protocol: "OTLP gRPC and HTTP", host: "127.0.0.1", port: httpPort },
  ]);
  t.match(settings.logger.entries, [
    { level: "info", message: "Starting GRPC server", fields: { endpoint: `127.0.0.1:${grpcPort}` } },
    { level: "info", message: "Starting HTTP server", fields: { endpoint: `127.0.0.1:${httpPort}` } },
  ]);
});

t.test("a busy port stops the start with the address and the key to change", async (t) => {
  const busy = net.createServer().listen(0, "127.0.0.1");
  await once(busy, "listening");
  const { port } = busy.address() as net.AddressInfo;
  const { receiver } = create({ grpc: { endpoint: "127.0.0.1:0" }, http: { endpoint: `127.0.0.1:${port}` } });
  await t.rejects(receiver.start(new TestHost()), {
    message: `listen tcp 127.0.0.1:${port}: bind: address already in use: held by this collector itself: another part of the configuration uses the same port; stop the program that listens there, or change receivers::otlp::protocols::http::endpoint`,
  });
  await receiver.shutdown(AbortSignal.timeout(1000));
  busy.close();
  await once(busy, "close");
});

t.test("a busy legacy port is a warning", async (t) => {
  const busy = net.createServer().listen(55_681, "127.0.0.1");
  const { receiver, settings } = create({ http: null });
  const host = new TestHost();
  try {
    await once(busy, "listening");
    await receiver.start(host);
  } catch (error) {
    t.comment(`the default ports are not free: ${error instanceof Error ? error.message : String(error)}`);
    await receiver.shutdown(AbortSignal.timeout(1000));
    busy.close();
    return;
  }
  t.ok(host.endpoints.every((endpoint) => endpoint.port === 4318));
  t.match(
    settings.logger.entries.filter((entry) => entry.level === "warn"),
    [{ message: /^Legacy HTTP port is not opened/, fields: { error: /55681.*already in use/ } }],
  );
  await receiver.shutdown(AbortSignal.timeout(1000));
  busy.close();
});

t.test("both protocols may name one port", async (t) => {
  const { receiver, traces } = create({ grpc: { endpoint: "127.0.0.1:0" }, http: { endpoint: "127.0.0.1:0" } });
  const host = new TestHost();
  t.teardown(() => receiver.shutdown(AbortSignal.timeout(1000)));
  await receiver.start(host);
  const [endpoint, ...more] = host.endpoints;
  t.equal(more.length, 0);
  t.equal((await send(endpoint?.port ?? 0, { body: traceRequest() })).status, 200);
  const client = new RawGrpc(endpoint?.port ?? 0);
  t.equal((await client.call(exportPaths.traces, frame(traceRequest()))).status, 0);
  client.close();
  t.equal(traces.itemCount, 2);
});

t.test("shutdown answers what is under way, over both protocols, and closes idle connections", async (t) => {
  const receiver = await startReceiver(t);
  const idle = await RawConnection.open(receiver.httpPort);
  idle.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  await until(() => idle.received.includes("404"), "an answer");
  const silent = await RawConnection.open(receiver.httpPort);
  const client = new RawGrpc(receiver.grpcPort);
  const agent = new http.Agent({ keepAlive: true });

  receiver.traces.pause();
  const overHttp = send(receiver.httpPort, { body: traceRequest(), agent });
  const overGrpc = client.call(exportPaths.traces, frame(traceRequest()));
  await until(() => receiver.traces.waitingCount === 2, "both requests in the pipeline");
  let isDown = false;
  const down = receiver.receiver.shutdown(AbortSignal.timeout(5000)).then(() => (isDown = true));
  await until(() => idle.isClosed && silent.isClosed, "idle connections are closed");
  t.notOk(isDown);
  receiver.traces.resume();
  t.match(await overHttp, { status: 200, headers: { connection: "close" } });
  t.equal((await overGrpc).status, 0);
  await down;
  t.equal(receiver.traces.itemCount, 2);
  await t.rejects(send(receiver.httpPort, { body: traceRequest() }), { code: "ECONNREFUSED" });
  agent.destroy();
});

t.test("shutdown ends when its signal aborts, and hands nothing on after it", async (t) => {
  const receiver = await startReceiver(t);
  const half = await RawConnection.open(receiver.httpPort);
  half.write("POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{");
  const client = new RawGrpc(receiver.grpcPort);
  receiver.traces.pause();
  const stuck = client.call(exportPaths.traces, frame(traceRequest()));
  await until(() => receiver.traces.waitingCount === 1, "the request in the pipeline");
  const abort = new AbortController();
  const down = receiver.receiver.shutdown(abort.signal);
  abort.abort();
  await down;
  await until(() => half.isClosed, "the end of the connection");
  t.ok(Number.isNaN((await stuck).status), "no answer");
  receiver.traces.resume();
  client.close();
});

t.test("shutdown does not wait for senders that have given up", async (t) => {
  const receiver = await startReceiver(t);
  receiver.traces.pause();
  const session = http2.connect(`http://127.0.0.1:${receiver.httpPort}`);
  const stream = session.request({
    ":method": "POST",
    ":path": "/v1/traces",
    "content-type": "application/x-protobuf",
  });
  stream.on("error", () => undefined);
  stream.end(traceRequest());
  const connection = await RawConnection.open(receiver.httpPort);
  const body = traceJson();
  connection.write(
    `POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
  const client = new RawGrpc(receiver.grpcPort);
  const call = client.open(exportPaths.traces);
  call.on("error", () => undefined);
  call.end(frame(traceRequest()));
  await until(() => receiver.traces.waitingCount === 3, "the requests in the pipeline");
  stream.close(http2.constants.NGHTTP2_CANCEL);
  connection.close();
  call.close(http2.constants.NGHTTP2_CANCEL);
  const down = receiver.receiver.shutdown(AbortSignal.timeout(20_000));
  receiver.traces.resume();
  const beganMs = performance.now();
  await down;
  t.ok(performance.now() - beganMs < 5000);
  session.destroy();
  client.close();
});

t.test("shutdown under load loses no request that was taken", async (t) => {
  const receiver = await startReceiver(t);
  const body = traceRequest(5);
  const agent = new http.Agent({ keepAlive: true });
  const clients = Array.from({ length: 4 }, () => new RawGrpc(receiver.grpcPort));
  let answered = 0;
  const overHttp = async (): Promise<void> => {
    for (;;) {
      const answer = await send(receiver.httpPort, { body, agent });
      if (answer.status === 200) answered++;
    }
  };
  const overGrpc = async (client: RawGrpc): Promise<void> => {
    for (;;) {
      const answer = await client.call(exportPaths.traces, frame(body));
      if (answer.status === 0) answered++;
    }
  };
  const load = Promise.allSettled([...clients.map(overGrpc), ...Array.from({ length: 4 }, overHttp)]);
  await until(() => receiver.traces.callCount > 500, "some load");
  await receiver.receiver.shutdown(AbortSignal.timeout(5000));
  const taken = receiver.traces.callCount;
  await load;
  t.equal(receiver.traces.callCount, taken, "nothing comes after shutdown");
  t.equal(answered, taken, "every request that a pipeline took was answered");
  for (const client of clients) client.close();
  agent.destroy();
});

t.test("connections without traffic stay open, well beyond the intervals of clients", async (t) => {
  const { httpPort, settings } = await startReceiver(t);
  const connection = await RawConnection.open(httpPort);
  connection.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  await until(() => connection.received.includes("404"), "an answer");
  t.match(connection.received, /Keep-Alive: timeout=3600\r\n/);
  await settings.clock.advance(600_000);
  connection.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  await until(() => connection.received.split("404").length > 3, "another answer");
  connection.close();
});
